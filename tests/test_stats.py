"""Stats files: what they may say, what is refused, and how long work takes."""

import contextlib
import json
from datetime import UTC, date, datetime
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from avion_lint.problems import SettingsError
from avion_lint.settings.schema_check import read_schema
from avion_lint.source import Document
from avion_lint.sql.actions import Name
from avion_lint.stats.model import GB, MB, TableStats, Thresholds
from avion_lint.stats.names import name_of
from avion_lint.stats.rates import Task, seconds
from avion_lint.stats.read import fits, load
from avion_lint.stats.units import bytes_of, range_words, rows_words, size_words
from avion_lint.stats.write import render

SCHEMA = Draft202012Validator(read_schema("avion_lint.stats", "stats.schema.json"))
USERS = Name("public", "users")


def read(text, path="avion-lint.stats.yaml"):
    return load(Document(path, text))


def refused(text, path="avion-lint.stats.yaml"):
    with pytest.raises(SettingsError) as error:
        read(text, path)
    return [(place.start.line, message) for place, message in error.value.problems]


def test_a_file_by_hand():
    stats = read("version: 1\nmeasured: '2026-11-01'\ntables:\n  users: {rows: 200}\n  shop.Items: {bytes: 12 GB}\n")

    assert stats.measured == date(2026, 11, 1)
    assert stats.of(USERS).rows == 200
    assert stats.of(Name("shop", "items")).bytes == 12 * GB
    assert stats.of(Name("shop", "users")) is None


def test_a_day_needs_no_quotes():
    assert read("version: 1\nmeasured: 2026-11-01\ntables: {}\n").measured == date(2026, 11, 1)


def test_a_table_is_looked_for_in_the_search_path():
    stats = read(
        '{"version": 1, "measured": "2026-11-01", "tables": {"shop.users": {"rows": 1}, "users": {"rows": 2}}}'
    )

    assert stats.of(Name(None, "users"), ("shop", "public")).rows == 1
    assert stats.of(Name(None, "users")).rows == 2
    assert stats.of(Name("public", "users")).rows == 2
    assert stats.of(Name(None, "other")) is None


def test_what_is_written_is_what_is_read():
    tables = (
        TableStats(USERS, 41_000_000, 12 * GB, 3 * GB, 5),
        TableStats(Name("Odd", 'a"b.c'), None, 8192, 0),
        TableStats(Name("public", "part"), 1, 2, 3, partition_of=USERS),
        TableStats(Name("public", "events"), 10, 20, 30, partitions=4),
    )
    text = render(datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC), "15.8", tables)
    stats = read(text, "avion-lint.stats.json")

    assert [stats.of(table.name) for table in tables] == [
        TableStats(USERS, 41_000_000, 12 * GB, 3 * GB, 5),
        TableStats(Name("Odd", 'a"b.c'), None, 8192, 0),
        TableStats(Name("public", "part"), 1, 2, 3, partition_of=USERS),
        TableStats(Name("public", "events"), 10, 20, 30, partitions=4),
    ]
    assert (stats.server, stats.measured) == ("15.8", date(2026, 11, 22))
    assert text.isascii()


HEAD = "version: 1\nmeasured: 2026-11-01\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"{HEAD}tables:\n  users: {{row: 5}}\n", 4, "did you mean `rows`?"),
        (f"{HEAD}tables:\n  users: {{rows: -5}}\n", 4, "must be from 0 to"),
        (f"{HEAD}tables:\n  users: {{bytes: 12 GiB}}\n", 4, "must be a number of bytes, like 10485760 or 10 MB"),
        (f"{HEAD}tables:\n  users: {{rows: many}}\n", 4, "must be a whole number"),
        (f"{HEAD}tables:\n  'a.b.c.d': {{rows: 1}}\n", 4, "is not a name as SQL writes it"),
        (f"{HEAD}tables:\n  users: {{rows: 1}}\n  USERS: {{rows: 1}}\n", 5, "given twice"),
        (f"{HEAD}tables:\n  users: {{rows: 1}}\n  users: {{rows: 1}}\n", 5, "users"),
        ("version: 1\nmeasured: 2026-13-45\ntables: {}\n", 2, "a day that no calendar has"),
        ("version: 1\ntables: {}\n", 1, "needs `measured`"),
        ("version: 2\nmeasured: 2026-11-01\ntables: {}\n", 1, "must be 1"),
        ("[]", 1, "must be a mapping"),
        ("{", 1, ""),
        ("", 1, ""),
        ("\x00", 1, ""),
    ],
)
def test_a_mistake_is_told_with_its_line(text, line, words):
    told = refused(text)

    assert [at for at, _ in told] == [line]
    assert words in told[0][1]


def test_json_with_a_mistake_is_told_with_its_line():
    text = '{"version": 1, "measured": "2026-11-01", "tables": {\n  "users": {"rows": "x"}\n}}'

    assert [line for line, _ in refused(text, "avion-lint.stats.json")] == [2]


def test_json_that_repeats_a_table_is_refused():
    text = '{"version": 1, "measured": "2026-11-01", "tables": {"users": {"rows": 1}, "users": {"rows": 2}}}'

    assert len(refused(text, "avion-lint.stats.json")) == 1


