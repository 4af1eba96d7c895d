"""The real Flyway 11.20.3 and we make the same of the same files."""

from __future__ import annotations

import random
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from avion_lint.record import replace
from avion_lint.runners import flyway
from avion_lint.runners.flyway_configuration import Prefixes
from avion_lint.runners.flyway_placeholders import known_placeholders, prepare
from avion_lint.runners.flyway_statements import split
from avion_lint.runners.migration import FileName, Kind
from avion_lint.source import Document
from tests import flyway_truth

ABSENCE = flyway_truth.absence()
pytestmark = pytest.mark.skipif(ABSENCE is not None, reason=f"the real Flyway cannot be run: {ABSENCE}")

PLACEHOLDERS = {"x": "va;lue", "empty": "", "quote": "'", "flyway:user": "me"}
SETTINGS = """\
flyway.mixed=true
flyway.placeholders.x=va;lue
flyway.placeholders.empty=
flyway.placeholders.quote='
context.flyway\\:user=me
"""
MIXED = flyway.FlywayConfiguration(mixed=True, placeholders=PLACEHOLDERS)

TRICKY = {
    "nothing": "",
    "blanks": " \n\t\r\n\xa0\u2003;\n;",
    "comments": "-- a;\n/* b; /* c; */ */;",
    "comment_before": "-- a;\n\n/* b */ SELECT 1; -- behind\nSELECT 2",
    "comment_at_carriage_return": "-- a\rSELECT 1;",
    "comment_open": "SELECT 1; /* open ; /* */ SELECT 2;",
    "string_open": "SELECT 'open; SELECT 2;",
    "name_open": 'SELECT "open; SELECT 2;',
    "dollar_open": "SELECT $a$ ; SELECT $b$ 2;",
    "strings": "SELECT 'it''s;', E'\\';', e'\\';', B'\\';', X'1;', N';', U&';', u&'\\;';",
    "prefix_in_word": "SELECT fE'\\';', 1;'; SELECT a.E'\\';",
    "names": 'SELECT ";"";", a.";", "a".";".b.";", a.b.c.d;',
    "dollars": "SELECT $$;$$, $t$;$$;$t$, a$b;c$; SELECT $ä$;$ä$;",
    "parameters": "PREPARE p AS SELECT $1, $2; EXECUTE p(1, 2); SELECT $$;$$;",
    "parameter_alone": "CREATE FUNCTION f(int) RETURNS int RETURN $1;\nSELECT 1;",
    "parameter_pair": "SELECT $1; SELECT 1::int $ x;\nSELECT 2;",
    "dollar_behind_digit": "SELECT 1$;$; SELECT 2$$;$$",
    "parenthesis_first": "(SELECT 1) UNION (SELECT 2);\n(SELECT 3);\n\n(SELECT 4);-- x\n(SELECT 5);",
    "parenthesis_behind_blanks": " \n \n(SELECT 1);\t\n\n(SELECT 2);\r\n\r\n(SELECT 3);\xa0\n\n(SELECT 4);",
    "parenthesis_open": "SELECT (1; SELECT 2;",
    "parenthesis_closed": "SELECT 1); SELECT 2;",
    "parenthesis_later": "SELECT (1; SELECT 2); SELECT 3);SELECT (4; SELECT 5;",
    "rule": "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3;",
    "atomic": "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END; SELECT 2;",
    "atomic_nested_case": "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN CASE WHEN b THEN 1 END END; END;",
    "atomic_comment": "CREATE FUNCTION f() BEGIN /* ; */ -- ;\n ATOMIC SELECT 1; END; SELECT 2;",
    "atomic_parenthesis": "CREATE FUNCTION f() BEGIN (x) ATOMIC SELECT 1; END; SELECT 2;",
    "atomic_quoted": 'CREATE FUNCTION f() "BEGIN" ATOMIC SELECT 1; END; SELECT 2;',
    "atomic_far": "CREATE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE STRICT SECURITY DEFINER PARALLEL SAFE COST 9 "
    "BEGIN ATOMIC SELECT 1; END; SELECT 2;",
    "atomic_below_zero": "SELECT 1)(BEGIN ATOMIC SELECT 2; END); SELECT 3;",
    "atomic_open": "SELECT 1;\n  CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; SELECT 2;",
    "begin_end": "BEGIN; SELECT 1; END; COMMIT;",
    "copy": "COPY t (a) FROM stdin;\n1;'$1\n\\.\nSELECT 1;",
    "copy_options": "COPY a.t (b, c) FROM STDIN WITH (FORMAT csv); -- x\n1,2\n  \\.  \r\nSELECT 1;",
    "copy_word_behind": "COPY t FROM STDIN CSV;\n1\n\\.\nSELECT 1;",
    "copy_from_file": "COPY t FROM '/x'; SELECT 1;",
    "copy_to": "COPY t TO STDOUT; SELECT 1;",
    "copy_many_words": "COPY a b c d e f g h FROM STDIN; SELECT 1;",
    "copy_at_last_word": "COPY a b c d e f g FROM STDIN;\n1\n\\.\nSELECT 1;",
    "copy_at_end": "COPY t FROM STDIN;\n\\.",
    "concurrently": "CREATE INDEX CONCURRENTLY i ON t (a); create unique index concurrently j on t (a);",
    "concurrently_comment": "CREATE /* x */ INDEX -- y\n CONCURRENTLY i ON t (a);",
    "concurrently_quoted": 'CREATE "INDEX" CONCURRENTLY; CREATE INDEX "CONCURRENTLY" ON t (a);',
    "reindex": "REINDEX INDEX CONCURRENTLY i; REINDEX (VERBOSE) SCHEMA s; REINDEX VERBOSE SYSTEM d;",
    "non_transactional": "VACUUM; DISCARD ALL; ALTER SYSTEM SET a = 1; DROP DATABASE d; CREATE TABLESPACE t; VACUUMS;",
    "type": "ALTER TYPE mood ADD VALUE 'x'; CREATE DATABASE.x; DROP SUBSCRIPTION s;",
    "at_sign": "@ VACUUM; VACUUM @; CREATE @ DATABASE d;",
    "words_in_parentheses": "CREATE (x) DATABASE d; (VACUUM); SELECT (VACUUM);",
    "placeholders": "SELECT '${x}', ${empty}${X}, $${x}, $$${x}$$, ${flyway:user}, '${flyway:filename}';",
    "placeholder_in_comment": "-- ${x}\nSELECT 1; /* ${quote} */ SELECT ${quote};${quote};",
    "placeholder_reserved": "SELECT 1; -- ${flyway:nope}",
    "placeholder_open": "SELECT '${open';",
    "byte_order_marks": "\ufeffSELECT 1;\ufeff\ufeff;SEL\ufeffECT 2;$\ufeff{x};",
    "letters": "SELECT ä, täble, あ, ª, Ⅷ, ², 😀; CREATE ÄDATABASE d;",
    "blank_characters": "SELECT\x0b1\x0c;\x1c\u2028SELECT\u20072\u202f;\x85SELECT 3;",
    "controls": "SELECT \x01;\x02;\x7f; SELECT \0;\0;\0",
    "trimmed": "\x01\x02 SELECT 1 \x03\x04;",
    "numbers": "SELECT 1.5e10, 1.a, 1E'\\';', 0x1; SELECT 1END;",
    "operators": "SELECT a - b -- c;\n, a / b /* ; */, a -> b, @ -5, a::int; SELECT a --;",
    "old_line_ends": "SELECT 1;\rSELECT 2;\r\r(SELECT 3);",
    "long": "SELECT '" + "x" * 5000 + ";'; -- " + "y" * 600 + "\nSELECT $tag$" + "z;" * 3000 + "$tag$;\n(SELECT 2);",
}


