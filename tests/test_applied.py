"""What counts as applied: the base branch, the newest release, or what a database itself says."""

import json

import pytest

from avion_lint.applied.read import load
from avion_lint.applied.text import text_sha256
from avion_lint.problems import SettingsError
from avion_lint.runners.flyway_checksum import checksum
from avion_lint.runners.migration import FileName, Kind, Version
from avion_lint.source import Document
from tests.forked_helper import avion_lint, judged
from tests.git_helper import make_repo

DB = "services/users/migrations"
FLYWAY = "billing/src/main/resources/db/migration"
HEAD = "-- Author: Jo\n-- Date: 2026-01-31\n"


def up(sql):
    return f"-- +goose Up\n{HEAD}{sql}\n-- +goose Down\nSELECT 0;\n"


ONE = up("CREATE TABLE users (id bigint PRIMARY KEY, email text);")
TWO = up("SET LOCAL lock_timeout = '3s';\nALTER TABLE users ADD COLUMN name text;")
THREE = up("CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);")
INDEX = up("SET LOCAL lock_timeout = '3s';\nCREATE INDEX users_email_idx ON users (email);")


@pytest.fixture
def repo(tmp_path):
    """Versions 1 and 2 on main, 1 in release v1.0; a branch is checked out."""
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{DB}/00001_users.sql": ONE})
    repo.git("tag", "v1.0")
    repo.commit({f"{DB}/00002_name.sql": TWO})
    repo.branch("change")
    return repo


def found(repo, *arguments, code=None):
    run = judged(*arguments, cwd=repo.path)
    assert code is None or run.code == code, run.out + run.err
    return run


def message(run, rule):
    return run.of(rule)["message"]


# --- witnesses ----------------------------------------------------------------------------------------------------


def test_a_finding_about_an_applied_file_names_the_commit_that_brought_it(repo):
    brought = repo.head()
    repo.write(f"{DB}/00002_name.sql", TWO.replace("name text", "name varchar"))

    assert f"version 00002 is on main since 2023-11-15, commit {brought[:7]};" in message(found(repo), "HI101")


def test_a_migration_that_comes_too_late_names_the_witness_of_the_later_one(repo):
    brought = repo.head()
    repo.git("mv", f"{DB}/00002_name.sql", f"{DB}/00005_name.sql")
    repo.commit()
    repo.git("branch", "-f", "main")
    moved = repo.head()
    repo.write(f"{DB}/00004_orders.sql", THREE)
    (related,) = found(repo, "--select", "HI104").of("HI104")["related"]

    assert related["message"] == f"version 00005 is on main since 2023-11-15, commit {brought[:7]}"
    assert brought != moved


# --- releases ------------------------------------------------------------------------------------------------------


@pytest.fixture
def by_release(repo):
    repo.write("avion-lint.yaml", 'applied: {tags: "v*"}\n')
    return repo


def test_what_no_release_has_may_still_be_changed(by_release):
    by_release.write(f"{DB}/00002_name.sql", TWO.replace("name text", "name varchar(200)"))

    assert "HI101" not in [rule for rule, *_ in found(by_release).found]


def test_what_the_newest_release_has_must_stay(by_release):
    by_release.write(f"{DB}/00001_users.sql", ONE.replace("email text", "email varchar"))

    assert "version 00001 is in release v1.0;" in message(found(by_release, code=1), "HI101")


def test_a_table_that_no_release_has_is_new(by_release):
    by_release.write(f"{DB}/00003_index.sql", INDEX.replace("users", "orders").replace("email", "user_id"))
    by_release.commit({f"{DB}/00002_orders.sql": THREE})
    (by_release.path / f"{DB}/00002_name.sql").unlink()

    assert "LK101" not in [rule for rule, *_ in found(by_release).found]


def test_versions_decide_which_release_is_the_newest(by_release):
    by_release.git("tag", "v1.10", "change")
    by_release.git("tag", "v1.9", "change~1")
    by_release.git("tag", "v2.0-rc1", "change~1")
    by_release.git("tag", "other", "change~1")
    by_release.write("avion-lint.yaml", 'applied: {tags: "v1.*"}\n')
    by_release.write(f"{DB}/00002_name.sql", TWO.replace("name text", "name varchar"))

    assert "version 00002 is in release v1.10;" in message(found(by_release), "HI101")


