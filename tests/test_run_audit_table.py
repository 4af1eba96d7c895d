"""The audit trail in a table of the database besides the file: the same entries, only ever appended to."""

from __future__ import annotations

import json
import shutil

import psycopg
import pytest

from tests.cli_helper import avion_lint
from tests.run_helper import FOLDER, ended, goose_path, make_site, sessions, start, table, up, wait_for

ONE, TWO, THREE = "00001_one.sql", "00002_two.sql", "00003_three.sql"
SETTINGS = (
    "environments: {staging: {merged: false, backup-enabled: false, rollback-on-failure: false, "
    "audit-table: avion_audit.trail}}\n"
)


@pytest.fixture
def site(tmp_path, postgres):
    made = make_site(tmp_path, postgres, goose_path(), {ONE: table(1)}, SETTINGS)
    yield made
    made.database.drop()


def audit(site, *arguments):
    return avion_lint("audit", *arguments, "--env", "staging", cwd=site.repo.path, DATABASE_URL=site.database.uri)


def kept(site):
    return [json.loads(text) for (text,) in site.database.ask("SELECT entry FROM avion_audit.trail ORDER BY number")]


def test_every_entry_of_the_file_is_in_the_table_and_nobody_can_change_it(site):
    site.run()
    rows = kept(site)
    whole = audit(site, "check")

    assert rows == site.trail()
    assert site.run()["outcome"] == "nothing-to-do"  # nor is the table taken for somebody else's
    assert next(check for check in site.plan()["checks"] if check["name"] == "schema")["measured"] == "the same"
    assert whole.out.endswith(f"{len(rows)} entries, each as it was written\n")
    for change in (
        "UPDATE avion_audit.trail SET run = 'x'",
        "DELETE FROM avion_audit.trail",
        "TRUNCATE avion_audit.trail",
    ):
        with pytest.raises(psycopg.Error, match="the audit trail is only ever appended to"):
            site.database.ask(change)


def test_what_was_taken_out_of_either_is_told(site):
    site.run()
    site.write({TWO: table(2)})
    site.run()
    path = site.repo.path / "avion-lint-audit/staging.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-3]))
    cut = audit(site, "check")
    path.write_text("".join(lines))
    site.database.ask("ALTER TABLE avion_audit.trail DISABLE TRIGGER append_only")
    site.database.ask("DELETE FROM avion_audit.trail WHERE number = 3")
    site.database.ask("UPDATE avion_audit.trail SET entry = replace(entry, 'done', 'dawn') WHERE event = 'run-ended'")
    changed = audit(site, "check")

    assert (cut.code, "users: 3 entries were cut away from the file: " in cut.out) == (1, True)
    assert changed.code == 1
    assert "users: 2 entries were in the table changed after it was written" not in changed.out
    assert "users: 2 entries of the table were changed after they were written: run-ended of run" in changed.out
    assert "users: 1 entry was taken out of the table: " in changed.out


@pytest.mark.slow
def test_a_run_on_a_new_machine_knows_from_the_table_what_others_have_done(site):
    half = "-- +goose NO TRANSACTION\n" + up(
        "CREATE TABLE t2 (id bigint PRIMARY KEY);\nSELECT pg_sleep(60);", "DROP TABLE t2;"
    )
    site.run()
    site.write({TWO: half})
    process = start(site)
    wait_for(lambda: sessions(site) and "t2" in site.database.tables())
    process.kill()
    ended(process)
    site.database.ask(f"SELECT pg_terminate_backend({sessions(site)[0]})")
    shutil.rmtree(site.repo.path / "avion-lint-audit")
    told = site.run(code=1)
    shown = audit(site, "show").out.splitlines()
    diagnosed = site.command("diagnose", "--format", "json")
    checked = audit(site, "check")

    assert f"{FOLDER}/{TWO} was begun by an earlier run without a transaction" in told["why"]
    assert [line.split()[4] for line in shown] == ["done", "no", "refused"]
    assert '"branch": "failed-part-way"' in diagnosed.out
    assert (checked.code, "2 runs are only in the table" in checked.out) == (0, True)


@pytest.mark.slow
def test_a_table_that_cannot_be_written_loses_nothing_and_gets_it_later(site):
    site.run()
    site.database.ask("ALTER TABLE avion_audit.trail RENAME COLUMN event TO gone")
    site.write({TWO: table(2)})
    away = site.command("run")
    note = audit(site, "check")
    site.database.ask("ALTER TABLE avion_audit.trail RENAME COLUMN gone TO event")
    site.write({THREE: table(3)})
    again = site.command("run")

    assert away.code == 0
    assert "avion_audit.trail has not got all of the audit trail" in away.err
    assert "entries are not in the table yet: the database was away" in note.out
    assert (again.code, again.err) == (0, "")
    assert sorted(each["hash"] for each in kept(site)) == sorted(each["hash"] for each in site.trail())


@pytest.mark.slow
def test_a_server_that_crashes_in_the_middle_gets_what_it_missed_at_the_end(site):
    site.database.ask(f"ALTER DATABASE {site.database.name} SET synchronous_commit = on")
    site.write({TWO: up("SELECT pg_sleep(2);", "SELECT 1;")})
    process = start(site)
    wait_for(lambda: site.database.tables()[:1] and site.database.versions() == [1] and sessions(site))
    holders = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN ('avion-lint trail')"
    site.database.ask(holders)
    site.database.ask("ALTER DATABASE postgres SET work_mem = '4MB'")
    code, _, err = ended(process)

    assert (code, err) == (0, "")
    assert kept(site) == site.trail()


@pytest.mark.slow
def test_a_role_that_may_not_make_the_table_gets_the_sql_for_somebody_who_may(site):
    sql = audit(site, "table").out
    site.database.ask(sql)
    site.database.ask("CREATE ROLE deployer LOGIN")
    site.database.ask(
        "GRANT USAGE ON SCHEMA avion_audit TO deployer; GRANT SELECT, INSERT ON avion_audit.trail TO deployer"
    )
    site.database.ask("GRANT CREATE ON SCHEMA public TO deployer; GRANT pg_read_all_stats TO deployer")
    owner = site.database.uri
    site.database.uri = owner.replace("postgres@", "deployer@")
    told = site.command("run")
    site.database.uri = owner
    rows = kept(site)
    site.database.ask("DROP OWNED BY deployer CASCADE; DROP ROLE deployer")

    assert (told.code, told.err) == (0, "")
    assert rows == site.trail()