def ours(path: Path, configuration: flyway.FlywayConfiguration, conf: Path | None = None) -> dict[str, object]:
    """What we make of a file, in the words of the harness."""
    document = Document(str(path), path.read_bytes().decode())
    script_config = Document(str(conf), conf.read_text(encoding="utf-8")) if conf else None
    migration = flyway.read(document, configuration, script_config)
    (section,) = migration.sections
    result: dict[str, object] = {"checksum": migration.checksum}
    if section.error:
        return result | {"error": section.error.text}
    script = prepare(document.text, known_placeholders(configuration, path.name), configuration)
    statements = [
        {"line": script.text.count("\n", 0, one.first) + 1, "tx": one.transactional, "sql": chunk.text}
        for one, chunk in zip(split(script.text).statements, section.chunks, strict=True)
    ]
    return result | {"transaction": section.transaction, "statements": statements}


def assert_same(path: Path, truth: dict[str, object], own: dict[str, object]) -> None:
    if "error" in truth:
        assert "error" in own, (path.name, truth["error"])
        assert str(own["error"]) in str(truth["error"]), path.name
        return
    assert own == {key: truth[key] for key in ("checksum", "transaction", "statements")}, path.name


@pytest.mark.parametrize("name", TRICKY)
def test_a_tricky_script_gives_the_same_statements_transaction_and_checksum(name, truth):
    found = {path: made for path, made in truth("tricky").items() if path.stem.partition("__")[2] == name}

    assert len(found) == 2
    for path, made in found.items():
        assert_same(path, made, ours(path, MIXED))


