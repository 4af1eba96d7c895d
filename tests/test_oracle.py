"""The replayed schema is what a real server has after every statement: PostgreSQL 18, and others that are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from avion_lint.executor import catalog
from tests import oracle, postgres_servers
from tests.sql_helper import schema

OWN = Path(__file__).parent / "data" / "oracle"


def wrong_on(server: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for service in oracle.collected(OWN):
        with oracle.database(server) as connection:
            outcome = oracle.check(service, connection)
        found.update(outcome.unequal)
        found.update(outcome.refused)
        assert len(outcome.equal) >= 3
    return found


def test_after_every_file_on_postgresql_18(postgres: str) -> None:
    assert wrong_on(postgres) == {}


@pytest.mark.parametrize("version", [*postgres_servers.MAJORS])
def test_after_every_file_on_other_versions(version: int) -> None:
    programs = postgres_servers.programs(version)
    if programs is None:
        pytest.skip(f"AVION_POSTGRES_{version} names no folder of programs of PostgreSQL {version}")
    with postgres_servers.running(programs) as server:
        assert wrong_on(server) == {}


def cases() -> dict[str, str]:
    """Statements by what they are about."""
    parts = (OWN / "cases.sql").read_text(encoding="utf-8").split("-- case: ")[1:]
    return dict(part.split("\n", 1) for part in parts)


CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_one_thing_at_a_time(name: str, postgres: str) -> None:
    with oracle.database(postgres) as connection:
        connection.execute(CASES[name])

        assert catalog.difference(catalog.observed(connection), catalog.replayed(schema(CASES[name]))) == []
        connection.rollback()


def test_a_wrong_replay_is_seen(postgres: str) -> None:
    with oracle.database(postgres) as connection:
        connection.execute("CREATE TABLE t (a int)")
        replayed = catalog.replayed(schema("CREATE TABLE t (a bigint); CREATE INDEX ON t (a)"))

        assert catalog.difference(catalog.observed(connection), replayed) == [
            "! column public.t.a: integer, not bigint",
            "- index public.t_a_idx: btree on public.t (a)",
        ]
        connection.rollback()
