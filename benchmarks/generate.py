"""Makes folders of goose migrations to measure on, the same on every machine (`python -m benchmarks.generate -h`)."""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from benchmarks import steps
from benchmarks.chance import Chance
from benchmarks.steps import Step, World

SEED = 20_250_101
FOLDER = "services/shop/migrations"

_AUTHORS = ("Ada Okafor", "Björn Lind", "Chen Wei", "Dolores Prieto", "Emre Yıldız")
_REMARKS = (
    "The old way stays until every client has moved on.",
    "Asked for by support: they search by this every day.",
    "See the decision record; the application writes both since the last release.",
    "Small table, checked in production.",
    "Größe und Preis werden getrennt geführt — siehe Ticket.",
)


def migrations(seed: int = SEED) -> Iterator[tuple[str, str]]:
    """Names and texts of the migrations of a service, without end; on average 950 bytes and 7.6 statements each."""
    chance = Chance(seed)
    world = World(chance)
    number = 0
    while True:
        number += 1
        step, safe = _step(world, number), chance.percent(55)
        yield f"{number:05d}_{step.slug[:60]}.sql", _text(step, chance, safe=safe)


def _step(world: World, number: int) -> Step:
    """What one migration does: an index that is built alone, or some steps together."""
    chance = world.chance
    if number > 1 and chance.percent(8):
        return steps.index_concurrently(world)
    wanted = 4 + chance.below(5)
    taken = [steps.make_table(world)] if number == 1 else []
    while sum(len(step.up) + len(step.down) for step in taken) < wanted:
        taken.append(chance.weighted(steps.COMMON)(world))
    return _together(taken)


def _together(taken: list[Step]) -> Step:
    up = [statement for step in taken for statement in step.up]
    down = [statement for step in reversed(taken) for statement in step.down]
    return Step(taken[0].slug, up, down)


def _text(step: Step, chance: Chance, *, safe: bool) -> str:
    month, day = 1 + chance.below(12), 1 + chance.below(28)
    head = [f"-- Author: {chance.one(_AUTHORS)}", f"-- Date: 2024-{month:02d}-{day:02d}"]
    head.append(f"-- Ticket: SHOP-{1000 + chance.below(9000)}, {step.slug.replace('_', ' ')}")
    if chance.percent(60):
        head.append(f"-- {chance.one(_REMARKS)}")
    if step.alone:
        head.append("-- +goose NO TRANSACTION")
    up = step.up
    if chance.percent(60):
        up = [f"-- {chance.one(_REMARKS)}\n-- {chance.one(_REMARKS)}", *up]
    if safe and not step.alone:
        up = [f"SET LOCAL lock_timeout = '{2 + chance.below(4)}s';", *up]
    return _file(head, up, step.down)


def _file(head: list[str], up: Iterable[str], down: Iterable[str]) -> str:
    return "\n".join([*head, "", "-- +goose Up", *up, "", "-- +goose Down", *down, ""])


# --- other shapes ------------------------------------------------------------------------------------------------