FRAGMENTS = (
    *("SELECT", "a", "b.c", '"q"', '"BEGIN"', "BEGIN", "ATOMIC", "CASE", "END", "case", "(", ")", "(1, 'a')", ";"),
    *(";\n", "\n\n", " ", "\t", "\r\n", "'s'", "'it''s;'", "E'\\';'", "e'\\';'", "B'\\'", "U&'x;'", "$$", "$$;$$"),
    *("$t$ ; $t$", "$1", "$t$", "a$b", "-- c ;\n", "--x\r", "/* /* ; */ */", "/*", "*/", "/", "-", "1.5", ".", "a."),
    *('a."b;".c', "täble", "😀", "\xa0", "\u2003", "\ufeff", "あ", "²", "\x0b", "\x1c", "\x01", "@", "VACUUM", "COPY"),
    *("COPY t FROM STDIN;\nx'\n\\.\n", "CREATE INDEX CONCURRENTLY", "REINDEX", "VERBOSE", "SCHEMA", "DATABASE"),
    *("CREATE", "DROP", "UNIQUE", "ALTER SYSTEM", "DISCARD ALL", "CREATE FUNCTION f() BEGIN ATOMIC", "END;", "BEGIN.x"),
    *("BEGIN /* c */ ATOMIC", "CASE WHEN a THEN b END", "${x}", "$${x}", "${flyway:user}", "${empty}", "'", '"', "\0"),
)


def random_scripts() -> list[str]:
    chance = random.Random(11203)
    return [
        chance.choice((" ", "", "\n")).join(chance.choices(FRAGMENTS, k=chance.choice((3, 6, 12, 25, 60))))
        for _ in range(300)
    ]


def test_scripts_thrown_together_at_random_give_the_same(truth):
    found = truth("random")

    assert len(found) == 300
    for path, made in found.items():
        assert_same(path, made, ours(path, MIXED))


@pytest.mark.slow
def test_what_keeps_flyway_for_ever_is_refused(tmp_path):
    endless = {"V1__copy.sql": "COPY t FROM STDIN;\n1\n", "V1__digit.sql": "SELECT ٣;"}
    found = flyway_truth.read(write(tmp_path / "endless", endless))

    assert [made["error"] for made in found.values()] in (
        ["never ends", "never ends"],  # until its time here is over,
        ["never ends", "Java heap space"],  # or its memory
    )
    assert all("error" in ours(path, MIXED) for path in found)


NAMES = (
    *("V1__a.sql", "V1_create.sql", "v1__x.sql", "V1-2__a.sql", "1__x.sql", "V__x.sql", "R1__x.sql", "R__x.sql"),
    *("R__.sql", "r__x.sql", "V3.sql", "V4__.sql", "V1.2.3__a_b.SQL", "V1_0_0__a.sql", "V01__a.sql", "V-1__a.sql"),
    *("V+1__a.sql", "V1..2__a.sql", "V1.__a.sql", "V1___a.sql", "V1__a__b.sql", "V99999999999999999999__a.sql"),
    *("V１__a.sql", "B1__a.sql", "B__a.sql", "V 1__a.sql", "V1 __a.sql", "V1__a .sql", "afterMigrate.sql"),
    *("afterMigrate__a.sql", "afterMigrate_a.sql", "afterMigrateError.sql", "aftermigrate.sql", "createSchema__a.sql"),
    *("beforeEachMigrateStatement.sql", "afterEachMigrateStatementError__a.sql", "afterMigrateOperationFinish.sql"),
    *("afterCleanOperationFinish.sql", "beforeConnect.sql", "beforeRepeatables.sql", "schema.sql", "U1__a.sql"),
    *("Users.sql", "Vx__a.sql", "V1a__a.sql", "V1__ä😀.sql", "beforeUndo.sql", "afterVersioned.sql", "V1__a.pgsql"),
)


