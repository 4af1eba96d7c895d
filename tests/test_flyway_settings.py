"""Flyway's settings are read from its files and its environment, and outweigh one another as Flyway has it.

Expected values were seen on the command line of Flyway 11.20.3.
"""

from __future__ import annotations

import pytest

from avion_lint.runners.flyway_configuration import FlywayConfiguration, Prefixes, configured
from avion_lint.runners.flyway_settings import from_conf, from_environment, from_manifest, from_toml
from avion_lint.source import Document


def conf(text: str) -> Document:
    return Document("flyway.conf", text)


def toml(text: str) -> Document:
    return Document("flyway.toml", text)


def manifest(text: str) -> Document:
    return Document("job.yaml", text)


def problems(source) -> list[tuple[str, str]]:
    return [(place.text, text) for place, text in source.problems]


def test_without_sources_everything_is_as_flyway_has_it_by_default():
    assert configured([]) == FlywayConfiguration()


def test_a_conf_file_says_everything_that_matters():
    text = """\
# Flyway
! of the shop
flyway.sqlMigrationPrefix=M
flyway.repeatableSqlMigrationPrefix = Rep
flyway.baselineMigrationPrefix: Base
flyway.undoSqlMigrationPrefix Undo
flyway.sqlMigrationSeparator=-
flyway.sqlMigrationSuffixes=.sql, .pgsql
flyway.placeholders.Schema=shop
flyway.placeholderPrefix=#[
flyway.placeholderSuffix=]
flyway.placeholderSeparator=|
flyway.placeholderReplacement=false
flyway.mixed=TRUE
flyway.group=true
flyway.executeInTransaction=false
flyway.encoding=ISO-8859-1
flyway.outOfOrder=true
flyway.validateMigrationNaming=true
flyway.baselineOnMigrate=true
flyway.postgresql.transactional.lock=false
flyway.schemas=shop,audit
flyway.table=history
flyway.locations=filesystem:sql,classpath:db/migration
flyway.initSql=SET lock_timeout = '3s'
flyway.url=jdbc:postgresql://db/shop
"""
    assert configured([from_conf(conf(text))]) == FlywayConfiguration(
        prefixes=Prefixes("M", "Rep", "Base", "Undo"),
        separator="-",
        suffixes=(".sql", ".pgsql"),
        placeholders={"schema": "shop"},
        placeholder_replacement=False,
        placeholder_prefix="#[",
        placeholder_suffix="]",
        placeholder_separator="|",
        mixed=True,
        group=True,
        execute_in_transaction=False,
        encoding="ISO-8859-1",
        out_of_order=True,
        validate_migration_naming=True,
        baseline_on_migrate=True,
        postgresql_transactional_lock=False,
        default_schema="shop",
        table="history",
        locations=("filesystem:sql", "classpath:db/migration"),
        init_sql="SET lock_timeout = '3s'",
    )


def placeholder(text: str) -> str | None:
    return configured([from_conf(conf(text))]).placeholders.get("p")


def test_a_backslash_in_a_conf_file_stands_for_itself():
    assert placeholder(r"flyway.placeholders.p=a\u0041\nb") == r"a\u0041\nb"


def test_a_backslash_at_the_end_of_a_line_joins_the_next_one():
    assert placeholder("flyway.placeholders.p=a\\\n    b\\\r\n\tc") == "abc"


@pytest.mark.parametrize("following", ["", "\n", "\nflyway.mixed=true"])
def test_it_does_not_where_nothing_or_a_setting_follows(following):
    assert placeholder(f"flyway.placeholders.p=a\\{following}") == "a\\"


def test_a_comment_goes_to_the_end_of_its_line_only():
    assert placeholder("# why \\\nflyway.placeholders.p=a") == "a"


def test_a_hash_behind_a_value_belongs_to_it():
    assert placeholder("flyway.placeholders.p=a # b") == "a # b"


def test_the_last_of_equal_keys_counts_and_placeholders_mind_no_case():
    assert placeholder("flyway.placeholders.p=1\nflyway.placeholders.P=2") == "2"


def test_a_byte_order_mark_and_carriage_returns_do_not_count():
    assert configured([from_conf(conf("\ufeffflyway.mixed=true\r\nflyway.group=true\r\n"))]) == FlywayConfiguration(
        mixed=True, group=True
    )


def test_a_value_from_the_environment_is_not_known():
    given = from_conf(conf("flyway.placeholders.p=a${HOME}\nflyway.mixed=${MIXED}"))

    assert configured([given]) == FlywayConfiguration()
    assert given.problems == ()


