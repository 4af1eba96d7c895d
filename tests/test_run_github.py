"""Approvals that were given in an environment of GitHub, asked for by the real curl and the real gh."""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from avion_lint.cli.operating.github import told_of_run
from avion_lint.executor.running.approval import NotApprovedError
from avion_lint.executor.running.github import Told, approved_on_github
from avion_lint.executor.running.plan import Plan
from avion_lint.problems import SettingsError
from avion_lint.record import replace
from avion_lint.settings.environments import GitHubApproval, Profile, profile
from avion_lint.settings.reader import load
from avion_lint.source import Document
from tests.cli_helper import ROOT, avion_lint
from tests.git_helper import make_repo
from tests.run_helper import FOLDER, goose_path, make_site, table
from tests.test_settings import RULES

ONE, TWO = "00001_one.sql", "00002_two.sql"
TOKEN = "ghs_s3cr3tT0ken"
RUN = "/repos/avion/shop/actions/runs/4711"


class _GitHub(BaseHTTPRequestHandler):
    """Answers as GitHub's API does for one run."""

    def do_GET(self):
        told = self.server.answers.get(self.path.partition("?")[0].removeprefix("/api/v3"))
        said = self.headers.get("Authorization", "")
        self.server.asked.append(self.path)
        code = 401 if TOKEN not in said else 404 if told is None else 200
        body = json.dumps({"message": "no"} if code != 200 else told).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "loopback"

    def log_message(self, *_):
        pass


class _OnSocket(socketserver.UnixStreamServer):
    """The same behind a socket, which gh can be told to use in place of HTTPS."""


@contextmanager
def serving(server):
    server.answers, server.asked = {}, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def github():
    with serving(HTTPServer(("127.0.0.1", 0), _GitHub)) as server:
        yield server


def settings(*lines):
    own = "".join(f"      {line}\n" for line in ("repository: avion/shop", *lines))
    return (
        "environments:\n  production:\n    approvers: [kim, Jo, li]\n    backup-enabled: false\n    skip: [backup]\n"
        f"    dry-run: false\n    github-approval:\n{own}"
    )


@pytest.fixture
def make(tmp_path, postgres):
    made = []

    def site(text):
        made.append(make_site(tmp_path, postgres, goose_path(), {ONE: table(1)}, text))
        return made[-1]

    yield site
    for each in made:
        each.database.drop()


@pytest.fixture
def site(make, github):
    return make(settings(f"api-url: http://127.0.0.1:{github.server_port}"))


def review(person, comment="", state="approved", environment="production", kind="User"):
    return {
        "state": state,
        "comment": comment,
        "environments": [{"id": 1, "name": environment, "url": "…", "html_url": "…"}],
        "user": {"login": person, "id": 7, "type": kind},
    }


def answers(commit, *reviews, jobs=(), **changes):
    run = {
        "id": 4711,
        "head_sha": commit,
        "status": "in_progress",
        "run_attempt": 1,
        "html_url": "https://github.com/avion/shop/actions/runs/4711",
        "repository": {"full_name": "Avion/shop"},
    }
    return {RUN: run | changes, f"{RUN}/approvals": list(reviews), f"{RUN}/jobs": {"jobs": list(jobs)}}


def head(site):
    return site.repo.git("rev-parse", "HEAD").strip()


PLAN = Plan("users", "production", "goose", "h:5432/d", "15.8", "0", "state", ())


def judged(reviews, jobs=(), *, plan_in="comment", **changes):
    told = answers("c" * 40, *reviews, jobs=jobs, **changes)
    wanted = GitHubApproval("avion/shop", "production", plan_in)
    own = replace(profile("production", Profile.PRODUCTION), approvers=("kim", "Jo", "li"), github_approval=wanted)
    given = Told(told[RUN], told[f"{RUN}/approvals"], told[f"{RUN}/jobs"] if plan_in == "job-name" else None)
    return approved_on_github(given, PLAN, own, "c" * 40)


def ran(site, *, code=1, approval="github", **variables):
    given = {"GITHUB_RUN_ID": "4711", "GITHUB_TOKEN": TOKEN} | variables
    return site.run("--approval", approval, env="production", code=code, **given)