OWN_NAMES = flyway.FlywayConfiguration(prefixes=Prefixes("", "after", "V1"), separator="_", suffixes=(".sql", ".pgsql"))
OWN_NAMES_SETTINGS = """\
flyway.sqlMigrationPrefix=
flyway.repeatableSqlMigrationPrefix=after
flyway.baselineMigrationPrefix=V1
flyway.sqlMigrationSeparator=_
flyway.sqlMigrationSuffixes=.sql,.pgsql
"""


@pytest.mark.parametrize(
    ("folder", "configuration"), [("names", flyway.FlywayConfiguration()), ("own_names", OWN_NAMES)]
)
def test_names_are_parsed_alike(folder, configuration, truth):
    for path, made in truth(folder).items():
        parsed = flyway.parse_name(path.name, configuration)
        if not path.name.lower().endswith(configuration.suffixes):
            continue  # Flyway parses names whatever their suffix, but never gets to see such files
        if not isinstance(parsed, FileName) or parsed.kind is Kind.UNDO:
            assert not made["valid"], (path.name, parsed)
            continue
        version = str(parsed.version) if parsed.version else None
        assert made["valid"], (path.name, parsed)
        assert (version, parsed.description) == (made["version"], made["description"]), path.name


OTHER_MARKS = replace(MIXED, placeholder_prefix="#[[", placeholder_suffix="]]", placeholder_separator="|")


OTHER_MARKS_SETTINGS = "flyway.placeholderPrefix=#[[\nflyway.placeholderSuffix=]]\nflyway.placeholderSeparator=|\n"
MARKED = (
    *("#[[x]]", "##[[x]]", "#[#[[x]]", "#[[[x]]", "${x}", "#[[flyway|filename]]", "#[[x] ]]", "#[[X]]", "#[[x]"),
    *("#[[flyway:filename]]", "#[", "#", "${", "$${x}", "#[[", "]]", "#[[flyway|nope]]", "${flyway:nope}"),
)


@pytest.mark.parametrize(
    ("folder", "configuration"), [("marks", OTHER_MARKS), ("no_marks", replace(MIXED, placeholder_replacement=False))]
)
def test_other_placeholder_marks_and_no_replacement_give_the_same(folder, configuration, truth):
    for path, made in truth(folder).items():
        (section,) = flyway.read(Document(str(path), path.read_text(encoding="utf-8")), configuration).sections
        if section.error:
            # Where not even the length of the suffix is left, Flyway stumbles over its own arithmetic.
            assert section.error.text in made["error"] or "index -1" in made["error"]
        elif any(chunk.masked for chunk in section.chunks):
            assert "No value provided for placeholder" in made["error"]
        else:
            assert [chunk.text for chunk in section.chunks] == [one["sql"] for one in made["statements"]]


CONFIGS = (
    *(
        "executeInTransaction=false",
        "executeInTransaction: TRUE",
        "executeInTransaction false",
        "executeInTransaction=yes",
    ),
    *("foo=1", "placeholderReplacement=false", "# a\\\n! b\nexecuteInTransaction=false", "EXECUTEINTRANSACTION=false"),
    *("executeInTransaction=fa\\\nlse", "\ufeffexecuteInTransaction=false", "executeInTransaction=false\\\n\nfoo"),
    *(" executeInTransaction = false \r\n", "executeInTransaction", "executeInTransaction=false # x", "\n\n", "a\\=b"),
    *("executeInTransaction=true\nexecuteInTransaction=false", "execute\\u0049nTransaction=false", "encoding=UTF-8"),
)