@pytest.mark.parametrize("text", ["[" * 100_000, '{"version": ' + "9" * 10_000 + "}", "a: &a [*a]"])
def test_what_is_made_to_hurt_is_refused_in_words(text):
    assert refused(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(SettingsError):
        read(text)


@given(st.dictionaries(st.text(max_size=12), st.dictionaries(st.sampled_from(["rows", "bytes", "x"]), st.integers())))
def test_any_tables_are_read_or_refused(tables):
    with contextlib.suppress(SettingsError):
        read(json.dumps({"version": 1, "measured": "2026-11-01", "tables": tables}))


SIZES = st.one_of(st.integers(-3, 10), st.sampled_from([10**15, 10**18 + 1, True, 1.5, "1 GB", "x", None, {}]))
MEASURED = st.sampled_from(["2026-11-01", "2026-11-01T01:02:03Z", "2026-11-01T01:02:03+", "abcdefghij", 5])
KEYS = st.sampled_from(["rows", "bytes", "index-bytes", "toast-bytes", "partitions", "partition-of", "row"])


@given(
    st.fixed_dictionaries(
        {
            "version": st.sampled_from([1, 2, "1"]),
            "measured": MEASURED,
        },
        optional={
            "tables": st.dictionaries(st.sampled_from(["a", "b"]), st.dictionaries(KEYS, SIZES)),
            "server": st.sampled_from(["15", 15, None]),
            "other": st.just(1),
        },
    )
)
def test_what_is_read_quickly_is_what_the_schema_allows(content):
    assert not fits(content) or SCHEMA.is_valid(content)


def test_a_file_of_thousands_of_tables_is_read_at_once():
    tables = (TableStats(Name("public", f"table_{n}"), n, n * 100, n * 10) for n in range(20_000))
    document = Document("avion-lint.stats.json", render(datetime(2026, 11, 22, tzinfo=UTC), "15.8", tables))
    begin = perf_counter()

    assert len(load(document).tables) == 20_000
    assert perf_counter() - begin < 5


def test_names_are_folded_as_postgresql_folds_them():
    assert name_of('Shop."Odd Name"') == Name("shop", "Odd Name")
    assert name_of('"a""b"') == Name(None, 'a"b')
    assert name_of("Größe") == Name(None, "größe")
    assert [name_of(text) for text in ("", ".", "a.", "a b", '"', "a.b.c", "1a")] == [None] * 7


def test_bytes_are_in_postgresql_s_units():
    assert [bytes_of(text) for text in ("8192", "1 kB", "10MB", "1.5 GB", "2TB")] == [
        8192,
        1024,
        10 * MB,
        1536 * MB,
        2**41,
    ]
    assert [bytes_of(text) for text in ("", "-1", "1 GiB", "1e9", "1.5.2", "٣")] == [None] * 6


def test_numbers_are_said_as_people_say_them():
    assert [rows_words(count) for count in (0, 1, 9_999, 2_500_000, 41_200_000, 3_000_000_000)] == [
        "0 rows",
        "1 row",
        "9,999 rows",
        "2.5 million rows",
        "41 million rows",
        "3 billion rows",
    ]
    assert [size_words(count) for count in (100, 8192, 12 * GB)] == ["100 bytes", "8 kB", "12 GB"]
    assert [range_words(*times) for times in ((0.1, 0.5), (0.3, 8), (40, 250), (120, 1200), (700, 9000))] == [
        "less than a second",
        "up to 8 seconds",
        "about 40 seconds to 5 minutes",
        "about 2 to 20 minutes",
        "about 10 minutes to 3 hours",
    ]


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_a_range_is_never_said_narrower_than_it_is_by_more_than_it_rounds(low, more):
    assert range_words(low, low + more)


def test_small_is_what_is_small_in_all_that_is_known_and_large_in_anything():
    limits = Thresholds()

    assert limits.is_small(TableStats(USERS, 200, 16384))
    assert limits.is_small(TableStats(USERS, None, 16384))
    assert not limits.is_small(TableStats(USERS, 200, 5 * GB))
    assert not limits.is_small(TableStats(USERS))
    assert limits.is_large(TableStats(USERS, None, 12 * GB))
    assert limits.is_large(TableStats(USERS, 41_000_000))
    assert not limits.is_large(TableStats(USERS))


@given(st.sampled_from([*Task]), st.integers(0, 10**9), st.integers(0, 10**12))
def test_more_takes_longer_and_the_range_is_a_range(task, rows, size):
    less = seconds(task, TableStats(USERS, rows, size, 0))
    more = seconds(task, TableStats(USERS, rows * 2 + 1, size * 2 + 1, 0))

    assert 0 <= less.low <= less.high
    assert less.high <= more.high


def test_at_the_slowest_rates_a_small_table_is_done_in_a_second_or_two():
    limits = Thresholds()
    table = TableStats(USERS, limits.small_rows - 1, limits.small_bytes - 1, limits.small_bytes // 2)

    assert max(seconds(task, table).high for task in Task) < 2


def test_where_nothing_is_known_nothing_is_guessed():
    assert seconds(Task.SCAN, TableStats(USERS)) is None
