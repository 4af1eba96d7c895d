"""Builds real git repositories for tests, the same on every machine."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from avion_lint.git import GitError, find_repository, resolve_base
from avion_lint.git.log import landings

A, B, C = "SELECT 1;\n", "SELECT 2;\n", "SELECT 3;\n"
START = 1_700_000_000


def clean_environment(home):
    """Environment in which neither the user's nor the system's configuration says anything."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A. Uthor",
        "GIT_AUTHOR_EMAIL": "author@example.com",
        "GIT_COMMITTER_NAME": "C. Ommitter",
        "GIT_COMMITTER_EMAIL": "committer@example.com",
        "LC_ALL": "C",
    }


def isolate(tmp_path, monkeypatch):
    """Let git and avion-lint see no settings and no variables but these."""
    home = tmp_path / "home"
    home.mkdir()
    for name in list(os.environ):
        if name.startswith(("GIT_", "GITHUB_")):
            monkeypatch.delenv(name)
    for name, value in clean_environment(home).items():
        monkeypatch.setenv(name, value)


@dataclass
class Repo:
    """A repository on disk; every commit is made one hour after the one before."""

    path: Path
    clock: int = START

    def git(self, *arguments, check=True, text=True, **variables):
        environment = clean_environment(self.path.parent) | {
            "GIT_AUTHOR_DATE": f"{self.clock} +0000",
            "GIT_COMMITTER_DATE": f"{self.clock} +0000",
            **variables,
        }
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, env=environment, capture_output=True, text=text, check=False
        )
        if check and done.returncode != 0:
            raise AssertionError(f"git {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip() if text else done.stdout

    def write(self, name, content):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def commit(self, files=None, message="change"):
        """Write the files, add everything that changed, commit; gives the commit's id."""
        for name, content in (files or {}).items():
            self.write(name, content)
        self.clock += 3600
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.head()

    def head(self):
        return self.git("rev-parse", "HEAD")

    def merge(self, branch, *options):
        self.clock += 3600
        self.git("merge", "--quiet", "--no-ff", "--message", f"merge {branch}", *options, branch)
        return self.head()

    def squash(self, branch):
        self.clock += 3600
        self.git("merge", "--quiet", "--squash", branch)
        self.git("commit", "--quiet", "--message", f"squash {branch}")
        return self.head()

    def branch(self, name, start="HEAD"):
        self.git("checkout", "--quiet", "-b", name, start)

    def checkout(self, name):
        self.git("checkout", "--quiet", name)

    def clone(self, to, *options, file_url=False):
        source = f"file://{self.path}" if file_url else str(self.path)
        Repo(self.path).git("clone", "--quiet", *options, source, str(to))
        return Repo(to, self.clock)


def make_repo(path, *options, branch="main"):
    path.mkdir(parents=True, exist_ok=True)
    repo = Repo(path)
    repo.git("init", "--quiet", "--initial-branch", branch, *options)
    return repo


def trouble(call, *arguments):
    """The error of a call; every error has something to say, on one line."""
    with pytest.raises(GitError) as caught:
        call(*arguments)
    error = caught.value
    assert error.text
    assert "\n" not in error.text + error.mend
    return error


def base_of(repo, requested=None, **environment):
    return resolve_base(find_repository(repo.path), requested, environment)


def landed(repo, *paths):
    """The commits in which the paths landed, by path."""
    found = find_repository(repo.path)
    return {path: landing.commit for path, landing in landings(found, found.head, paths).items()}
