"""What the benchmarks measure on: the same on every machine, and migrations as goose and PostgreSQL take them."""

import hashlib
from itertools import islice

import pytest

from avion_lint.runners import goose
from avion_lint.runners.migration import Direction
from avion_lint.source import Document
from avion_lint.sql.statements import read
from benchmarks import generate
from tests.cli_helper import judged
from tests.git_helper import Repo

SHAPES = {
    "files": lambda: islice(generate.migrations(), 150),
    "merged": lambda: generate.merged(100_000, 10),
    "wide": lambda: generate.wide(40, 160),
}


def sections(name, text):
    file = goose.read(Document(name, text), goose.profile_of("latest"))
    return {direction: file.section(direction) for direction in Direction}


def digest(files):
    return hashlib.sha256("".join(f"{name}\n{text}" for name, text in files).encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("files", "51353de03cc64b62"), ("merged", "203c34d2f9f6e34d"), ("wide", "47844276ff200572")],
    ids=list(SHAPES),
)
def test_what_is_generated_is_the_same_everywhere(shape, expected):
    assert digest(SHAPES[shape]()) == expected


def test_another_seed_gives_other_files():
    assert digest(islice(generate.migrations(1), 5)) != digest(islice(generate.migrations(2), 5))


def test_migrations_have_the_size_of_real_ones():
    files = list(islice(generate.migrations(), 1000))
    size = sum(len(text.encode()) for _, text in files) / len(files)
    statements = sum(
        len(read(chunk.text).statements)
        for name, text in files[:300]
        for section in sections(name, text).values()
        for chunk in section.chunks
    )
    assert 850 < size < 1050
    assert 7 < statements / 300 < 8.2


@pytest.mark.parametrize("shape", SHAPES)
def test_postgresql_takes_all_that_is_generated_up_and_down(shape, postgres):
    psycopg = pytest.importorskip("psycopg")
    read_files = [sections(name, text) for name, text in SHAPES[shape]()]
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE SCHEMA made_{shape}")
        server.execute(f"SET search_path = made_{shape}")
        for each in read_files:
            run(server, each[Direction.UP])
        for each in reversed(read_files):
            run(server, each[Direction.DOWN])
        left = server.execute(
            "SELECT count(*) FROM pg_class c WHERE c.relnamespace = %s::regnamespace", [f"made_{shape}"]
        )
        assert left.fetchone() == (0,)
        server.execute(f"DROP SCHEMA made_{shape}")


def run(server, section):
    assert section.error is None
    for chunk in section.chunks:
        server.execute(chunk.text)


def test_a_repository_has_one_new_migration(tmp_path):
    new = generate.repository(tmp_path / "shop", islice(generate.migrations(), 12), commits=3)
    repo = Repo(tmp_path / "shop")
    assert repo.git("status", "--porcelain", "-uall").split() == ["??", f"{generate.FOLDER}/{new.name}"]
    assert len(repo.git("log", "--format=%h", "main").split()) == 3
    summary = judged(cwd=repo.path).report["summary"]
    assert (summary["judged"], summary["applied"]) == (1, 11)


def test_everything_in_a_generated_corpus_is_understood(tmp_path):
    generate.corpus(tmp_path, 60)
    report = judged("--no-git", "--all", cwd=tmp_path).report
    assert not [each for each in report["findings"] if each["id"].startswith("AV")]
    assert len({each["id"] for each in report["findings"]}) > 8
