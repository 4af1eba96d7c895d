"""A repository's own checks, from its policy file to findings, as users run them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_helper import Run
from tests.forked_helper import avion_lint

SETTINGS = "policy: policies/ours.yaml\n"
POLICY = """\
extends: default
rules:
  job-deadline: {level: error, longest: 5m}
checks:
  - id: XA101
    name: job-deadline
    message: "The deadline {value} of {name} is above {params.longest}."
    remedy: Set it to {params.longest} or less.
    select: {kind: Job, migrates: true}
    params: {longest: {default: 10m, stricter: lower}}
    assert:
      properties:
        spec:
          required: [activeDeadlineSeconds]
          properties: {activeDeadlineSeconds: {x-duration-max: {$param: longest}}}
  - id: XA102
    name: locks-on-users
    message: "{name} is locked without a lock_timeout under 5 s."
    select: {target: statement, table: users}
    assert:
      if: {properties: {effects: {contains: {properties: {lock: {const: ACCESS EXCLUSIVE}, new: {const: false}}}}}}
      then: {properties: {lock_timeout: {type: number, exclusiveMaximum: 5}}}
  - id: XA103
    name: no-latest
    message: "{name} runs {value}."
    select: {target: container}
    deny: {properties: {image: {pattern: ":latest$"}}, required: [image]}
"""
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: users-migration}
spec:
  activeDeadlineSeconds: 600
  template: {spec: {containers: [{name: main, image: "x:latest", command: [goose, up]}]}}
"""
FIRST = "-- +goose Up\nCREATE TABLE users (id int);\n-- +goose Down\nDROP TABLE users;\n"
SECOND = "-- +goose Up\n{0}ALTER TABLE users ADD COLUMN b int;\n-- +goose Down\nALTER TABLE users DROP COLUMN b;\n"


def run(root: Path, files: dict[str, str], *arguments: str) -> Run:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return avion_lint("--no-git", "--all", "--format", "json", *arguments, cwd=root)


def repository(policy: str = POLICY, second: str = "") -> dict[str, str]:
    return {
        "avion-lint.yaml": SETTINGS,
        "policies/ours.yaml": policy,
        "k8s/job.yaml": JOB,
        "db/migrations/00001_a.sql": FIRST,
        "db/migrations/00002_b.sql": SECOND.format(second),
    }


def test_checks_find_what_they_select_at_its_place_with_parameters_of_the_policy(tmp_path: Path) -> None:
    found = run(tmp_path, repository(), "--select", "XA101,XA102,XA103")

    assert found.found == [
        ("XA102", "db/migrations/00002_b.sql", 2),
        ("XA101", "k8s/job.yaml", 5),
        ("XA103", "k8s/job.yaml", 6),
    ]
    assert found.of("XA101")["message"] == "The deadline 600 of Job/users-migration is above 5m."
    assert found.of("XA101")["level"] == "error"
    assert found.of("XA103")["message"] == "Job/users-migration/main runs x:latest."


def test_a_statement_is_seen_with_its_session(tmp_path: Path) -> None:
    found = run(tmp_path, repository(second="SET lock_timeout = '3s';\n"), "--select", "XA102")

    assert found.found == []


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("XA103\n", "LK103\n", "policies/ours.yaml:23:9: `LK103` is taken already"),
        ("name: no-latest", "name: job-deadline", "`job-deadline` is taken already"),
        ("{$param: longest}", "{$param: longer}", "uses the parameter `longer`, which `params` does not declare"),
        ('{pattern: ":latest$"}', "{pattern: [1]}", "this is no JSON Schema"),
        ("select: {target: container}", "select: {target: containers}", "must be one of"),
        ("    deny:", "    denies:", "unknown key `denies`"),
    ],
)
def test_a_wrong_check_is_told_with_its_place(tmp_path: Path, wrong: str, right: str, said: str) -> None:
    assert wrong in POLICY
    found = run(tmp_path, repository(POLICY.replace(wrong, right)))

    assert found.code == 2
    assert said in found.err
