"""Asks GitHub's API who has approved, by the operator's own tool: a command of the settings, or curl with a token."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping

from avion_lint.executor.running.approval import NotApprovedError
from avion_lint.executor.running.github import Told
from avion_lint.settings.environments import GitHubApproval

_PATIENCE = 60  # seconds for one answer
_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
_TOKEN = re.compile(r"[A-Za-z0-9_.\-]+")
_NUMBER = re.compile(r"[0-9]{1,20}")
_PASSED = ("PATH", "HOME", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def told_of_run(wanted: GitHubApproval, run: str, environ: Mapping[str, str]) -> Told:
    """What the API says of a run; raises NotApprovedError. `run` is its number, "" for the one that this is part of."""
    number = run or environ.get("GITHUB_RUN_ID", "")
    if not number:
        raise NotApprovedError("this is no run of GitHub Actions: say which one approved it, --approval github:RUN")
    if not _NUMBER.fullmatch(number):
        raise NotApprovedError(f"{number[:20]} is not the number of a run")
    path = f"repos/{wanted.repository}/actions/runs/{number}"
    jobs = None
    if wanted.plan_in == "job-name":
        jobs = _asked(wanted, f"{path}/jobs?filter=latest&per_page=100", environ)
    return Told(_asked(wanted, path, environ), _asked(wanted, f"{path}/approvals", environ), jobs)


def _asked(wanted: GitHubApproval, path: str, environ: Mapping[str, str]) -> object:
    token = next((environ[name] for name in _TOKENS if environ.get(name)), "")
    if wanted.command:
        said = _ran([word.replace("{path}", path) for word in wanted.command], dict(environ), "", token)
    else:
        said = _by_curl(f"{wanted.api_url}/{path}", token, environ)
    try:
        return json.loads(said)
    except (json.JSONDecodeError, RecursionError):
        raise NotApprovedError(f"GitHub's answer about {path} is not JSON") from None


def _by_curl(url: str, token: str, environ: Mapping[str, str]) -> str:
    """Ask by curl, which reads the token from its standard input."""
    if not _TOKEN.fullmatch(token):
        words = (
            "there is no token to ask GitHub with" if not token else "the token for GitHub has letters that none has"
        )
        raise NotApprovedError(f"{words}: set GITHUB_TOKEN (permission actions: read)")
    config = f'header = "Authorization: Bearer {token}"\nheader = "X-GitHub-Api-Version: 2022-11-28"\n'
    command = ["curl", "--disable", "--silent", "--show-error", "--fail", "--max-time", "30", "--config", "-", url]
    return _ran(command, {name: environ[name] for name in _PASSED if name in environ}, config, token)


def _ran(command: list[str], environ: dict[str, str], given: str, token: str) -> str:
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, timeout=_PATIENCE, env=environ
        )
    except FileNotFoundError:
        raise NotApprovedError(f"GitHub cannot be asked: {command[0]} is not installed here") from None
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        raise NotApprovedError(f"GitHub cannot be asked: {command[0]} does not answer") from None
    if done.returncode != 0:
        words = " ".join((done.stderr or done.stdout).split())[-300:]
        words = words.replace(token, "…") if token else words
        raise NotApprovedError(f"GitHub cannot be asked: {command[0]} ended with code {done.returncode}: {words}")
    return done.stdout


def is_github(given: str) -> str | None:
    """The number of the run that `--approval` names ("" for this one), None where it names a file."""
    name, colon, run = given.partition(":")
    return run if name == "github" and (run or not colon) else None