def test_script_configurations_decide_alike(truth):
    for path, made in truth("configs").items():
        own = ours(path, flyway.FlywayConfiguration(), path.with_name(f"{path.name}.conf"))
        if "error" in made:
            assert str(own["error"]).split(" (/")[0] in made["error"]
        else:
            assert own["transaction"] == made["transaction"]


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """What Flyway makes of the files of a folder, by the folder's name; Flyway is started once for all of them."""
    root = tmp_path_factory.mktemp("real")
    folders = {
        "tricky": {
            f"{prefix}__{name}.sql": text
            for number, (name, text) in enumerate(TRICKY.items())
            for prefix in (f"V{number}", "R")
        },
        "random": {f"V{number}__x.sql": text for number, text in enumerate(random_scripts())},
        "names": dict.fromkeys(NAMES, ""),
        "own_names": dict.fromkeys(NAMES, ""),
        "marks": {f"V{number}__x.sql": f"SELECT '{text}'" for number, text in enumerate(MARKED)},
        "no_marks": {f"V{number}__x.sql": f"SELECT '{text}'" for number, text in enumerate(MARKED)},
        "configs": {f"V{number}__x.sql": "VACUUM; SELECT '${flyway:nope}';" for number in range(len(CONFIGS))}
        | {f"V{number}__x.sql.conf": conf for number, conf in enumerate(CONFIGS)},
    }
    settings = {
        "names": "",
        "own_names": OWN_NAMES_SETTINGS,
        "marks": SETTINGS + OTHER_MARKS_SETTINGS,
        "no_marks": SETTINGS + "flyway.placeholderReplacement=false\n",
        "configs": "",
    }
    for folder, files in folders.items():
        write(root / folder, {"settings.properties": settings.get(folder, SETTINGS)} | files)
    found = flyway_truth.read(*(root / folder for folder in folders))
    return lambda folder: {path: made for path, made in found.items() if path.parent.name == folder}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    return folder


# --- on a server ---------------------------------------------------------------------------------------------

LOCK_OFF = {"settings.properties": "flyway.postgresql.transactional.lock=false\n"}
TABLE = {"V1__table.sql": "CREATE TABLE t (a int);"}
HALF = "INSERT INTO t VALUES (1); VACUUM t; SELECT nope;"
WHOLE = "INSERT INTO t VALUES (1); SELECT nope;"

SCENARIOS = {
    "mixture": TABLE | {"V2__x.sql": "INSERT INTO t VALUES (1);\nVACUUM t;"},
    "mixed": TABLE | {"V2__x.sql": HALF, "settings.properties": "flyway.mixed=true\n"},
    "whole": TABLE | {"V2__x.sql": WHOLE},
    "never": TABLE | {"V2__x.sql": WHOLE, "settings.properties": "flyway.executeInTransaction=false\n"},
    "config": TABLE | {"V2__x.sql": WHOLE, "V2__x.sql.conf": "executeInTransaction=false"},
    "config_upper_case": TABLE | {"V2__x.sql": WHOLE, "V2__X.SQL.CONF": "executeInTransaction=false"},
    "group": TABLE | {"V2__x.sql": "VACUUM t;", "settings.properties": "flyway.group=true\n"},
    "each": TABLE | LOCK_OFF | {"afterEachMigrate.sql": "CREATE INDEX CONCURRENTLY i ON t (a);"},
    "after": TABLE | LOCK_OFF | {"afterMigrate__x.sql": "CREATE INDEX CONCURRENTLY i ON t (a);"},
    "parenthesis": {"V1__x.sql": "SELECT 0;\n(SELECT 1) UNION (SELECT 2);"},
    "checksums": {
        "V1.0__größer.sql": "\ufeffSELECT 1;\r\n-- 😀 ${x}\r\n",
        "V2.sql": "SELECT '${flyway:filename}';",
        "R__x.sql": "SELECT '${x} ${flyway:table}';",
        "afterMigrate.sql": "SELECT 1;",
        "V3_x.sql": "SELECT nope;",
        "R.sql": "SELECT nope;",
        "settings.properties": "flyway.placeholders.x=y\n",
    },
}


