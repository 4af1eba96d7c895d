"""`avion-lint show` tells what statements lock, write anew and read, and how they fail."""

import json

import pytest

from tests.forked_helper import avion_lint

FIRST = """\
-- +goose Up
CREATE TABLE users (id bigserial PRIMARY KEY, email varchar(50), age int);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id));
CREATE VIEW mails AS SELECT id, email FROM users;
"""
SECOND = """\
-- +goose Up
ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid(), ALTER COLUMN age TYPE bigint;
ALTER TABLE users ALTER COLUMN email TYPE text;
CREATE INDEX CONCURRENTLY i ON users (age);
ALTER TABLE old ALTER COLUMN x TYPE text;
CREATE TABLE new (id int); ALTER TABLE new ADD COLUMN a int; DROP TABLE posts; ALTER TABLE users ADD b int;
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "00001_a.sql").write_text(FIRST)
    (tmp_path / "00002_b.sql").write_text(SECOND)
    return tmp_path


def test_text_tells_what_others_feel_in_one_line(folder):
    lines = [line.strip() for line in avion_lint("show", "00002_b.sql", cwd=folder).out.splitlines()]

    blocks = "ACCESS EXCLUSIVE, blocks every read and write"
    assert [line for line in lines if "blocks" in line or "fails" in line] == [
        f"users: {blocks}, written anew",
        f"users: {blocks}",
        "fails with 0A000: view mails uses email, whose type then cannot change",
        "fails with 25001: CREATE INDEX CONCURRENTLY cannot run inside a transaction",
        f"old: {blocks}, may be written anew",
        f"posts: {blocks}; users: {blocks}",
    ]


def test_json_tells_all(folder):
    (file,) = json.loads(avion_lint("show", "00002_b.sql", "--format=json", cwd=folder).out)
    rewritten, refused, concurrent, old, _ = file["sections"]["up"]["statements"]

    assert rewritten["effects"] == [
        {
            "relation": name,
            "lock": "ACCESS EXCLUSIVE",
            "blocks": "every read and write",
            "rewrite": True,
            "scan": name == "users",
        }
        for name in ("users", "users_pkey")
    ]
    assert refused["fails"] == {"sqlstate": "0A000", "why": "view mails uses email, whose type then cannot change"}
    assert (concurrent["legal_in_transaction"], concurrent["fails"]) == (False, None)
    assert [effect["rewrite"] for effect in old["effects"]] == [None]


@pytest.mark.parametrize(("version", "fails"), [("13", "42601"), ("14", None)])
def test_the_version_can_be_given(folder, version, fails):
    (folder / "00003_c.sql").write_text("-- +goose Up\nALTER TABLE users ALTER COLUMN email SET COMPRESSION pglz;\n")

    (file,) = json.loads(avion_lint("show", "00003_c.sql", "--format=json", "--postgres", version, cwd=folder).out)

    told = file["sections"]["up"]["statements"][0]["fails"]
    assert (told["sqlstate"] if told else None) == fails


def test_another_version_is_refused(folder):
    assert avion_lint("show", ".", "--postgres", "11", cwd=folder).code == 2


def test_another_database_is_shown_without_effects(folder):
    (folder / "avion-lint.yaml").write_text("services:\n- path: .\n  dialect: mysql\n")

    (file,) = json.loads(avion_lint("show", "00002_b.sql", "--format=json", cwd=folder).out)

    assert {len(statement["effects"]) for statement in file["sections"]["up"]["statements"]} == {0}
