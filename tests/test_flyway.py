"""A migration file is read as Flyway reads it: sections, transaction, chunks and errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avion_lint.record import replace
from avion_lint.runners import flyway
from avion_lint.runners.migration import Direction, Kind, MigrationFile, Runner
from avion_lint.source import Document

DEFAULT = flyway.FlywayConfiguration()
MIXTURE = "CREATE TABLE t (a int);\nVACUUM t;"


def read(text: str, name: str = "V1__x.sql", configuration=DEFAULT, conf: str | None = None) -> MigrationFile:
    script_config = None if conf is None else Document(f"db/migration/{name}.conf", conf)
    return flyway.read(Document(f"db/migration/{name}", text), configuration, script_config)


def error_of(text: str, **options) -> str | None:
    (section,) = read(text, **options).sections
    assert section.error is None or section.chunks == ()
    return section.error and section.error.text


def runs_in_transaction(text: str, **options) -> bool:
    (section,) = read(text, **options).sections
    assert section.error is None, section.error
    return section.transaction


def test_a_versioned_migration_has_one_section_up():
    migration = read("SELECT 1;", "V1_2__add_users.sql")

    assert (migration.runner, migration.kind, str(migration.version), migration.description) == (
        Runner.FLYWAY,
        Kind.VERSIONED,
        "1.2",
        "add users",
    )
    assert [section.direction for section in migration.sections] == [Direction.UP]


@pytest.mark.parametrize("name", ["R__x.sql", "B1__x.sql", "afterMigrate.sql"])
def test_repeatable_baseline_and_callback_run_upwards(name):
    assert read("SELECT 1;", name).section(Direction.UP)


def test_an_undo_migration_has_one_section_down():
    migration = read("DROP TABLE t;", "U1__x.sql")

    assert migration.kind is Kind.UNDO
    assert [section.direction for section in migration.sections] == [Direction.DOWN]


def test_a_file_with_a_name_that_flyway_does_not_take_is_still_read():
    migration = read("SELECT 1;", "create.sql")

    assert (migration.kind, migration.version) == (Kind.VERSIONED, None)
    assert len(migration.sections[0].chunks) == 1


def test_chunks_are_what_is_sent_and_know_where_it_stands():
    text = "\ufeff-- größer 😀\r\n\tINSERT INTO t VALUES ('${name}');\r\nDELETE FROM ${table};"
    (section,) = read(text, configuration=replace(DEFAULT, placeholders={"name": "x"})).sections
    first, second = section.chunks

    assert first.text == "-- größer 😀\r\n\tINSERT INTO t VALUES ('x')"
    assert text[first.span.start : first.span.end] == "-- größer 😀\r\n\tINSERT INTO t VALUES ('${name}')"
    assert second.text == "DELETE FROM __table_"
    assert text[second.span.start : second.span.end] == "DELETE FROM ${table}"
    assert (first.masked, second.masked) == (False, True)


def test_flyways_own_placeholders_that_are_known_are_replaced():
    text = "SELECT '${flyway:filename}', '${flyway:table}', '${flyway:defaultSchema}';"
    (section,) = read(text, configuration=replace(DEFAULT, default_schema="shop")).sections

    assert section.chunks[0].text == "SELECT 'V1__x.sql', 'flyway_schema_history', 'shop'"


def test_the_file_name_of_a_migration_without_description_has_no_separator():
    """Seen on 11.20.3: in V5__.sql the placeholder gives V5.sql."""
    (section,) = read("SELECT '${flyway:filename}';", "V5__.sql").sections

    assert section.chunks[0].text == "SELECT 'V5.sql'"


def test_all_transactional_statements_run_in_one_transaction():
    assert runs_in_transaction("CREATE TABLE t (a int); INSERT INTO t VALUES (1);")


def test_all_non_transactional_statements_run_without_one():
    (section,) = read("VACUUM a; VACUUM b;").sections

    assert not section.transaction
    assert [chunk.transactional for chunk in section.chunks] == [False, False]


def test_a_mixture_is_refused_in_flyways_words_at_the_first_of_the_second_sort():
    (section,) = read(MIXTURE).sections

    assert section.error is not None
    assert section.error.text == (
        "Detected both transactional and non-transactional statements within the same migration"
        " (even though mixed is false). Offending statement found at line 2: VACUUM t [non-transactional]"
    )
    assert MIXTURE[section.error.span.start : section.error.span.end] == "VACUUM t"
    assert error_of("VACUUM t; SELECT 1;").endswith("line 1: SELECT 1")


def test_mixed_allows_a_mixture_and_runs_all_of_it_without_a_transaction():
    assert not runs_in_transaction(MIXTURE, configuration=replace(DEFAULT, mixed=True))


def test_without_transactions_at_all_a_mixture_is_no_matter():
    assert not runs_in_transaction(MIXTURE, configuration=replace(DEFAULT, execute_in_transaction=False))
    assert not runs_in_transaction("SELECT 1", configuration=replace(DEFAULT, execute_in_transaction=False))


@pytest.mark.parametrize(
    ("conf", "transaction"),
    [
        ("executeInTransaction=false", False),
        ("executeInTransaction: FALSE\r\n", False),
        ("# why\nexecuteInTransaction true", True),
        ("\ufeffexecuteInTransaction=true", True),
        ("executeInTransaction=true\nexecuteInTransaction=false", False),
    ],
)
def test_the_script_configuration_decides_over_everything(conf, transaction):
    assert runs_in_transaction(MIXTURE, conf=conf) is transaction
    assert runs_in_transaction("SELECT 1", conf=conf, configuration=replace(DEFAULT, mixed=True)) is transaction


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        ("foo=1", "Unknown configuration property: foo. Please check your script config files"),
        ("foo=1\nbar=2", "Unknown configuration properties: bar,foo. Please check your script config files"),
        ("EXECUTEINTRANSACTION=false",
         "Unknown configuration property: EXECUTEINTRANSACTION. Please check your script config files"),
        ("flyway.mixed=true", "Unknown configuration property: flyway.mixed. Please check your script config files"),
        ("executeInTransaction=yes", "Invalid value for executeInTransaction (should be either true or false): yes"),
        ("executeInTransaction=false # x",
         "Invalid value for executeInTransaction (should be either true or false): false # x"),
        ("executeInTransaction", "Invalid value for executeInTransaction (should be either true or false): "),
        ("placeholderReplacement=${x}",
         "Invalid value for placeholderReplacement (should be either true or false): ${x}"),
    ],
)  # fmt: skip
def test_a_script_configuration_that_flyway_refuses_is_an_error_that_names_the_file_and_the_line(conf, message):
    assert error_of("SELECT 1;", conf=f"\n{conf}") == f"{message} (db/migration/V1__x.sql.conf, line 2)"


def test_the_script_configuration_can_switch_off_placeholders():
    (section,) = read("SELECT '${flyway:nope}';", conf="placeholderReplacement=false").sections

    assert section.chunks[0].text == "SELECT '${flyway:nope}'"


def test_its_encoding_is_that_of_the_checksum():
    assert read("ä", conf="encoding=ISO-8859-1").checksum == flyway.checksum("ä", "ISO-8859-1")


def test_a_placeholder_that_nothing_can_replace_is_an_error():
    assert error_of("SELECT 1;\nSELECT ${flyway:nope};") == (
        "Failed to populate value for default placeholder: ${flyway:nope}"
    )


def test_what_flyway_never_finishes_is_an_error():
    assert error_of("COPY t FROM STDIN;\n1\n") is not None


def test_of_two_errors_the_first_in_the_file_is_told():
    assert error_of("VACUUM; SELECT 1; COPY t FROM STDIN;").startswith("Detected both")


@pytest.mark.parametrize("event", ["beforeEachMigrate", "afterEachMigrate", "afterEachMigrateStatement"])
def test_a_callback_around_each_migration_runs_in_its_transaction_whatever_it_holds(event):
    assert runs_in_transaction("VACUUM", name=f"{event}__x.sql")
    assert not runs_in_transaction(
        "SELECT 1", name=f"{event}__x.sql", configuration=replace(DEFAULT, execute_in_transaction=False)
    )


def test_other_callbacks_decide_for_themselves():
    assert not runs_in_transaction("VACUUM", name="afterMigrate.sql")
    assert runs_in_transaction("SELECT 1", name="beforeMigrate__x.sql")


@given(st.lists(st.sampled_from(["SELECT 1;", "'", "$$", "(", ")", "--x\n", "é", "${a}", "\ufeff", ";", "/*", "\n"])))
def test_no_text_makes_it_fail_and_every_chunk_stands_in_the_document(pieces):
    text = "".join(pieces)
    (section,) = read(text).sections

    for chunk in section.chunks:
        assert 0 <= chunk.span.start <= chunk.span.end <= len(text)
