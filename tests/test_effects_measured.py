"""What is claimed of every statement is what real servers do: PostgreSQL 18, and others that are at hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests import measure_effects, postgres_servers

CASES = [*measure_effects.cases("postgres_locks.tsv"), *measure_effects.cases("effects_statements.tsv")]


def wrong_on(server: str, version: int) -> dict[str, list[str]]:
    """What is wrong twice: locks of statements that no transaction may hold are sampled, and can be missed once."""
    found = wrong_once(server, version, CASES)
    again = [case for case in CASES if f"{case.id}: {case.sql}" in found]
    return wrong_once(server, version, again) if again else {}


def wrong_once(server: str, version: int, cases: Sequence[measure_effects.Case]) -> dict[str, list[str]]:
    found = {}
    for case, seen in measure_effects.observe_all(server, cases):
        if isinstance(seen, str) or case.id in measure_effects.EXEMPT:
            continue  # its setup is not for this version, or the reason why it is not claimed is told there
        wrong = measure_effects.false_claims(case, seen, version)
        if wrong:
            found[f"{case.id}: {case.sql}"] = wrong
    return found


def test_on_postgresql_18(postgres: str) -> None:
    assert wrong_on(postgres, 18) == {}


@pytest.mark.parametrize("version", [*postgres_servers.MAJORS])
def test_on_other_versions(version: int) -> None:
    programs = postgres_servers.programs(version)
    if programs is None:
        pytest.skip(f"AVION_POSTGRES_{version} names no folder of programs of PostgreSQL {version}")
    with postgres_servers.running(programs) as server:
        assert wrong_on(server, version) == {}


def test_every_statement_has_a_name_of_its_own() -> None:
    names = [case.id for case in CASES]

    assert len(names) == len(set(names))
    assert set(names) >= measure_effects.EXEMPT.keys()