def test_keys_that_are_not_flyways_are_passed_over():
    assert configured([from_conf(conf("mixed=true\nFLYWAY.mixed=true\nflyway.Mixed=true"))]) == FlywayConfiguration()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("flyway.mixed=true # x", "Invalid value for flyway.mixed (should be either true or false): true # x"),
        ("flyway.mixed=yes", "Invalid value for flyway.mixed (should be either true or false): yes"),
        ("flyway.mixed", "Invalid value for flyway.mixed (should be either true or false): "),
        ("flyway.sqlMigrationSeparator=", "sqlMigrationSeparator cannot be empty!"),
        ("flyway.placeholderPrefix=", "placeholderPrefix cannot be empty!"),
    ],
)
def test_a_wrong_value_is_a_problem_with_its_place_in_flyways_words(line, text):
    source = from_conf(conf(f"# é\n{line}\nflyway.group=true\n"))

    assert problems(source) == [(line, text)]
    assert configured([source]) == FlywayConfiguration(group=True)


def test_toml_says_the_same_in_tables():
    text = """\
[flyway]
mixed = true
group = "TRUE"
sqlMigrationSuffixes = [".sql", ".pgsql"]
locations = ["filesystem:sql"]
baselineMigrationPrefix = "Base"
postgresql.transactional.lock = false

[flyway.placeholders]
schema = "shop"
number = 7
secret = "${env.SECRET}"

[environments.default]
initSql = "SET lock_timeout = '3s'"
schemas = ["shop"]
"""
    assert configured([from_toml(toml(text))]) == FlywayConfiguration(
        prefixes=Prefixes(baseline="Base"),
        suffixes=(".sql", ".pgsql"),
        placeholders={"schema": "shop", "number": "7"},
        mixed=True,
        group=True,
        postgresql_transactional_lock=False,
        default_schema="shop",
        locations=("filesystem:sql",),
        init_sql="SET lock_timeout = '3s'",
    )


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('mixed = "yes"', "Invalid value for flyway.mixed (should be either true or false): yes"),
        ('sqlMigrationSeparator = ""', "sqlMigrationSeparator cannot be empty!"),
        (
            "initSql = \"SET lock_timeout = '3s'\"",
            (
                "Failed to configure parameters: flyway.initSql; in TOML it belongs to an environment "
                '(`[environments.default]`, `initSql = "…"`)'
            ),
        ),
    ],
)
def test_a_wrong_value_in_toml_is_a_problem_at_its_line(line, text):
    source = from_toml(toml(f"[flyway]\r\n# mixed = true\r\n{line}\r\ngroup = true\r\n"))

    assert problems(source) == [(line, text)]
    assert configured([source]).group


def test_what_is_not_toml_is_a_problem_at_its_line():
    source = from_toml(toml("[flyway]\nmixed = true\n[flyway\n"))
    (place, text), *_ = source.problems

    assert (place.start.line, place.text) == (3, "[flyway")
    assert text.startswith("this is not TOML: ")
    assert configured([source]) == FlywayConfiguration()


def test_toml_nested_too_deeply_is_a_problem_and_no_exception():
    assert from_toml(toml("a = " + "[" * 100_000)).problems


def test_the_environment_that_toml_names_outweighs_all_else():
    text = """\
[flyway]
environment = "prod"
mixed = false
[flyway.placeholders]
p = "toml"
q = "toml"
[environments.prod.flyway]
mixed = true
[environments.prod.flyway.placeholders]
p = "prod"
[environments.default.flyway]
group = true
"""
    given = configured(
        [from_toml(toml(text)), from_environment({"FLYWAY_MIXED": "false", "FLYWAY_PLACEHOLDERS_R": "x"})]
    )

    assert given == FlywayConfiguration(mixed=True, placeholders={"p": "prod"})


def test_a_toml_file_makes_flyway_ignore_every_conf_file():
    sources = [from_toml(toml("[flyway]\n")), from_conf(conf("flyway.mixed=true"))]

    assert configured(sources) == FlywayConfiguration()


def test_of_two_conf_files_the_later_outweighs_and_the_environment_outweighs_both():
    first, second = from_conf(conf("flyway.mixed=true\nflyway.table=a")), from_conf(conf("flyway.table=b"))

    assert configured([first, second]) == FlywayConfiguration(mixed=True, table="b")
    assert configured([from_environment({"FLYWAY_TABLE": "c"}), first, second]).table == "c"


