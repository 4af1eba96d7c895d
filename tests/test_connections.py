"""A lock_timeout that connections are given outside the migrations is found where it is written."""

import pytest

from avion_lint.discovery.gather import gather
from avion_lint.discovery.tree import MemoryTree
from avion_lint.settings.model import Settings

UP = "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n"
FILES = {"services/users/migrations/00001_a.sql": UP, "services/orders/migrations/00001_a.sql": UP}


def limited(files: dict[str, str]) -> dict[str, bool]:
    gathering = gather(MemoryTree({**FILES, **files}), Settings())
    return {each.service.name: each.service.lock_timeout for each in gathering.services}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "GOOSE_DBSTRING=postgres://app@db/app?options=-c%20lock_timeout=3s\n"),
        (".env.production", "GOOSE_DBSTRING='host=db dbname=app lock_timeout=3000'\n"),
        ("Makefile", "migrate:\n\tPGOPTIONS='-c lock_timeout=3s' goose postgres \"$(DSN)\" up\n"),
        ("k8s/job.yaml", "env:\n- name: PGOPTIONS\n  value: -c lock_timeout=3s\n"),
        ("k8s/job.yaml", "args: ['postgres', 'postgres://db/app?lock_timeout%3D3s', up]\n"),
        ("docker-compose.yml", "environment:\n  PGOPTIONS: -c lock_timeout=3s\n"),
    ],
)
def test_a_lock_timeout_of_the_connection_is_seen_from(path: str, text: str) -> None:
    assert limited({f"services/users/{path}": text}) == {"users": True, "orders": False}
    assert limited({f"services/users/{path}": text.replace("3s", "0").replace("3000", "0")}) == {
        "users": False,
        "orders": False,
    }
    assert limited({path: text}) == {"users": True, "orders": True}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("services/users/README.md", "PGOPTIONS='-c lock_timeout=3s'\n"),
        ("services/users/tests/compose.yaml", "PGOPTIONS: -c lock_timeout=3s\n"),
        ("services/users/notes.yaml", "text: set a lock_timeout=3s somewhere\n"),
        ("services/users/.env", "PGOPTIONS='-c statement_timeout=3s'\n"),
    ],
)
def test_what_is_no_connection_of_production_says_nothing(path: str, text: str) -> None:
    assert limited({path: text}) == {"users": False, "orders": False}


@pytest.mark.parametrize(("version", "heeded"), [("v3.18.0", False), ("v3.24.1", False), ("v3.25.0", True)])
def test_pgoptions_counts_from_goose_3_25_on(version: str, heeded: bool) -> None:
    """goose 3.18 and 3.29 were run; 3.25 is the first whose go.mod asks for a pgx that reads the variable (5.7.5)."""
    files = {
        "services/users/.env": "PGOPTIONS='-c lock_timeout=3s'\n",
        "services/users/go.mod": f"module users\n\nrequire github.com/pressly/goose/v3 {version}\n",
    }

    assert limited(files)["users"] is heeded
    assert limited({**files, "services/users/.env": "GOOSE_DBSTRING='dbname=app lock_timeout=3000'\n"})["users"]


def test_flyway_does_not_know_pgoptions() -> None:
    sql = {"billing/db/migration/V1__a.sql": "CREATE TABLE a (id int);\n"}
    gathering = gather(MemoryTree({**sql, "billing/.env": "PGOPTIONS='-c lock_timeout=3s'\n"}), Settings())

    assert [each.service.lock_timeout for each in gathering.services] == [False]