@pytest.fixture(scope="module")
def server(postgres):
    """Connection parameters of a PostgreSQL server, without a database."""
    return {key: value for key, value in conninfo_to_dict(postgres).items() if key != "dbname"}


@pytest.fixture(scope="module")
def migrated(server, tmp_path_factory):
    """Flyway's error in each scenario, after `migrate`, each in a database `flyway_` and its name."""
    root = tmp_path_factory.mktemp("migrate")
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as connection:
        for name in SCENARIOS:
            connection.execute(f"DROP DATABASE IF EXISTS flyway_{name}")
            connection.execute(f"CREATE DATABASE flyway_{name}")
    url = f"jdbc:postgresql://{server['host']}:{server['port']}/flyway_"
    runs = [("migrate", url + name, write(root / name, files)) for name, files in SCENARIOS.items()]
    return {path.name: error for path, error in flyway_truth.execute(*runs).items()}


@pytest.fixture
def rows(server, migrated):  # noqa: ARG001 - the databases are there after it
    """The rows of a query in the database of a scenario."""

    def fetch(scenario: str, query: str) -> list[tuple]:
        with psycopg.connect(**server, dbname=f"flyway_{scenario}") as connection:
            return connection.execute(query).fetchall()

    return fetch


def read(scenario: str, name: str, **settings) -> flyway.MigrationFile:
    files = SCENARIOS[scenario]
    conf = files.get(f"{name}.conf")
    return flyway.read(
        Document(name, files[name]),
        flyway.FlywayConfiguration(**settings),
        None if conf is None else Document(f"{name}.conf", conf),
    )


def test_a_mixture_stops_migrate_with_the_words_that_we_give(migrated, rows):
    (section,) = read("mixture", "V2__x.sql").sections

    assert section.error is not None
    assert migrated["mixture"] == section.error.text
    assert rows("mixture", "SELECT count(*) FROM t") == [(0,)]


@pytest.mark.parametrize(
    ("scenario", "settings"),
    [
        ("mixed", {"mixed": True}),
        ("never", {"execute_in_transaction": False}),
        ("config", {}),
        ("config_upper_case", None),
    ],
)
def test_without_a_transaction_what_came_before_a_failure_remains(scenario, settings, rows):
    assert settings is None or not read(scenario, "V2__x.sql", **settings).sections[0].transaction
    assert rows(scenario, "SELECT count(*) FROM t") == [(1,)]


def test_in_a_transaction_nothing_remains_of_a_failure(rows):
    assert read("whole", "V2__x.sql").sections[0].transaction
    assert rows("whole", "SELECT count(*) FROM t") == [(0,)]
    assert rows("whole", "SELECT version FROM flyway_schema_history") == [("1",)]


def test_a_group_of_both_sorts_of_files_is_refused(migrated):
    assert [read("group", name).sections[0].transaction for name in ("V1__table.sql", "V2__x.sql")] == [True, False]
    assert "Detected both transactional and non-transactional migrations within the same migration group" in str(
        migrated["group"]
    )


def test_a_callback_around_each_migration_is_in_its_transaction(migrated, rows):
    assert read("each", "afterEachMigrate.sql").sections[0].transaction
    assert "CREATE INDEX CONCURRENTLY cannot run inside a transaction block" in str(migrated["each"])
    assert rows("each", "SELECT to_regclass('t')") == [(None,)]


def test_a_callback_after_all_of_them_is_in_none(migrated, rows):
    assert not read("after", "afterMigrate__x.sql").sections[0].transaction
    assert migrated["after"] is None
    assert rows("after", "SELECT to_regclass('i')::text") == [("i",)]


def test_a_parenthesis_that_begins_a_statement_is_lost_on_the_way_to_the_server(migrated):
    assert 'syntax error at or near ")"' in str(migrated["parenthesis"])


def test_the_history_has_our_checksums_versions_and_descriptions(migrated, rows):
    history = rows("checksums", "SELECT script, version, description, checksum FROM flyway_schema_history")
    files = [read("checksums", name, placeholders={"x": "y"}) for name in ("V1.0__größer.sql", "V2.sql", "R__x.sql")]

    assert migrated["checksums"] is None
    assert history == [
        (file.path, str(file.version) if file.version else None, file.description, file.checksum) for file in files
    ]
