"""Migrations that stand in ConfigMaps are judged as those of their runner, at their places in the YAML file."""

from __future__ import annotations

import pytest

from avion_lint.judgement.rehearse import rehearse
from avion_lint.verdict import Verdict
from avion_rules import all_rules
from tests.forked_helper import judged as judged_by_command
from tests.git_helper import make_repo

RULES = tuple(all_rules())
PATH = "k8s/users.yaml"
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: users-migrations}\ndata:\n"
FIRST = """\
  00001_users.sql: |
    -- Author: a
    -- Date: 2026-01-01
    -- +goose Up
    CREATE TABLE users (id bigint PRIMARY KEY, email text);
    -- +goose Down
    DROP TABLE users;
"""
SECOND = """\
  00002_email.sql: |
    -- Author: a
    -- Date: 2026-01-01
    -- +goose Up
    SELECT 1; CREATE INDEX users_email_idx ON users (email);
    -- +goose Down
    DROP INDEX users_email_idx;
"""
JOB = """\
---
apiVersion: batch/v1
kind: Job
metadata: {name: users-migration}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migrate
          image: flyway/flyway:11
          args: [migrate]
          env:
            - {name: FLYWAY_PLACEHOLDERS_TABLE, value: people}
          volumeMounts: [{name: sql, mountPath: /flyway/sql}]
      volumes: [{name: sql, configMap: {name: users-migrations}}]
"""


def found(verdict: Verdict, *ids: str) -> list[tuple[str, int, str]]:
    """Rule, line and the text at the place."""
    results = (each for each in verdict.results if not ids or each.rule.id in ids)
    return [(each.rule.id, each.finding.place.start.line, each.finding.place.text) for each in results]


def judged(text: str, before: str | None = None, path: str = PATH) -> Verdict:
    return rehearse({path: text}, {path: before} if before is not None else {}, RULES)


def test_a_new_migration_is_judged_against_those_before_it_at_its_place_in_the_yaml():
    verdict = judged(HEAD + FIRST + SECOND, HEAD + FIRST)

    assert found(verdict, "LK101") == [("LK101", 16, "CREATE INDEX users_email_idx ON users (email)")]
    assert {each.finding.place.document.path for each in verdict.results} == {PATH}


def test_what_is_on_the_base_branch_is_not_judged_again():
    assert found(judged(HEAD + FIRST + SECOND, HEAD + FIRST + SECOND)) == []
    assert found(judged(HEAD + FIRST + SECOND + "  note: x\n", HEAD + FIRST + SECOND), "LK101") == []


def test_an_applied_migration_that_is_edited_or_gone_is_told():
    edited = judged(HEAD + FIRST.replace("bigint", "integer"), HEAD + FIRST)
    gone = judged(HEAD + SECOND, HEAD + FIRST + SECOND)

    assert found(edited, "HI101") == [("HI101", 9, "CREATE TABLE users (id integer PRIMARY KEY, email text);")]
    assert found(gone, "HI102") == [("HI102", 4, "data")]


def test_a_comment_in_the_sql_turns_a_rule_off():
    text = SECOND.replace("SELECT 1;", "-- avion-lint: ignore[index-not-concurrent] small table\n    ")

    assert found(judged(HEAD + FIRST + text, HEAD + FIRST), "LK101", "AV105") == []


def test_a_comment_that_turns_nothing_off_is_told_where_it_stands():
    text = FIRST.replace("CREATE", "-- avion-lint: ignore[index-not-concurrent] why\n    CREATE")

    assert found(judged(HEAD + text), "AV105") == [("AV105", 9, "index-not-concurrent")]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_places_are_true_in_files_with_either_line_end(ends):
    before, now = ((HEAD + each).replace("\n", ends) for each in (FIRST, FIRST + SECOND))

    assert found(judged(now, before), "LK101") == [("LK101", 16, "CREATE INDEX users_email_idx ON users (email)")]


def test_flyways_migrations_get_the_placeholders_of_the_job_that_mounts_them():
    sql = '  V1__people.sql: "CREATE TABLE ${table} (id bigint PRIMARY KEY);"\n'
    sql += "  V2__mail.sql: |\n    ALTER TABLE ${table} ADD COLUMN mail text NOT NULL;\n"

    verdict = rehearse({PATH: HEAD + sql + JOB}, {PATH: HEAD + sql.partition("  V2")[0] + JOB}, RULES)

    (added,) = [each for each in verdict.results if each.rule.id == "CO110"]
    assert (added.finding.place.start.line, added.finding.object) == (7, "people.mail")
    assert "AV103" not in {each.rule.id for each in verdict.results}


def test_who_mounts_them_tells_the_runner_of_migrations_that_do_not():
    job = JOB.replace("flyway/flyway:11", "users").replace("args: [migrate]", "command: [goose, up]")
    verdict = judged(HEAD + "  00001_users.sql: CREATE TABLE users (id bigint);\n" + job)

    assert ("MG101", 5) in [each[:2] for each in found(verdict)]  # goose refuses a file without Up


def test_sql_that_nobody_migrates_with_is_left_alone():
    text = HEAD + "  init.sql: DROP TABLE users;\n"

    assert found(judged(text)) == []


def test_a_migration_of_which_a_template_writes_a_part_is_told_as_not_checked():
    text = HEAD + FIRST.replace("bigint", "{{ .Values.type }}")
    files = {"chart/Chart.yaml": "name: users\n", "chart/templates/sql.yaml": text}

    (unchecked,) = [each for each in rehearse(files, {}, RULES).unchecked if "template" in each.why]

    assert (unchecked.path, unchecked.line) == ("chart/templates/sql.yaml", 6)


def test_the_command_compares_with_the_base_branch(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({PATH: HEAD + FIRST})
    repo.branch("change")
    repo.commit({PATH: HEAD + FIRST.replace("text", "varchar") + SECOND})

    assert [each for each in judged_by_command(cwd=repo.path).found if each[0] in ("HI101", "LK101")] == [
        ("HI101", PATH, 9),
        ("LK101", PATH, 16),
    ]


def test_the_command_without_git_takes_every_migration_for_a_deployment_of_its_own(tmp_path):
    (tmp_path / "a.yaml").write_text(HEAD + FIRST + SECOND)

    assert ("LK101", "a.yaml", 16) in judged_by_command("--no-git", cwd=tmp_path).found