def test_environment_variables_have_flyways_names():
    given = {
        "FLYWAY_SQL_MIGRATION_PREFIX": "M",
        "FLYWAY_BASELINE_MIGRATION_PREFIX": "Base",
        "FLYWAY_SQL_MIGRATION_SUFFIXES": ".sql,.pgsql",
        "FLYWAY_EXECUTE_IN_TRANSACTION": "false",
        "FLYWAY_POSTGRESQL_TRANSACTIONAL_LOCK": "false",
        "FLYWAY_PLACEHOLDERS_MY_SCHEMA": "shop",
        "FLYWAY_DEFAULT_SCHEMA": "shop",
        "FLYWAY_INIT_SQL": "SELECT 1",
        "FLYWAY_PASSWORD": "secret",
        "flyway_mixed": "true",
        "PATH": "/bin",
    }
    source = from_environment(given)

    assert configured([source]) == FlywayConfiguration(
        prefixes=Prefixes(versioned="M", baseline="Base"),
        suffixes=(".sql", ".pgsql"),
        execute_in_transaction=False,
        postgresql_transactional_lock=False,
        placeholders={"my_schema": "shop"},
        default_schema="shop",
        init_sql="SELECT 1",
    )
    assert all("secret" not in setting.place.document.text for setting in source.values.values())


def test_a_wrong_value_in_the_environment_is_a_problem():
    assert problems(from_environment({"FLYWAY_MIXED": "yes", "FLYWAY_GROUP": ""})) == [
        ("FLYWAY_MIXED=yes", "Invalid value for flyway.mixed (should be either true or false): yes")
    ]


KUBERNETES = """\
apiVersion: batch/v1
kind: Job
spec:
  template:
    spec:
      containers:
        - name: flyway
          env:
            - name: FLYWAY_MIXED
              value: "true"   # allowed
            - value: 'it''s'
              name: FLYWAY_PLACEHOLDERS_A
            - name: "FLYWAY_TABLE"

              # the history
              value: history
            - {name: FLYWAY_GROUP, value: "true"}
            - name: FLYWAY_PLACEHOLDERS_SECRET
              valueFrom:
                secretKeyRef:
                  name: shop
                  key: value
            - name: FLYWAY_PLACEHOLDERS_HELM
              value: {{ .Values.schema | quote }}
            - name: FLYWAY_PLACEHOLDERS_ENV
              value: "$(SCHEMA)"
            - name: OTHER
              value: FLYWAY_OUT_OF_ORDER
"""


def test_a_kubernetes_manifest_gives_the_values_written_out_in_it():
    assert configured([from_manifest(manifest(KUBERNETES))]) == FlywayConfiguration(
        mixed=True, group=True, table="history", placeholders={"a": "it's"}
    )


def test_a_manifest_with_carriage_returns_gives_the_same():
    assert configured([from_manifest(manifest(KUBERNETES.replace("\n", "\r\n")))]) == configured(
        [from_manifest(manifest(KUBERNETES))]
    )


def test_a_value_that_only_the_cluster_knows_outweighs_one_that_is_known():
    sources = [from_conf(conf("flyway.placeholders.secret=a")), from_manifest(manifest(KUBERNETES))]

    assert "secret" not in configured(sources).placeholders


def test_compose_files_and_workflows_give_mappings_and_lists():
    text = """\
services:
  flyway:
    environment:
      FLYWAY_MIXED: true
      "FLYWAY_GROUP": 'true'
      FLYWAY_TABLE: ${TABLE}
      FLYWAY_USER:
  other:
    environment:
      - FLYWAY_OUT_OF_ORDER=true
      - "FLYWAY_PLACEHOLDERS_A=x y"
      - FLYWAY_PLACEHOLDERS_B=${B:-x}
    # - FLYWAY_BASELINE_ON_MIGRATE=true
jobs:
  migrate:
    env:
      FLYWAY_PLACEHOLDERS_C: ${{ secrets.C }}
      FLYWAY_PLACEHOLDERS_D: plain text # and why
"""
    assert configured([from_manifest(manifest(text))]) == FlywayConfiguration(
        mixed=True, group=True, out_of_order=True, placeholders={"a": "x y", "d": "plain text"}
    )


def test_a_variable_with_two_values_in_one_manifest_is_not_known():
    text = "a:\n  FLYWAY_MIXED: true\n  FLYWAY_TABLE: same\nb:\n  FLYWAY_MIXED: false\n  FLYWAY_TABLE: same\n"

    assert configured([from_manifest(manifest(text))]) == FlywayConfiguration(table="same")


def test_a_wrong_value_in_a_manifest_is_a_problem_at_its_place():
    source = from_manifest(manifest('env:\n  - name: FLYWAY_MIXED\n    value: "yes"\n'))

    assert problems(source) == [
        ('name: FLYWAY_MIXED\n    value: "yes"', "Invalid value for flyway.mixed (should be either true or false): yes")
    ]


def test_a_setting_knows_where_it_was_given():
    source = from_conf(conf("flyway.group=true\n\nflyway.mixed=true\n"))

    assert source.values["mixed"].place.start.line == 3
