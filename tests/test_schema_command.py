"""`avion-lint schema` and `schema diff` as their users run them."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from tests.forked_helper import avion_lint
from tests.git_helper import make_repo

GOOSE = "-- +goose Up\n{}\n-- +goose Down\nSELECT 1;\n"
USERS = {
    "users/migrations/00001_a.sql": "CREATE TABLE users (id bigserial PRIMARY KEY, mail text NOT NULL);",
    "users/migrations/00002_b.sql": "ALTER TABLE users ADD COLUMN age integer; CREATE INDEX users_age ON users (age);",
    "users/migrations/00010_c.sql": "CREATE VIEW grown AS SELECT id FROM users WHERE age > 17;",
}
BILLING = {"billing/db/migration/V1_2__a.sql": "CREATE TYPE state AS ENUM ('new', 'paid');"}


def write(folder, texts):
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(GOOSE.format(text) if "migrations/" in path else text)


@pytest.fixture
def project(tmp_path):
    write(tmp_path, USERS | BILLING)
    (tmp_path / "avion-lint.yaml").write_text("postgres: 15\n")
    return tmp_path


def test_all_services_stand_under_a_heading_each(project):
    run = avion_lint("schema", cwd=project)

    assert run.code == 0
    assert run.out.startswith("billing at 1.2\n==============\n\ntype state: new, paid")
    assert "users at 00010\n==============\n\ntable users  (users/migrations/00001_a.sql:2)\n" in run.out
    assert "  users_age: " not in run.out
    assert "  CREATE INDEX users_age ON users USING btree (age)\n" in run.out


@pytest.mark.parametrize("named", ["users", "users/migrations", "users/migrations/00002_b.sql"])
def test_a_service_is_named_by_its_name_its_folder_or_a_file(project, named):
    run = avion_lint("schema", named, cwd=project)

    assert run.code == 0
    assert run.out.startswith("table users")


def test_at_a_version_later_migrations_have_made_nothing(project):
    run = avion_lint("schema", "users", "--at", "1", cwd=project)

    assert run.code == 0
    assert "age" not in run.out
    assert avion_lint("schema", "users", "--at", "2", cwd=project).out.count("age") == 3
    assert avion_lint("schema", "users", "--at", "0", cwd=project).out == "nothing: no migration makes an object\n"
    assert avion_lint("schema", "billing", "--at", "1_2", cwd=project).code == 0


def test_a_version_that_is_not_there_is_told_with_those_that_are(project):
    run = avion_lint("schema", "users", "--at", "3", cwd=project)

    assert (run.code, run.out) == (2, "")
    assert run.err == "avion-lint: users has no migration of version 3; its versions go from 00001 to 00010\n"


def test_one_form_for_one_database_needs_the_service_named(project):
    run = avion_lint("schema", "--format", "sql", cwd=project)

    assert (run.code, run.out) == (2, "")
    assert run.err == (
        "avion-lint: --format sql is for one service: name it; "
        "there are billing (billing/db/migration), users (users/migrations)\n"
    )
    assert avion_lint("schema", "nobody", cwd=project).code == 2


def test_the_json_form_keeps_to_its_schema(project):
    run = avion_lint("schema", "--format", "json", cwd=project)
    schema = json.loads((files("avion_lint.schema.printing") / "schema.schema.json").read_text(encoding="utf-8"))

    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(run.report)
    billing, users = run.report["services"]
    assert billing["types"][0]["values"] == ["new", "paid"]
    assert [column["name"] for column in users["tables"][0]["columns"]] == ["id", "mail", "age"]
    assert users["tables"][0]["made"] == {"path": "users/migrations/00001_a.sql", "line": 2, "version": "00001"}
    assert users["views"][0]["reads"] == ["users"]


def test_sql_and_mermaid_are_printed_for_one_service(project):
    sql = avion_lint("schema", "users", "--format", "sql", cwd=project)
    diagram = avion_lint("schema", "users", "--format", "mermaid", cwd=project)

    assert (sql.code, diagram.code) == (0, 0)
    assert "CREATE TABLE users (\n    id bigserial,\n    mail text NOT NULL,\n    age integer,\n" in sql.out
    assert diagram.out.startswith("erDiagram\n    users {\n")


def test_what_cannot_be_written_as_sql_makes_the_code_3(tmp_path):
    write(tmp_path, {"migrations/00001_a.sql": "ALTER TABLE old ADD COLUMN a int; CREATE TABLE t (id int);"})

    run = avion_lint("schema", "--format", "sql", cwd=tmp_path)

    assert run.code == 3
    assert "CREATE TABLE t" in run.out
    assert run.err == "avion-lint: left out: table old: it is older than the known migrations\n"


def test_a_statement_that_cannot_be_read_is_told(tmp_path):
    write(tmp_path, {"migrations/00001_a.sql": "CREATE TABLE t (id int);\nCREATE TABLE;"})

    run = avion_lint("schema", cwd=tmp_path)

    assert run.code == 3
    assert run.out.startswith("table t")
    assert "migrations/00001_a.sql:3: " in run.err


def test_diff_tells_what_lies_between_two_versions(project):
    run = avion_lint("schema", "diff", "1", "10", "--service", "users", cwd=project)

    assert run.code == 0
    assert run.out == (
        "+ column users.age: integer\n"
        "+ index users.users_age: CREATE INDEX users_age ON users USING btree (age)\n"
        "+ view grown: CREATE VIEW grown AS SELECT id FROM users WHERE age > 17\n"
    )
    assert avion_lint("schema", "diff", "1", "10", "--service", "users", "--exit-code", cwd=project).code == 1
    assert (
        avion_lint("schema", "diff", "1", "1", "--service", "users", "--exit-code", cwd=project).out
        == "no difference\n"
    )


def test_diff_as_json(project):
    run = avion_lint("schema", "diff", "10", "2", "--service", "users", "--format", "json", cwd=project)

    assert run.report["differences"] == [
        {
            "object": "view",
            "name": "grown",
            "difference": "dropped",
            "aspect": None,
            "before": "CREATE VIEW grown AS SELECT id FROM users WHERE age > 17",
            "after": None,
        }
    ]
    assert (run.report["before"]["version"], run.report["after"]["version"]) == ("00010", "00002")


def test_diff_needs_to_know_which_service(project):
    run = avion_lint("schema", "diff", "1", "2", cwd=project)

    assert run.code == 2
    assert "say with --service which one is meant" in run.err


def test_diff_between_commits_and_with_a_dump(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"migrations/00001_a.sql": GOOSE.format("CREATE TABLE t (id int);")})
    repo.write("migrations/00001_a.sql", GOOSE.format("CREATE TABLE t (id bigint);"))
    (repo.path / "dump.sql").write_text(
        "\\restrict abc\nCREATE TABLE public.t (\n    id integer\n);\n\\unrestrict abc\n"
    )

    assert avion_lint("schema", "diff", "HEAD:", "1", cwd=repo.path).out == "~ column t.id: type integer → bigint\n"
    assert avion_lint("schema", "diff", "HEAD:1", "dump.sql", cwd=repo.path).out == "no difference\n"
    assert avion_lint("schema", "diff", "HEAD:7", "1", cwd=repo.path).code == 2
    assert avion_lint("schema", "diff", "nothing:", "1", cwd=repo.path).code == 3
    assert avion_lint("schema", "diff", "gone.sql", "1", cwd=repo.path).err == "avion-lint: gone.sql: no such file\n"
