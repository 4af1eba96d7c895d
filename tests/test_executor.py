"""The parts of the executor by themselves: what is secret, what is followed, which roles and servers are taken."""

import struct
from pathlib import Path

import pytest

from avion_lint.executor.children.processes import Custody, Order
from avion_lint.executor.problem import CannotRunError, EndedError
from avion_lint.executor.proving.enclosing import may_be_enclosed
from avion_lint.executor.proving.expected import Follower, to_be_sent
from avion_lint.executor.server.address import Address, Secret, address_of
from avion_lint.executor.server.programs import programs_for
from avion_lint.executor.server.roles import missing_roles
from avion_lint.executor.wire import messages
from avion_lint.executor.wire.messages import Message
from avion_lint.runners import goose
from avion_lint.runners.goose_annotations import profile_of
from avion_lint.runners.migration import Direction
from avion_lint.source import Document


def migration(name, up, down="SELECT 0;"):
    text = f"-- +goose Up\n{up}\n-- +goose Down\n{down}\n"
    return goose.read(Document(f"db/{name}", text), profile_of("latest"))


# --- addresses ----------------------------------------------------------------------------------------------------


def test_a_password_shows_in_no_repr_and_is_taken_out_of_what_is_said():
    address = Address("h", 5432, "me", "db", Secret("hunter2"))

    assert "hunter2" not in repr(address) + str(address) + f"{address.password}"
    assert address.redacted("failed: postgres://me:hunter2@h/db") == "failed: postgres://me:…@h/db"


def test_keywords_hold_what_libpq_would_take_apart():
    pytest.importorskip("psycopg")
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - an extra

    address = Address("/tmp/x", 5432, "a b", "it's", Secret("q\\u'o te"), {"sslmode": "disable"})
    assert conninfo_to_dict(address.keywords()) == address.parameters


def test_an_address_that_libpq_does_not_understand_is_not_repeated():
    pytest.importorskip("psycopg")
    with pytest.raises(CannotRunError) as error:
        address_of("postgresql://me:s%cret@h/db")
    assert "cret" not in error.value.text


# --- what a runner sends ------------------------------------------------------------------------------------------


def test_the_follower_knows_equal_statements_apart_by_their_order():
    files = [migration("1_a.sql", "SET x = 1;\nSELECT 1;"), migration("2_b.sql", "SET x = 1;\nSELECT 2;")]
    follower = Follower(to_be_sent(files, Direction.UP))
    sent = [
        follower.recognise(text) for text in ("begin", "SET x = 1;", "SELECT 1;", "commit", "SET x = 1;", "SELECT 2;")
    ]

    assert [each and (each.file.path, each.index) for each in sent] == [
        None, ("db/1_a.sql", 0), ("db/1_a.sql", 1), None, ("db/2_b.sql", 0), ("db/2_b.sql", 1)
    ]  # fmt: skip


def test_the_follower_finds_its_way_behind_a_migration_that_is_passed_over():
    files = [migration("1_a.sql", "SELECT 1;"), migration("2_b.sql", "SELECT 2;"), migration("3_c.sql", "SELECT 3;")]
    follower = Follower(to_be_sent(files, Direction.UP))

    assert follower.recognise("SELECT 3;").file.path == "db/3_c.sql"
    assert follower.recognise("SELECT 2;") is None


@pytest.mark.parametrize(
    ("sql", "may"),
    [
        ("ALTER TABLE t ADD c int;", True),
        ("CREATE INDEX i ON t (a); COMMENT ON TABLE t IS 'x';", True),
        ("UPDATE t SET a = 1;", True),
        ("CREATE INDEX CONCURRENTLY i ON t (a);", False),
        ("ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;", False),
        ("VACUUM t;", False),
        ("LOCK TABLE t;", False),
        ("SET LOCAL lock_timeout = '3s';", False),
        ("SET lock_timeout = '3s';", False),
        ("BEGIN;", False),
        ("COMMIT;", False),
        ("DO $$ BEGIN COMMIT; END $$;", False),
        ("CALL p();", False),
        ("SELECT f();", False),
        ("ALTER TYPE mood ADD VALUE 'x';", False),
        ("CREATE DATABASE d;", False),
        ("REINDEX TABLE t;", False),
        ("nonsense", False),
        ("-- nothing", False),
    ],
)
def test_only_what_is_the_same_inside_a_transaction_is_put_into_one(sql, may):
    assert may_be_enclosed(sql) is may