def test_without_a_release_nothing_passes(by_release):
    by_release.write("avion-lint.yaml", 'applied: {tags: "release-*"}\n')
    run = found(by_release, code=3)

    assert "no tag fits `release-*`" in message(run, "AV104")


def test_a_folder_that_was_moved_since_the_release_is_not_new(by_release):
    by_release.git("mv", "services", "apps")
    by_release.commit()
    by_release.git("branch", "-f", "main")
    by_release.write("apps/users/migrations/00003_orders.sql", THREE)
    run = found(by_release)

    assert "apps/users/migrations/00001_users.sql" not in run.report["judged"]
    assert "apps/users/migrations/00002_name.sql" in run.report["judged"]


# --- what a database says -------------------------------------------------------------------------------------------


GOOSE_CSV = "id,version_id,is_applied,tstamp\n1,0,t,2026-01-01 00:00:00\n2,1,t,2026-01-02 10:00:00.1\n"


def with_state(repo, text, more="", name="state.csv"):
    repo.write(name, text)
    repo.write("avion-lint.yaml", f"applied: {{file: {name}, name: production, exported: 2100-01-01{more}}}\n")
    return repo


def test_what_the_export_does_not_list_may_be_changed_and_is_judged(repo):
    with_state(repo, GOOSE_CSV)
    repo.write(f"{DB}/00002_name.sql", INDEX)
    rules = [rule for rule, *_ in found(repo, code=1).found]

    assert "HI101" not in rules
    assert "LK101" in rules


def test_what_the_export_lists_must_stay(repo):
    with_state(repo, GOOSE_CSV)
    repo.write(f"{DB}/00001_users.sql", ONE.replace("email text", "email varchar"))
    said = "version 00001 is in goose_db_version of production, exported 2100-01-01;"

    assert said in message(found(repo, code=1), "HI101")


def test_a_version_that_was_rolled_back_is_not_applied():
    rows = GOOSE_CSV + "3,2,t,2026-02-01\n4,2,f,2026-02-02\n"
    state = load(Document("state.csv", rows))

    assert [str(row.version) for row in state.rows] == ["1"]


def test_a_version_without_a_file_contradicts(repo):
    run = found(with_state(repo, GOOSE_CSV + "5,7,t,2026-03-01\n"), code=1)

    assert run.of("AV113")["path"] == "state.csv"
    assert run.of("AV113")["line"] == 4
    assert "goose_db_version of production has run version 7, for which users has no file here" in message(run, "AV113")


def test_an_old_export_is_a_finding(repo):
    repo.write("state.csv", GOOSE_CSV)
    repo.write("avion-lint.yaml", "applied: {file: state.csv, exported: 2026-01-02, days: 3}\n")
    run = found(repo)

    assert "was exported on 2026-01-02" in message(run, "AV112")


def test_that_an_export_does_not_tell_its_age_is_said(repo):
    repo.write("state.csv", GOOSE_CSV)
    repo.write("avion-lint.yaml", "applied: {file: state.csv}\n")
    run = found(repo)

    assert any("its newest row is of 2026-01-02" in each["why"] for each in run.report["unchecked"])


def test_without_git_the_export_still_tells(repo):
    with_state(repo, GOOSE_CSV)
    run = found(repo, "--no-git")

    assert f"{DB}/00001_users.sql" not in run.report["judged"]
    assert f"{DB}/00002_name.sql" in run.report["judged"]


def state_json(*rows, **others):
    return json.dumps({"format": 1, "exported": "2100-01-01T00:00:00Z", "migrations": rows} | others)


def test_hashes_of_goose_files_tell_that_main_itself_was_changed(repo):
    rows = [
        {"version_id": 1, "is_applied": True, "tstamp": "2026-01-01", "sha256": text_sha256(ONE)},
        {"version_id": 2, "is_applied": True, "tstamp": "2026-01-01", "sha256": text_sha256(TWO + "-- more\n")},
    ]
    run = found(with_state(repo, state_json(*rows, name="production"), name="state.json"), code=1)

    assert [rule for rule, *_ in run.found] == ["AV113"]
    assert "00002_name.sql is not the file that was there when version 2" in message(run, "AV113")


