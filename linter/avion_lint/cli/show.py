"""`avion-lint show`: how the runner will read each file, and what its statements do to the database."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import gathered, load_settings, under, walked
from avion_lint.cli.output import complain, say
from avion_lint.cli.roots import root_of
from avion_lint.cli.show_effects import Effects, as_json, as_lines, effects_of
from avion_lint.cli.writing import write_file
from avion_lint.discovery.gather import Collected
from avion_lint.runners.migration import Chunk, MigrationFile, Section
from avion_lint.sql.statements import read
from avion_lint.subjects import Dialect


def show(given: Namespace) -> int:
    """Print sections, transactions and statements of every migration under the given paths."""
    if given.format == "html" and not given.timeline:
        raise UsageError("--format html is a picture of the lock timeline: say --timeline as well")
    for path in given.paths:
        if not Path(path).exists():
            raise UsageError(f"{path}: no such file or folder")
    root = root_of(given.paths[0])
    settings = load_settings(root, given.settings)
    wanted = [under(root, Path(path)) for path in given.paths]
    gathering = gathered(walked(root, given.paths), settings)
    shown = [
        (collected, file)
        for collected in gathering.services
        for file in collected.files
        if file.path not in collected.shared and any(_inside(file.path, path) for path in wanted)
    ]
    unreadable = {content.path: content for collected in gathering.services for content in collected.unreadable}
    readable = [(collected, file) for collected, file in shown if file.path not in unreadable]
    paths = {file.path for _, file in readable}
    if not shown:
        complain(f"no goose or Flyway migrations under {', '.join(given.paths)}")
        return Exit.UNCHECKED
    if given.timeline:
        from avion_lint.cli.show_timeline import timelines_text  # noqa: PLC0415 - another picture of the same files

        text = timelines_text(gathering.services, paths, given)
    else:
        effects = {id(each): effects_of(each, paths, given.postgres) for each in gathering.services}
        told = [(collected, file, effects[id(collected)]) for collected, file in readable]
        text = _json(told) if given.format == "json" else "\n".join(_text(*each) for each in told)
    if given.output:
        write_file(given.output, text)
    else:
        say(text)
    for _, file in shown:
        if file.path in unreadable:
            complain(f"{file.path} {unreadable[file.path].why}: {unreadable[file.path].mend}")
    return Exit.CLEAN if len(readable) == len(shown) else Exit.UNCHECKED


def _inside(path: str, given: str) -> bool:
    return given in ("", ".") or path == given or path.startswith(f"{given}/")


Shown = list[tuple[Collected, MigrationFile, Effects]]


def _json(shown: Shown) -> str:
    import json  # noqa: PLC0415 - only for this format

    return json.dumps([_file(*each) for each in shown], indent=2, ensure_ascii=False) + "\n"


def _file(collected: Collected, file: MigrationFile, effects: Effects) -> dict[str, object]:
    return {
        "path": file.path,
        "service": collected.service.name,
        "runner": str(file.runner),
        "kind": str(file.kind),
        "version": str(file.version) if file.version else None,
        "description": file.description,
        "dialect": str(collected.service.dialect),
        "checksum": file.checksum,
        "sections": {
            str(section.direction): _section(section, file, collected.service.dialect, effects)
            for section in file.sections
        },
        "misread": [
            {
                "kind": str(reading.kind),
                "line": file.document.position(reading.span.start).line,
                "detail": reading.detail,
            }
            for reading in file.misreadings
        ],
    }


def _section(section: Section, file: MigrationFile, dialect: Dialect, effects: Effects) -> dict[str, object]:
    return {
        "transaction": section.transaction,
        "error": section.error.text if section.error else None,
        "statements": [
            {
                "text": chunk.text,
                "line": file.document.position(chunk.span.start).line,
                "kind": kind_of(chunk, dialect),
                **as_json(effects.of(file.path, section.direction, chunk.span)),
            }
            for chunk in section.chunks
        ],
    }


def kind_of(chunk: Chunk, dialect: Dialect) -> str:
    """What a chunk holds, in SQL's words: `CREATE TABLE`, several joined with `;`, `` for nothing, `not SQL`."""
    found = read(chunk.text, dialect)
    if found.problems:
        return "not SQL"
    return "; ".join(_words(chunk.text[sql.span.start : sql.span.end], sql.kind) for sql in found.statements)


# Statements whose first word says what they are; others are told by their first words up to the name.
_ONE_WORD = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "DO", "SET", "RESET", "VACUUM", "ANALYZE", "GRANT",
             "REVOKE", "TRUNCATE", "COPY", "CALL", "BEGIN", "COMMIT", "ROLLBACK", "LOCK", "VALUES"}  # fmt: skip
_NOISE = {
    "UNIQUE",
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "GLOBAL",
    "LOCAL",
    "CONCURRENTLY",
    "IF",
    "NOT",
}
_SECOND = {"MATERIALIZED": "VIEW", "FOREIGN": "TABLE", "EVENT": "TRIGGER", "CONSTRAINT": "TRIGGER"}


def _words(text: str, kind: str) -> str:
    words = text.replace("(", " ").upper().split()
    if not words:
        return kind
    if words[0] in _ONE_WORD or len(words) == 1:
        return words[0]
    if words[0] == "COMMENT":
        return "COMMENT ON"
    told = next((word for word in words[1:] if word not in _NOISE), words[1])
    following = _SECOND.get(told)
    return f"{words[0]} {told} {following}" if following else f"{words[0]} {told}"


def _text(collected: Collected, file: MigrationFile, effects: Effects) -> str:
    return "".join(f"{line}\n" for line in _lines(collected, file, effects))


def _lines(collected: Collected, file: MigrationFile, effects: Effects) -> Iterator[str]:
    version = f", version {file.version}" if file.version else ""
    checksum = f", checksum {file.checksum}" if file.checksum is not None else ""
    yield f"{file.path}: {file.runner} {file.kind}{version}{checksum}"
    if not file.sections:
        yield "  nothing that can be read: the file is code"
    for section in file.sections:
        how = "in one transaction" if section.transaction else "each statement by itself, no transaction"
        yield f"  {section.direction}: {how}"
        if section.error:
            line = file.document.position(section.error.span.start).line
            yield f"    refused at line {line}: {section.error.text}"
        for chunk in section.chunks:
            line = file.document.position(chunk.span.start).line
            yield f"    {line:>5}  {kind_of(chunk, collected.service.dialect) or 'nothing'}: {_head(chunk.text)}"
            told = effects.of(file.path, section.direction, chunk.span)
            yield from (f"           {words}" for words in as_lines(told, transaction=section.transaction))
    for reading in file.misreadings:
        yield f"  line {file.document.position(reading.span.start).line}: {reading.detail}"


_WIDTH = 90


def _head(text: str) -> str:
    """The chunk on one line, cut where it is long, with nothing in it that a terminal would obey."""
    flat = " ".join(text.split())
    plain = "".join(letter if letter.isprintable() else "·" for letter in flat)
    return plain if len(plain) <= _WIDTH else f"{plain[: _WIDTH - 1]}…"
