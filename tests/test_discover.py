"""Migrations are found by what the files are; services are named by their folders."""

import pytest

from avion_lint.discovery.gather import gather
from avion_lint.discovery.tree import MemoryTree
from avion_lint.judgement.rehearse import rehearse
from avion_lint.runners.migration import Runner
from avion_lint.settings.model import ServiceSettings, Settings
from avion_lint.subjects import Dialect
from avion_rules import all_rules

UP = "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n"


def services(files: dict[str, str]) -> dict[str, tuple[Runner, int]]:
    gathering = gather(MemoryTree(files), Settings())
    return {each.service.name: (each.service.runner, len(each.files)) for each in gathering.services}


def test_an_annotation_tells_goose_and_a_name_tells_flyway() -> None:
    files = {
        "services/users/migrations/00001_a.sql": UP,
        "services/users/migrations/00002_b.sql": UP,
        "services/billing/db/migration/V1__a.sql": "SELECT 1;",
        "queries/report.sql": "SELECT 1;",
    }

    assert services(files) == {"users": (Runner.GOOSE, 2), "billing": (Runner.FLYWAY, 1)}


def test_a_file_without_annotations_is_gooses_where_goose_is_used_elsewhere() -> None:
    files = {"services/users/migrations/00001_a.sql": UP, "services/orders/migrations/00001_a.sql": "SELECT 1;"}

    assert services(files) == {"users": (Runner.GOOSE, 1), "orders": (Runner.GOOSE, 1)}


def test_migrations_of_another_tool_are_told_and_not_taken() -> None:
    files = {
        "services/users/migrations/00001_a.sql": UP,
        "other/migrations/000001_a.up.sql": "SELECT 1;",
        "dbmate/migrations/1_a.sql": "-- migrate:up\nSELECT 1;",
    }
    gathering = gather(MemoryTree(files), Settings())

    assert [each.service.name for each in gathering.services] == ["users"]
    assert {stray.folder: stray.tool for stray in gathering.strays} == {
        "other/migrations": "golang-migrate or sqlx",
        "dbmate/migrations": "dbmate",
    }


def test_folders_below_a_flyway_location_belong_to_it() -> None:
    files = {
        "app/src/main/resources/db/migration/V1__a.sql": "SELECT 1;",
        "app/src/main/resources/db/migration/2026/V2__a.sql": "SELECT 1;",
        "app/src/main/resources/db/migration/views/R__v.sql": "SELECT 1;",
    }
    gathering = gather(MemoryTree(files), Settings())

    assert [(each.service.root, len(each.files)) for each in gathering.services] == [
        ("app/src/main/resources/db/migration", 3)
    ]


def test_folders_named_after_vendors_are_alternatives() -> None:
    root = "db/migration"
    files = {
        f"{root}/common/V1__a.sql": "SELECT 1;",
        f"{root}/postgresql/V2__b.sql": "SELECT 1;",
        f"{root}/h2/V2__b.sql": "SELECT 1;",
    }
    gathering = gather(MemoryTree(files), Settings())
    main, h2 = gathering.services

    assert (main.service.dialect, sorted(file.path for file in main.files)) == (
        Dialect.POSTGRESQL,
        [f"{root}/common/V1__a.sql", f"{root}/postgresql/V2__b.sql"],
    )
    assert h2.service.dialect is Dialect.H2
    assert h2.shared == {f"{root}/common/V1__a.sql"}


def test_services_of_the_same_short_name_are_told_by_their_paths() -> None:
    files = {"a/users/migrations/1_a.sql": UP, "b/users/migrations/1_a.sql": UP}

    assert sorted(services(files)) == ["a/users/migrations", "b/users/migrations"]


@pytest.mark.parametrize(
    ("required", "version"),
    [("require github.com/pressly/goose/v3 v3.18.0", "v3.18.0"), ("require github.com/other v1.0.0", "latest")],
)
def test_the_version_of_goose_is_taken_from_the_nearest_go_mod(required: str, version: str) -> None:
    files = {"services/users/go.mod": f"module x\n\n{required}\n", "services/users/migrations/1_a.sql": UP}
    (only,) = gather(MemoryTree(files), Settings()).services

    assert only.service.goose == version