def flyway_row(rank, version, script, text, **others):
    description = script.split("__")[1].removesuffix(".sql").replace("_", " ")
    return {
        "installed_rank": rank,
        "version": version,
        "description": description,
        "type": "SQL",
        "script": script,
        "checksum": checksum(text),
        "installed_by": "app",
        "installed_on": "2026-01-02T00:00:00",
        "execution_time": 3,
        "success": True,
    } | others


A, B = f"{HEAD}CREATE TABLE a (id bigint PRIMARY KEY);\n", f"{HEAD}CREATE TABLE b (id bigint PRIMARY KEY);\n"


@pytest.fixture
def billing(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{FLYWAY}/V1__a.sql": A, f"{FLYWAY}/V2__b.sql": B})
    repo.branch("change")
    return repo


def test_flyway_s_checksums_are_compared_exactly(billing):
    rows = [flyway_row(1, "1", "V1__a.sql", A), flyway_row(2, "2", "V2__b.sql", B + " ")]
    run = found(with_state(billing, json.dumps(rows), name="state.json"), code=1)

    assert f"Flyway recorded the checksum {checksum(B + ' ')}, and the file's is {checksum(B)}" in message(run, "AV113")


def test_an_edit_that_brings_back_what_flyway_has_run_is_none(billing):
    rows = [flyway_row(1, "1", "V1__a.sql", A), flyway_row(2, "2", "V2__b.sql", B + "-- as it was run\n")]
    with_state(billing, json.dumps(rows), name="state.json")
    billing.write(f"{FLYWAY}/V2__b.sql", B + "-- as it was run\n")

    assert found(billing, code=0).found == []


def test_a_failed_migration_of_flyway_s_is_told(billing):
    rows = [flyway_row(1, "1", "V1__a.sql", A), flyway_row(2, "2", "V2__b.sql", B, success=False)]
    run = found(with_state(billing, json.dumps(rows), name="state.json"), code=1)

    assert "2 failed in production" in message(run, "AV113")


def test_what_is_not_above_flyway_s_baseline_is_applied():
    rows = [flyway_row(1, "3", "x__<< Flyway Baseline >>", "", type="BASELINE", checksum=None)]
    state = load(Document("state.json", json.dumps(rows)))

    assert state.has(FileName(Kind.VERSIONED, Version((2,), "2"), ""))
    assert not state.has(FileName(Kind.VERSIONED, Version((4,), "4"), ""))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("version_id,tstamp\n1,2026\n", 1, "columns are missing"),
        ("version_id,is_applied\n1,maybe\n", 2, "`is_applied` is maybe"),
        ("version_id,is_applied\nten,t\n", 2, "`version_id` is ten"),
        ("version_id,is_applied\n1\n", 2, "this row has 1 fields, the header 2"),
        ("version_id,is_applied\n", 1, "there are no rows"),
        ("", 1, "there are no rows"),
        ('{"format": 2}', 1, "this is no applied state"),
        ('[{"version_id": 1, "is_applied": true},\n 5]', 2, "this is no applied state"),
        ('[{"version_id": 1,]', 1, "this is not JSON"),
        ("version_id,is_applied\n<<<<<<< HEAD\n1,t\n=======\n2,t\n>>>>>>> main\n", 2, "merge conflict"),
        ('{"format": 1, "exported": "soon", "migrations": [{"version_id": 1, "is_applied": true}]}', 1, "no day"),
        ('\ufeff[{"version_id": 1, "is_applied": true},\n{"version_id": "x", "is_applied": true}]', 2, "is x"),
    ],
)
def test_what_is_wrong_with_an_export_is_placed_and_named(text, line, words):
    with pytest.raises(SettingsError) as caught:
        load(Document("state", text))
    (place, said), *_ = caught.value.problems

    assert (place.start.line, words in said) == (line, True), said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("applied: main\n", "`applied` must be `base`"),
        ("applied: {}\n", "must not be empty"),
        ("applied: {days: 3}\n", "needs `tags` or `file`"),
        ("applied: {tags: v*, file: x}\n", "either `tags` or `file`"),
        ("applied: {file: x, exported: 2026-02-31}\n", "a day that no calendar has"),
        ("applied: {tgas: v*}\n", "did you mean `tags`"),
        ("applied: {file: gone.csv}\n", "there is no gone.csv"),
        ("applied: {file: billing.json}\n", "is an export of flyway_schema_history"),
    ],
)
def test_wrong_settings_end_the_run(repo, settings, words):
    repo.write("billing.json", json.dumps([flyway_row(1, "1", "V1__a.sql", A)]))
    repo.write("avion-lint.yaml", settings)
    run = avion_lint(cwd=repo.path)

    assert run.code == 2
    assert words in run.err


