"""Checksums are Flyway's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from avion_lint.runners import flyway
from avion_lint.runners.flyway_checksum import checksum
from avion_lint.source import Document

CASES = json.loads((Path(__file__).parent / "data" / "flyway_checksums.json").read_text(encoding="utf-8"))
# The values that Flyway had for the placeholders when the cases were observed.
CONFIGURATION = flyway.FlywayConfiguration(placeholders={"foo": "bar", "flyway:user": "postgres"})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_migration_has_the_checksum_that_flyway_was_seen_to_store(case):
    document = Document(f"db/migration/{case['name']}", bytes.fromhex(case["hex"]).decode())

    assert flyway.read(document, CONFIGURATION).checksum == case["checksum"]


def test_line_ends_do_not_count_and_blanks_do():
    assert checksum("a\nb") == checksum("a\r\nb\r\n") == checksum("ab") != checksum("a b")


@pytest.mark.parametrize("other", ["\f", "\v", "\x85", "\u2028", "\x1c"])
def test_other_line_ends_of_unicode_count(other):
    assert checksum(f"a{other}b") != checksum("ab")


def test_a_repeatable_migration_with_a_value_that_is_not_known_has_no_known_checksum():
    document = Document("R__x.sql", "SELECT '${elsewhere}';")

    assert flyway.read(document, flyway.FlywayConfiguration()).checksum is None


def test_placeholders_do_not_change_the_checksum_of_a_versioned_migration():
    document = Document("V1__x.sql", "SELECT '${elsewhere}';")

    assert flyway.read(document, flyway.FlywayConfiguration()).checksum == checksum(document.text)


def test_a_callback_has_no_checksum():
    assert flyway.read(Document("afterMigrate.sql", "SELECT 1;"), flyway.FlywayConfiguration()).checksum is None


def test_a_file_in_another_encoding_is_read_as_flyway_would_read_it():
    assert checksum("ä", "ISO-8859-1") == checksum("ä".encode().decode("iso-8859-1"))
    assert checksum("a", "windows-1252") == checksum("a")


@pytest.mark.parametrize(
    ("text", "encoding"), [("ä", "US-ASCII"), ("a", "no such"), ("a", "UTF-16"), ("\u0401", "cp1252")]
)
def test_a_checksum_that_cannot_be_told_is_none(text, encoding):
    assert checksum(text, encoding) is None