def plan_of(site):
    return site.plan(env="production", code=0)["plan"]


def test_two_people_who_named_the_plan_in_their_comments_have_approved_it(site, github):
    plan = plan_of(site)
    github.answers = answers(head(site), review("kim", f"ok: {plan[:12]}"), review("jo", f"`{plan}`"))
    told = ran(site, code=0)
    (answer,) = (entry for entry in site.trail("production") if entry.get("step") == "approval")

    assert told["outcome"] == "done"
    assert (answer["by"], answer["attempt"]) == (["jo", "kim"], 1)
    assert answer["github"] == "https://github.com/avion/shop/actions/runs/4711"
    assert TOKEN not in json.dumps(site.trail("production"))


@pytest.mark.parametrize(
    ("reviews", "changes", "why"),
    [
        ([], {}, "0 of 2 approvals are there"),
        ([("kim", "PLAN")], {}, "1 of 2 approvals are there"),
        ([("kim", "PLAN"), ("KIM", "PLAN")], {}, "1 of 2 approvals are there"),
        ([("kim", "PLAN"), ("eve", "PLAN")], {}, "eve may not approve in production"),
        ([("kim", "PLAN"), ("jo", "fine")], {}, "jo approved production, but not this plan"),
        ([("kim", "PLAN"), ("jo", "0123456789ab")], {}, "jo approved production, but not this plan"),
        ([("kim", "PLAN"), ("jo", "PLAN", "rejected")], {}, "jo rejected production"),
        ([("kim", "PLAN"), ("jo", "PLAN", "approved", "staging")], {}, "1 of 2 approvals are there"),
        ([("kim", "PLAN"), ("jo", "PLAN", "approved", "production", "Bot")], {}, "1 of 2 approvals are there"),
        ([("kim", "PLAN"), ("jo", "PLAN")], {"status": "completed"}, "is over: an approval holds for the run"),
        ([("kim", "PLAN"), ("jo", "PLAN")], {"head_sha": "f" * 40}, "is of commit ffffffffffff, and here is "),
        ([("kim", "PLAN"), ("jo", "PLAN")], {"repository": {"full_name": "eve/shop"}}, "is one of eve/shop, not of"),
        ([("kim", "PLAN"), ("jo", "PLAN")], {"run_attempt": None}, "GitHub's answer is not that of a run"),
    ],
)
def test_what_is_no_approval_of_this_plan_in_this_run_does_not_count(reviews, changes, why):
    given = [review(person, words.replace("PLAN", PLAN.hash[:14]), *rest) for person, words, *rest in reviews]

    with pytest.raises(NotApprovedError) as refused:
        judged(given, **changes)
    assert why in str(refused.value)


@pytest.mark.slow
def test_a_plan_that_has_changed_since_is_not_the_one_that_was_approved(site, github):
    plan = plan_of(site)
    site.repo.commit({f"{FOLDER}/{TWO}": table(2)})
    github.answers = answers(head(site), review("kim", plan), review("jo", plan))

    assert "jo, kim approved production, but not this plan" in ran(site)["why"]


def test_the_name_of_the_job_may_tell_the_plan_where_the_settings_say_so():
    both, job = [review("kim"), review("jo")], {"name": f"users, plan {PLAN.hash}", "status": "in_progress"}

    with pytest.raises(NotApprovedError, match="must stand in the name of the job that runs"):
        judged(both, [job | {"status": "completed"}], plan_in="job-name")
    with pytest.raises(NotApprovedError, match="it was run again, and the approvals may be older"):
        judged(both, [job], plan_in="job-name", run_attempt=2)
    with pytest.raises(NotApprovedError, match="must stand in the comment"):
        judged(both, [job])
    assert judged(both, [job], plan_in="job-name").people == ("jo", "kim")