# --- roles --------------------------------------------------------------------------------------------------------


def test_roles_that_are_named_and_not_made_are_missing():
    files = [
        migration("1_a.sql", 'GRANT SELECT ON t TO "App", reader;\nALTER TABLE t OWNER TO owner;'),
        migration(
            "2_b.sql", "CREATE ROLE made;\nGRANT made TO current_user;\nGRANT ALL ON t TO PUBLIC, made, postgres;"
        ),
        migration(
            "3_c.sql", "CREATE POLICY p ON t TO auditor USING (true);", "REVOKE ALL ON t FROM former, pg_monitor;"
        ),
    ]
    assert missing_roles(files) == ("App", "auditor", "former", "owner", "reader")


# --- servers ------------------------------------------------------------------------------------------------------


def fake(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return folder


def test_the_server_of_the_services_version_is_taken_else_the_next_newer_one(tmp_path):
    environment = {
        "AVION_POSTGRES_13": str(fake(tmp_path / "13", "13.9")),
        "AVION_POSTGRES_16": str(fake(tmp_path / "16", "16.2 (Debian 16.2-1)")),
    }

    assert programs_for(16, None, environment).version == "16.2"
    assert programs_for(13, None, environment).major == 13
    assert programs_for(14, None, environment).major in (14, 15, 16)


def test_a_folder_that_is_named_is_taken_or_refused(tmp_path):
    assert programs_for(18, str(fake(tmp_path / "a", "15devel")), {}).major == 15
    for version in ("11.4", "", "nonsense"):
        with pytest.raises(CannotRunError):
            programs_for(18, str(fake(tmp_path / f"x{version}", version)), {})


# --- processes ----------------------------------------------------------------------------------------------------


def test_a_program_gets_its_environment_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_SECRET", "x")
    code, said = Custody().run(Order(("/usr/bin/env",), {"GIVEN": "1"}), tmp_path / "said", 20)

    assert (code, "GIVEN=1" in said, "MY_SECRET" in said) == (0, True, False)


def test_a_program_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path):
    script = f"(sleep 300; echo) & echo $! > {tmp_path}/child; sleep 300"
    code, _ = Custody().run(Order(("/bin/sh", "-c", script), {"PATH": "/usr/bin:/bin"}), tmp_path / "said", 1)
    child = int((tmp_path / "child").read_text())

    assert code is None
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_after_the_end_nothing_is_started(tmp_path):
    custody = Custody()
    custody.end()
    with pytest.raises(EndedError):
        custody.start(Order(("/bin/true",)), tmp_path / "said")


# --- messages -----------------------------------------------------------------------------------------------------


def test_messages_are_taken_whole_and_in_order():
    buffer = bytearray(Message(b"Q", b"SELECT 1\0").data + Message(b"S", b"").data[:3])

    assert messages.taken(buffer) == Message(b"Q", b"SELECT 1\0")
    assert messages.taken(buffer) is None
    buffer += Message(b"S", b"").data[3:]
    assert messages.taken(buffer) == Message(b"S", b"")


def test_options_are_added_to_those_that_are_there():
    opening = Message(b"", struct.pack("!i", 196608) + b"user\0me\0options\0-c a=1\0\0")

    assert messages.with_options(opening, "-c b=2").body[4:] == b"user\0me\0options\0-c b=2 -c a=1\0\0"


def test_rows_may_hold_nulls_and_letters():
    body = (
        struct.pack("!h", 3)
        + struct.pack("!i", 3)
        + "ää"[:1].encode()
        + b"x"
        + struct.pack("!i", -1)
        + struct.pack("!i", 0)
    )

    assert messages.row(Message(b"D", body)) == ("äx", None, "")
