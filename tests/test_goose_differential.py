"""Our reading beside the real goose: the queries that it sends, its transactions and its refusals."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from avion_lint.runners.goose import Profile, read
from avion_lint.runners.migration import Direction, Section
from avion_lint.source import Document
from tests.goose_wire import Goose, Wire, find_goose, wire

CASES = json.loads(Path(__file__).with_name("data").joinpath("goose_cases.json").read_text("utf-8"))
ENVIRONMENT = {"HOME": "/nowhere", "A": "val;ue", "B": "bé", "EMPTY": ""}
BINARIES = {
    Profile.V3_18: ("AVION_GOOSE_318", "goose-3.18"),
    Profile.V3_19: ("AVION_GOOSE_NEW", "goose"),
}

ANNOTATIONS = (
    "-- +goose Down",
    "-- +goose StatementBegin",
    "-- +goose StatementEnd",
    "-- +goose NO TRANSACTION",
    "-- +goose ENVSUB ON",
    "-- +goose ENVSUB OFF",
    "--+goose down",
    "-- +goose  Down",
    "  -- +goose Down",
    "---- +goose --StatementBegin--",
    "--\u00a0+goose StatementEnd\u00a0",
    "-- + goose Down",
    "-- +GOOSE Down",
    "/* +goose Down */",
    "--\t+goose StatementEnd",
)
LINES = (
    "SELECT 1;",
    "SELECT 1;",
    "SELECT 1",
    "",
    "  ",
    "\t",
    "-- c",
    "  --c;",
    "/* c;",
    "*/ ;",
    "'a -- b';",
    "'a;",
    "b');",
    "SELECT 1; -- c",
    "SELECT 1;--c",
    "SELECT 1;\u00a0-- c",
    "SELECT 1;\u2003",
    "x;\u200b",
    "AS $$",
    "$$;",
    "${A}",
    "${UNSET:-${B}};",
    r"\$A $$B \\;",
    "$(x);",
    "é😀;",
    ";",
    "; ;",
    "\x1c;",
)


def random_file(source: random.Random) -> str:
    lines = ["-- +goose ENVSUB ON"] if source.random() < 0.3 else []
    lines.append("-- +goose Up")
    for _ in range(source.randint(2, 12)):
        if source.random() < 0.2:
            lines += ["-- +goose StatementBegin", source.choice(LINES), "-- +goose StatementEnd"]
        else:
            lines.append(source.choice(ANNOTATIONS if source.random() < 0.2 else LINES))
    line_end = source.choice(("\n", "\n", "\r\n"))
    return line_end.join(lines) + source.choice(("", line_end, line_end * 2))


def files() -> dict[int, str]:
    """Migrations by version: the observed cases (without the one of 4 MiB), and random ones."""
    source = random.Random(318)
    texts = [case["input"] for case in CASES if case["input"] is not None]
    texts += [random_file(source) for _ in range(150)]
    return dict(enumerate(texts, start=1))


FILES = files()


@dataclass(frozen=True)
class Bench:
    """A database with a version table, a wire to it, and a goose that uses the wire."""

    goose: Goose
    note: Wire
    database: str
    profile: Profile

    def section(self, version: int, direction: Direction) -> Section | None:
        document = Document(f"{version:05}_x.sql", FILES[version])
        return read(document, self.profile, ENVIRONMENT).section(direction)

    def run(self, folder: Path, versions: list[int], *command: str, applied: bool) -> str:
        """Run goose on some files, which count as applied or not; returns its error output."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute("DELETE FROM goose_db_version WHERE version_id > 0")
            if applied:
                connection.execute(
                    "INSERT INTO goose_db_version (version_id, is_applied) SELECT unnest(%s::bigint[]), true",
                    [sorted(versions)],
                )
        for version in versions:
            folder.joinpath(f"{version:05}_x.sql").write_bytes(FILES[version].encode())
        self.note.sent.clear()
        return self.goose.run(folder, *command, environment=ENVIRONMENT).stderr


@contextmanager
def bench(binary: str, postgres: str, profile: Profile, folder: Path) -> Iterator[Bench]:
    name = f"goose_{profile.name.lower()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    port = urlsplit(postgres).port
    database = f"postgresql://postgres@127.0.0.1:{port}/{name}?sslmode=disable"
    Goose(binary, database).run(folder, "version", environment=ENVIRONMENT)
    with wire(postgres) as note:
        goose = Goose(binary, database.replace(f":{port}/", f":{note.port}/"))
        yield Bench(goose, note, database, profile)


@pytest.fixture(scope="module", params=list(Profile))
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    binary = find_goose(*BINARIES[request.param])
    postgres = request.getfixturevalue("postgres")  # only started where there is a goose
    with bench(binary, postgres, request.param, tmp_path_factory.mktemp("empty")) as made:
        yield made


def queries(section: Section | None) -> list[str]:
    return [chunk.text for chunk in section.chunks] if section else []


def expected(real: Bench, direction: Direction) -> Mapping[int, Section | None]:
    """What we read of the files that we think goose accepts."""
    read_as = {version: real.section(version, direction) for version in FILES}
    return {version: section for version, section in read_as.items() if section is None or section.error is None}


def test_up_sends_the_queries_that_we_read(real: Bench, tmp_path: Path):
    ours = expected(real, Direction.UP)
    output = real.run(tmp_path, list(ours), "up", applied=False)
    assert "ERROR" not in output
    assert len(ours) > 60
    for version, section in ours.items():
        assert section is not None
        assert real.note.sent.get(version) == (section.transaction, queries(section)), FILES[version]


def test_down_sends_the_queries_that_we_read(real: Bench, tmp_path: Path):
    ours = expected(real, Direction.DOWN)
    output = real.run(tmp_path, list(ours), "down-to", "0", applied=True)
    assert "ERROR" not in output
    for version, section in ours.items():
        transaction, sent = real.note.sent[version]
        assert sent == queries(section), FILES[version]
        assert section is None or transaction is section.transaction


@pytest.mark.parametrize("direction", Direction)
def test_a_file_that_we_refuse_is_refused_in_these_words(real: Bench, tmp_path: Path, direction: Direction):
    accepted = expected(real, direction)
    refused = [version for version in FILES if version not in accepted]
    for version in refused[:: max(1, len(refused) // 25)]:
        folder = tmp_path / str(version)
        folder.mkdir()
        output = real.run(folder, [version], direction, applied=direction is Direction.DOWN)
        section = real.section(version, direction)
        assert section is not None
        assert section.error is not None
        words = f"ERROR {version:05}_x.sql: failed to parse SQL migration file: {section.error.text}"
        assert words in output
        assert real.note.sent == {}