def test_nothing_is_implied_by_variables_alone(site, github):
    plan = plan_of(site)
    github.answers = answers(head(site), review("kim", plan), review("jo", plan))
    asked = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "4711", "GITHUB_REPOSITORY": "avion/shop"}
    given = site.run("--plan", plan, env="production", code=1, GITHUB_TOKEN=TOKEN, **asked)["why"]
    elsewhere = ran(site, GITHUB_API_URL="http://127.0.0.1:1", GITHUB_REPOSITORY="eve/shop", code=0)

    assert "production asks for 2 approvals of plan" in given
    assert given.endswith("--approval github")
    assert elsewhere["outcome"] == "done"  # who is asked is what the settings say


@pytest.mark.parametrize(
    ("run", "variables", "why"),
    [
        ("", {"GITHUB_RUN_ID": ""}, "this is no run of GitHub Actions: say which one"),
        ("../../x", {}, "is not the number of a run"),
        ("", {"GITHUB_TOKEN": ""}, "there is no token to ask GitHub with"),
        ("", {"GITHUB_TOKEN": 'ghs_a"\nurl = "http://evil'}, "has letters that none has"),
        ("", {"GITHUB_TOKEN": "ghs_wrong"}, "curl ended with code 22"),
        ("4712", {}, "curl ended with code 22"),
        ("", {"PATH": "/nowhere"}, "curl is not installed here"),
    ],
)
def test_where_github_cannot_be_asked_nothing_is_approved(github, run, variables, why):
    wanted = GitHubApproval("avion/shop", "production", api_url=f"http://127.0.0.1:{github.server_port}")
    given = {"PATH": os.environ["PATH"], "GITHUB_RUN_ID": "4711", "GITHUB_TOKEN": TOKEN} | variables
    github.answers = answers("c" * 40)

    with pytest.raises(NotApprovedError) as refused:
        told_of_run(wanted, run, given)
    assert why in str(refused.value)
    assert "ghs_" not in str(refused.value)


def test_the_real_gh_can_be_the_one_that_asks(make, tmp_path):
    gh = os.environ.get("AVION_GH") or shutil.which("gh")
    if gh is None:
        pytest.skip("gh is not installed")
    site = make(settings(f"command: [{gh}, api, '{{path}}']"))
    plan = plan_of(site)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yml").write_text(f"http_unix_socket: {tmp_path}/github\n")
    with serving(_OnSocket(f"{tmp_path}/github", _GitHub)) as server:
        server.answers = answers(head(site), review("kim", plan), review("jo", plan))
        told = ran(site, code=0, GH_CONFIG_DIR=str(tmp_path / "config"), GH_TOKEN=TOKEN)
        refused = ran(site, approval="github:1", code=0, GH_CONFIG_DIR=str(tmp_path / "config"), GH_TOKEN=TOKEN)

    assert told["outcome"] == "done"
    assert refused["outcome"] == "nothing-to-do"
    assert server.asked == ["/repos/avion/shop/actions/runs/4711", "/repos/avion/shop/actions/runs/4711/approvals"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("repository: shop", "a repository like owner/name"),
        ("api-url: http://github.example", "an address that begins with https://"),
        ("api-url: https://t0ken@github.example", "an address that begins with https://"),
        ("run: 5", "run"),
    ],
)
def test_settings_that_would_ask_somebody_else_are_refused(line, said):
    text = settings(line) if "repository" not in line else settings().replace("repository: avion/shop", line)
    with pytest.raises(SettingsError) as refused:
        load(Document("avion-lint.yaml", text), RULES)

    assert said in str(refused.value.problems)


def test_the_workflow_that_the_documents_show_is_clean_in_the_strictest_policy(tmp_path):
    repo = make_repo(tmp_path / "repo")
    own = (
        "policy: strict\nenvironments:\n  production: {approvers: [kim, jo], database-url-env: '{service}_URL', "
        "audit-table: avion_audit.trail, github-approval: {repository: your/repository}}\n"
    )
    workflow = (ROOT / "docs" / "github" / "migrate-production.yaml").read_text(encoding="utf-8")
    repo.commit({"avion-lint.yaml": own, f"{FOLDER}/{ONE}": table(1)})
    repo.write(".github/workflows/migrate-production.yaml", workflow)
    done = avion_lint("--no-git", cwd=repo.path)

    assert done.code == 0, done.out
    assert "1 file around them" in done.out