def merged(size: int, into: int, seed: int = SEED) -> Iterator[tuple[str, str]]:
    """About `size` bytes of migrations in `into` files: the same statements whatever `into` is."""
    world = World(Chance(seed))
    taken = [steps.make_table(world)]
    total = 0
    while total < size:
        taken.append(world.chance.weighted(steps.COMMON)(world))
        total += sum(len(statement) + 1 for statement in (*taken[-1].up, *taken[-1].down))
    head = ["-- Author: Ada Okafor", "-- Date: 2024-06-01"]
    for number in range(into):
        part = taken[len(taken) * number // into : len(taken) * (number + 1) // into]
        step = _together(part)
        yield f"{number + 1:05d}_part.sql", _file(head, step.up, step.down)


def wide(tables: int, changes: int, seed: int = SEED) -> Iterator[tuple[str, str]]:
    """A service with so many tables, to which so many changes are made, ten tables or changes to a file."""
    world = World(Chance(seed))
    made = (steps.make_table(world) for _ in range(tables))
    changing = tuple((weight, maker) for weight, maker in steps.COMMON if maker in _CHANGES)
    changed = (world.chance.weighted(changing)(_spread(world)) for _ in range(changes))
    head = ["-- Author: Ada Okafor", "-- Date: 2024-06-01"]
    number = 0
    for stream in (made, changed):
        while part := list(islice(stream, 10)):
            number += 1
            step = _together(part)
            yield f"{number:05d}_{step.slug[:60]}.sql", _file(head, step.up, step.down)


def careless(findings: int) -> Iterator[tuple[str, str]]:
    """Tables, and a file that builds so many indexes while nobody can write, forty to a table; each is found."""
    world = World(Chance(SEED))
    made = _together([steps.make_table(world) for _ in range(-(-findings // 40))])
    built = _together([_plain_index(world, number) for number in range(findings)])
    head = ["-- Author: Ada Okafor", "-- Date: 2024-06-01"]
    yield "00001_tables.sql", _file(head, made.up, made.down)
    yield "00002_indexes.sql", _file(head, ["SET LOCAL lock_timeout = '3s';", *built.up], built.down)


def _plain_index(world: World, number: int) -> Step:
    table, name = world.tables[number % len(world.tables)], f"careless_{number}_idx"
    up = f"CREATE INDEX {name} ON {table.name} (created_at, (id + {number}));"
    return Step("careless", [up], [f"DROP INDEX {name};"])


_CHANGES = (steps.add_columns, steps.index, steps.constraint, steps.data, steps.alter_column, steps.drop_column)


def _spread(world: World) -> World:
    """The same world with one of all its tables put last, so that not only the young ones change."""
    at = world.chance.below(len(world.tables))
    world.tables[at], world.tables[-1] = world.tables[-1], world.tables[at]
    return world


# --- writing -----------------------------------------------------------------------------------------------------


def write(folder: Path, files: Iterable[tuple[str, str]]) -> int:
    """Write files into a folder, which is made; returns how many bytes there are."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    for name, text in files:
        data = text.encode()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        total += len(data)
    return total


def corpus(folder: Path, files: int, seed: int = SEED) -> int:
    """Write the first `files` migrations of a service; returns how many bytes there are."""
    return write(folder / FOLDER, islice(migrations(seed), files))


def repository(folder: Path, files: Iterable[tuple[str, str]], commits: int = 50) -> Path:
    """A repository whose branch main has all files but the last, in some commits; the last is new in the work tree.

    Returns the path of the new file. The ids of the commits are the same on every machine, too.
    """
    *applied, new = files
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    each = -(-len(applied) // max(commits, 1))
    parts = [applied[at : at + each] for at in range(0, len(applied), each)]
    _git(folder, "fast-import", "--quiet", given=b"".join(_commit(part, at) for at, part in enumerate(parts)))
    _git(folder, "checkout", "--quiet", "-b", "change", "main")
    write(folder / FOLDER, [new])
    return folder / FOLDER / new[0]


def _commit(files: list[tuple[str, str]], number: int) -> bytes:
    """A commit in the words of `git fast-import`."""
    message = f"Migrations {number}".encode()
    day = 1_700_000_000 + number * 86_400
    lines = [
        b"commit refs/heads/main",
        f"committer Ada Okafor <ada@example.org> {day} +0000".encode(),
        b"data %d" % len(message),
        message,
    ]
    for name, text in files:
        data = text.encode()
        lines += [f"M 100644 inline {FOLDER}/{name}".encode(), b"data %d" % len(data), data]
    return b"\n".join([*lines, b"", b""])


def _git(folder: Path, *arguments: str, given: bytes = b"") -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, input=given, check=True)


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder that is not there yet")
    parser.add_argument(
        "--files", type=int, default=1000, metavar="N", help="how many migrations (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=SEED, metavar="N")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--merged", type=int, metavar="BYTES", help="about so many bytes of SQL in --files files")
    shape.add_argument("--wide", type=int, nargs=2, metavar=("TABLES", "CHANGES"), help="many tables, many changes")
    parser.add_argument("--git", action="store_true", help="a repository: all on main but the last, which is new")
    given = parser.parse_args()
    if given.folder.exists():
        parser.error(f"{given.folder} is there already")
    if given.merged:
        files = merged(given.merged, given.files, given.seed)
    elif given.wide:
        files = wide(given.wide[0], given.wide[1], given.seed)
    else:
        files = islice(migrations(given.seed), given.files)
    if given.git:
        repository(given.folder, files)
    else:
        write(given.folder / FOLDER, files)


if __name__ == "__main__":
    main()
