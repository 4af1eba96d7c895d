"""The usual command lines mean to the short reader what they mean to argparse."""

from itertools import permutations

import pytest

from avion_lint.cli import arguments as full
from avion_lint.cli.usual import usual

WORDS = ("--all", "--staged", "--no-git", "-q", "-v", "--no-cache", "--exit-zero", "db/migrations", "a.sql")
VALUED = (
    ("--format", "json"),
    ("--format", "nonsense"),
    ("--base", "main"),
    ("--base", "--all"),
    ("--output", "r.txt"),
)


@pytest.fixture
def read_by_argparse(monkeypatch):
    seen = []
    monkeypatch.setattr("avion_lint.cli.lint.lint", lambda given: seen.append(given) or 0)

    def read(words):
        full.parse(list(words))()
        return vars(seen[-1])

    return read


LINES = [
    *permutations(WORDS, 2),
    *((*pair, word) for pair in VALUED for word in WORDS),
    (),
]


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_what_is_read_is_what_argparse_reads(words, read_by_argparse):
    given = usual(list(words))
    if given is None:
        with pytest.raises(SystemExit):
            read_by_argparse(words)
    else:
        assert vars(given) == read_by_argparse(words)


@pytest.mark.parametrize("verb", full.COMMANDS)
def test_commands_are_left_to_argparse(verb):
    assert usual([*verb.split(), "a.sql"]) is None


@pytest.mark.parametrize("word", ["--help", "-h", "--select", "--format=json", "-qv", "--", "-", "--fix"])
def test_all_other_options_are_left_to_argparse(word):
    assert usual(["a.sql", word]) is None
