"""Flyway's settings are read from wherever a repository keeps them, for the folder that they are about."""

import pytest

from avion_lint.discovery.flyway_sources import flyway_sources, sets_lock_timeout
from avion_lint.discovery.tree import MemoryTree
from avion_lint.runners.flyway_configuration import FlywayConfiguration

BILLING = "services/billing/db/migration"
USERS = "services/users/db/migration"


def configuration(files: dict[str, str], folder: str = BILLING, **own: str) -> FlywayConfiguration:
    tree = MemoryTree(files)
    sources = flyway_sources(tree.paths(), tree.read, manifests=True)
    words = {key.replace("_", "."): value for key, value in own.items()}
    return sources.configuration(folder, words, (BILLING, USERS))


LOCK_OFF = {
    "services/billing/flyway.conf": "flyway.postgresql.transactional.lock=false\n",
    "services/billing/flyway.toml": "[flyway.postgresql.transactional]\nlock = false\n",
    "services/billing/k8s/job.yaml": 'env:\n- name: FLYWAY_POSTGRESQL_TRANSACTIONAL_LOCK\n  value: "false"\n',
    "services/billing/src/main/resources/application.yaml": (
        "spring:\n  flyway:\n    postgresql:\n      transactional-lock: false\n"
    ),
    "services/billing/src/main/resources/application-prod.properties": (
        "spring.flyway.postgresql.transactional-lock=false\n"
    ),
}


@pytest.mark.parametrize("path", LOCK_OFF)
def test_the_transactional_lock_is_known_to_be_off_from(path: str) -> None:
    assert configuration({path: LOCK_OFF[path]}).postgresql_transactional_lock is False


@pytest.mark.parametrize("path", LOCK_OFF)
def test_what_lies_with_one_service_says_nothing_of_another(path: str) -> None:
    assert configuration({path: LOCK_OFF[path]}, USERS).postgresql_transactional_lock is None


def test_a_manifest_beside_no_service_is_about_all() -> None:
    files = {"deploy/job.yaml": LOCK_OFF["services/billing/k8s/job.yaml"]}

    assert configuration(files, USERS).postgresql_transactional_lock is False
    assert configuration(files, BILLING).postgresql_transactional_lock is False


def test_the_schema_of_a_manifest_beside_several_services_is_that_of_one_which_is_not_known() -> None:
    manifest = "kind: ConfigMap\ndata:\n  FLYWAY_DEFAULT_SCHEMA: users\n  FLYWAY_MIXED: 'true'\n"
    near = configuration({"services/users/k8s/config.yaml": manifest}, USERS)
    apart = configuration({"deploy/config.yaml": manifest}, USERS)

    assert (near.default_schema, near.mixed) == ("users", True)
    assert (apart.default_schema, apart.mixed) == (None, True)


def test_nothing_is_known_where_nobody_says_anything() -> None:
    assert configuration({}).postgresql_transactional_lock is None


def test_our_settings_outweigh_the_files() -> None:
    files = {"flyway.conf": "flyway.mixed=true\nflyway.placeholders.schema=a\n"}

    assert configuration(files, mixed="false").mixed is False
    assert configuration(files, placeholders_schema="b").placeholders["schema"] == "b"


def test_springs_settings_for_tests_say_nothing_of_production() -> None:
    path = "services/billing/src/test/resources/application.yaml"
    text = LOCK_OFF["services/billing/src/main/resources/application.yaml"]

    assert configuration({path: text}).postgresql_transactional_lock is None


def test_springs_settings_that_are_no_yaml_say_nothing() -> None:
    path = "services/billing/src/main/resources/application.yaml"

    assert configuration({path: "flyway: [\n"}) == FlywayConfiguration()


def test_init_sql_can_set_a_lock_timeout() -> None:
    assert sets_lock_timeout(configuration({"flyway.conf": "flyway.initSql=SET lock_timeout = '3s'\n"}))
    assert not sets_lock_timeout(configuration({"flyway.conf": "flyway.initSql=SELECT 1\n"}))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("flyway.conf", "flyway.initSql=SET lock_timeout TO '3s'\n"),
        ("flyway.toml", "[environments.default]\ninitSql = \"SET lock_timeout = '3s'\"\n"),
        ("k8s/job.yaml", "image: flyway\nenv:\n- name: FLYWAY_INIT_SQL\n  value: SET lock_timeout = '3s'\n"),
        ("k8s/job.yaml", 'image: flyway\nargs: ["-initSql=SET lock_timeout = \'3s\'", "migrate"]\n'),
        ("k8s/job.yaml", "image: flyway\nargs:\n- -initSql=SET lock_timeout = '3s'\n- migrate\n"),
        ("ci.yaml", "run: flyway -url=$URL -initSql=\"SET lock_timeout = '3s'\" migrate\n"),
        ("src/application.yaml", "spring.flyway.init-sqls: SET lock_timeout = '3s'\n"),
        ("src/application.yaml", "spring: {flyway: {initSqls: [SET a = 1, SET lock_timeout = '3s']}}\n"),
        ("src/application.properties", "spring.flyway.init-sqls=SET lock_timeout = '3s'\n"),
    ],
)
def test_the_sql_of_new_connections_is_found_wherever_it_is_said(path: str, text: str) -> None:
    assert sets_lock_timeout(configuration({f"services/billing/{path}": text}))
    assert not sets_lock_timeout(configuration({f"services/billing/{path}": text.replace("3s", "0")}))
    assert not sets_lock_timeout(configuration({f"services/billing/{path}": text}, USERS))


def test_flyways_arguments_count_like_its_variables() -> None:
    text = "image: flyway/flyway\nargs: [-postgresql.transactional.lock=false, '-placeholders.schema=a']\n"
    found = configuration({"services/billing/k8s/job.yaml": text})

    assert found.postgresql_transactional_lock is False
    assert found.placeholders == {"schema": "a"}
    assert configuration({"services/billing/k8s/job.yaml": text.replace("flyway", "x")}) == FlywayConfiguration()