def test_flyways_default_schema_is_where_names_without_one_are_looked_for() -> None:
    files = {
        "db/flyway.conf": "flyway.defaultSchema=darts\n",
        "db/migration/V1__a.sql": "-- Author: A\n-- Date: 2026-01-01\nCREATE TABLE darts.t (a int);\n",
        "db/migration/V2__b.sql": "-- Author: A\n-- Date: 2026-01-01\nCREATE INDEX i ON t (a);\n",
    }
    found = rehearse(files, {"db/flyway.conf": files["db/flyway.conf"]}, all_rules(), policy="default").results

    assert [(result.rule.id, result.finding.message) for result in found] == []


def test_settings_of_flyways_that_cannot_be_read_are_told_and_do_not_pass() -> None:
    tree = MemoryTree({"db/flyway.conf": b"\xff\xfe", "db/migration/V1__a.sql": "SELECT 1;\n"})
    (unreadable,) = gather(tree, Settings()).unreadable

    assert unreadable.path == "db/flyway.conf"
    assert "not UTF-8" in unreadable.why


RESOURCES = "billing/src/main/resources"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"{RESOURCES}/application.yaml", "spring.flyway.locations: classpath:db/init,classpath:db/migration\n"),
        (f"{RESOURCES}/application.yml", "spring: {flyway: {locations: ['classpath:/db/init', 'db/migration']}}\n"),
        (f"{RESOURCES}/flyway.conf", "flyway.locations=filesystem:./db/init, filesystem:db/migration\n"),
    ],
)
def test_folders_that_flyways_locations_name_together_are_one_service(path: str, text: str) -> None:
    files = {
        f"{RESOURCES}/db/init/V1__a.sql": "CREATE TABLE t (id int);",
        f"{RESOURCES}/db/migration/V2__b.sql": "SELECT 1;",
        path: text,
    }

    assert services(files) == {"billing": (Runner.FLYWAY, 2)}


def test_a_location_of_callbacks_alone_belongs_to_the_service() -> None:
    files = {
        f"{RESOURCES}/db/hooks/beforeMigrate.sql": "SELECT 1;",
        f"{RESOURCES}/db/migration/V2__b.sql": "SELECT 1;",
        f"{RESOURCES}/application.yaml": "spring.flyway.locations: classpath:db/hooks,classpath:db/migration\n",
    }

    assert services(files) == {"billing": (Runner.FLYWAY, 2)}


def test_locations_of_one_service_say_nothing_of_another() -> None:
    files = {
        "a/db/init/V1__a.sql": "SELECT 1;",
        "a/db/migration/V2__a.sql": "SELECT 1;",
        "b/db/init/V1__a.sql": "SELECT 1;",
        "b/db/migration/V1__a.sql": "SELECT 1;",
        "a/application.yaml": "spring.flyway.locations: classpath:db/init,classpath:db/migration\n",
    }

    assert services(files) == {"a": (Runner.FLYWAY, 2), "init": (Runner.FLYWAY, 1), "b": (Runner.FLYWAY, 1)}


def test_a_service_of_several_locations_has_the_settings_of_either() -> None:
    files = {
        f"{RESOURCES}/db/init/V1__a.sql": "SELECT 1;",
        f"{RESOURCES}/db/migration/V2__b.sql": "SELECT 1;",
        f"{RESOURCES}/application.yaml": "spring.flyway.locations: classpath:db/init,classpath:db/migration\n",
    }
    own = ServiceSettings(f"{RESOURCES}/db/migration", postgres=12)
    (collected,) = gather(MemoryTree(files), Settings(services=(own,))).services

    assert collected.service.postgres == 12


@pytest.mark.parametrize(
    ("first", "name", "joined"),
    [
        ("init/V1__a.sql", "migration/V2__b.sql", True),
        ("baseline/V1__a.sql", "migrations/V1.1__b.sql", True),
        ("init/V1__a.sql", "migration/V1__b.sql", False),
        ("orders/V1__a.sql", "migration/V2__b.sql", False),
        ("orders/V1__a.sql", "users/V2__b.sql", False),
    ],
)
def test_a_folder_that_the_migrations_beside_it_go_on_from_belongs_to_them(first: str, name: str, joined: bool) -> None:
    files = {f"billing/db/{first}": "SELECT 1;", f"billing/db/{name}": "SELECT 1;"}

    assert len(services(files)) == (1 if joined else 2)