def test_each_service_may_go_by_something_else(repo):
    repo.checkout("main")
    repo.commit({f"{FLYWAY}/V1__a.sql": A, f"{FLYWAY}/V2__b.sql": B})
    repo.branch("both")
    repo.write("state.json", json.dumps([flyway_row(1, "1", "V1__a.sql", A)]))
    repo.write(
        "avion-lint.yaml",
        f"services:\n- path: {FLYWAY}\n  applied: {{file: state.json, exported: 2100-01-01}}\n"
        f"- path: {DB}\n  applied: {{tags: v*}}\n",
    )
    repo.write(f"{FLYWAY}/V1__a.sql", A + "-- x\n")
    repo.write(f"{FLYWAY}/V2__b.sql", B + "-- x\n")
    repo.write(f"{DB}/00001_users.sql", ONE.replace("email text", "email varchar"))
    repo.write(f"{DB}/00002_name.sql", TWO.replace("name text", "name varchar"))
    run = found(repo, "--select", "HI101", code=1)

    assert {path for _, path, _ in run.found} == {f"{FLYWAY}/V1__a.sql", f"{DB}/00001_users.sql"}
    assert any("is in flyway_schema_history, exported" in each["message"] for each in run.report["findings"])


def test_the_history_tells_who_witnesses_what(repo):
    with_state(repo, GOOSE_CSV)
    (service,) = avion_lint("history", "--format", "json", cwd=repo.path).report["services"]
    first, second = service["migrations"]

    assert first["witness"] == "is in goose_db_version of production, exported 2100-01-01"
    assert (first["applied"], second["applied"]) == (True, False)


def test_an_edit_before_the_first_release_did_no_harm(by_release):
    by_release.commit({f"{DB}/00002_name.sql": TWO.replace("name text", "name varchar")})
    by_release.git("tag", "v1.1")
    by_release.git("branch", "-f", "main")
    run = avion_lint("history", "--audit", cwd=by_release.path)

    assert run.code == 0
    assert "before its first release" in run.out


def test_one_export_is_not_taken_for_several_services(repo):
    repo.checkout("main")
    repo.commit({"services/orders/migrations/00001_orders.sql": THREE})
    with_state(repo, GOOSE_CSV)
    run = avion_lint(cwd=repo.path)

    assert run.code == 2
    assert "avion-lint.yaml:1:10: state.csv is the export of one service's table, and stands for several" in run.err


def test_what_came_out_of_order_within_one_release_did_no_harm(by_release):
    by_release.commit({f"{DB}/00005_orders.sql": THREE})
    by_release.commit({f"{DB}/00004_others.sql": THREE.replace("orders", "others")})
    by_release.git("tag", "v1.1")
    by_release.commit({f"{DB}/00003_late.sql": THREE.replace("orders", "late")})
    by_release.git("branch", "-f", "main")
    run = avion_lint("history", "--audit", cwd=by_release.path)

    assert run.code == 1
    assert "00003_late.sql: version 00003: added on" in run.out
    assert "00004_others.sql" not in run.out


def test_java_migrations_of_flyway_s_need_no_file_here(billing):
    rows = [flyway_row(1, "1", "V1__a.sql", A), flyway_row(2, "2", "V2__b.sql", B)]
    rows.append(flyway_row(3, "3", "db.migration.V3__code", "", type="JDBC", checksum=None))

    assert found(with_state(billing, json.dumps(rows), name="state.json"), code=0).found == []
