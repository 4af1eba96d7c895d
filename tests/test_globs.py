"""Globs match as in .gitignore, in time that no pattern can blow up."""

from __future__ import annotations

import time

import pytest

from avion_lint.globs import matches, names, under


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.sql", "a.sql"),
        ("*.sql", "x/y/a.sql"),
        ("vendor", "vendor/a.sql"),
        ("vendor", "x/vendor/a.sql"),
        ("vendor/", "x/vendor/a.sql"),
        ("/vendor", "vendor/a.sql"),
        ("db/seed", "db/seed/1.sql"),
        ("db/*/seed", "db/x/seed/1.sql"),
        ("**/seed", "a/b/seed/1.sql"),
        ("db/**", "db/a/b.sql"),
        ("db/**/x.sql", "db/x.sql"),
        ("db/**/c/**/x.sql", "db/a/c/d/e/x.sql"),
        ("移行/?.sql", "移行/値.sql"),
        ("db/[ab].sql", "db/b.sql"),
    ],
)
def test_a_pattern_names_a_file_or_a_folder_above_it(pattern, path):
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.sql", "a.sqlx"),
        ("/vendor", "x/vendor/a.sql"),
        ("db/seed", "x/db/seed/1.sql"),
        ("db/*/seed", "db/x/y/seed/1.sql"),
        ("vendor", "vendors/a.sql"),
        ("a*", "b/xa"),
        ("db/[ab].sql", "db/c.sql"),
        ("DB", "db/a.sql"),
    ],
)
def test_a_pattern_does_not_name_others(pattern, path):
    assert not matches(pattern, path)


def test_a_folder_is_named_exactly_or_held_beneath():
    assert names("services/*/db", "services/a/db")
    assert not names("services/*/db", "services/a/db/x")
    assert not names("db", "x/db")
    assert names("**/db", "x/y/db")
    assert names("", "")
    assert under("services/*/db", "services/a/db/x/1.sql")
    assert not under("db", "x/db/1.sql")
    assert under("", "anything/at/all")


def test_no_pattern_takes_long():
    begun = time.perf_counter()

    assert not matches("*a" * 30 + "b", "a" * 250)
    assert not matches("/".join(["**", "*a*a*"] * 30) + "/x", "/".join(["aaaaaaaa"] * 60))
    assert time.perf_counter() - begun < 1
