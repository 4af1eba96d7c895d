"""`avion-lint schema`: the schema that a service's migrations make, at any version, and what differs between two."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import gathered, load_settings, walked
from avion_lint.cli.output import complain, say
from avion_lint.cli.roots import root_of
from avion_lint.cli.schema_state import State, state_at, state_of
from avion_lint.cli.services import listing, named
from avion_lint.discovery.gather import Collected
from avion_lint.subjects import Dialect

_TOGETHER = ("text", "json")


def schema(given: Namespace) -> int:
    """Print the schema of services. Raises UsageError, SettingsError."""
    found = chosen(given.services, given.settings)
    if len(found) > 1 and (given.at is not None or given.format not in _TOGETHER):
        raise UsageError(f"{_one_needed(given)}; {listing(found)}")
    states = [state_of(each, given.at) for each in found]
    match given.format:
        case "json":
            say(_json(states))
        case "sql":
            return _sql(states[0])
        case "mermaid":
            from avion_lint.schema.printing.mermaid import as_mermaid  # noqa: PLC0415 - only for this format

            say(as_mermaid(states[0].schema))
        case _:
            say("\n".join(_text(state, headed=len(states) > 1) for state in states))
    return _end(states)


def difference(given: Namespace) -> int:
    """Print what differs between two schemas of a service. Raises UsageError, SettingsError, GitError."""
    from avion_lint.schema.printing.difference import as_data, as_text, differences  # noqa: PLC0415 - only here

    (service,) = _single(chosen([given.service] if given.service else [], given.settings))
    root = Path(root_of("."))
    before, after = (state_at(service, side, root, given.settings) for side in (given.before, given.after))
    found = differences(before.schema, after.schema)
    if given.format == "json":
        import json  # noqa: PLC0415 - only for this format

        told = {"format": 1, "before": before.facts(), "after": after.facts(), "differences": as_data(found)}
        say(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        say(as_text(found))
    if _end([before, after]) is Exit.UNCHECKED:
        return Exit.UNCHECKED
    return Exit.FINDINGS if found and given.exit_code else Exit.CLEAN


def chosen(wanted: list[str], settings_file: str | None) -> list[Collected]:
    """Services by name, or by a path in or above their folder; all where none is named. Raises UsageError."""
    paths = [word for word in wanted if Path(word).exists()]
    root = Path(root_of(paths[0] if paths else "."))
    services = gathered(walked(root, paths or ["."]), load_settings(root, settings_file)).services
    known = [each for each in services if each.files and each.service.dialect is Dialect.POSTGRESQL]
    if not wanted:
        if not known:
            raise UsageError("there are no goose or Flyway migrations for PostgreSQL here")
        return known
    found: list[Collected] = []
    for word in wanted:
        found.extend(each for each in _named(word, known, root) if each not in found)
    return found


def _named(word: str, known: list[Collected], root: Path) -> list[Collected]:
    found = named(word, known, root)
    if not found:
        raise UsageError(f"{word} is no service with migrations for PostgreSQL; {listing(known)}")
    return found


def _single(found: list[Collected]) -> list[Collected]:
    if len(found) != 1:
        raise UsageError(f"say with --service which one is meant; {listing(found)}")
    return found


def _one_needed(given: Namespace) -> str:
    what = f"--at {given.at}" if given.at is not None else f"--format {given.format}"
    return f"{what} is for one service: name it"


def _text(state: State, *, headed: bool) -> str:
    from avion_lint.schema.printing.text import as_text  # noqa: PLC0415 - only for this format

    title = f"{state.service} at {state.version or 'no version'}"
    head = f"{title}\n{'=' * len(title)}\n\n" if headed else ""
    return head + as_text(state.schema)


def _json(states: list[State]) -> str:
    import json  # noqa: PLC0415 - only for this format

    from avion_lint.schema.printing.facts import facts  # noqa: PLC0415 - only for this format

    told = {"format": 1, "services": [{**state.facts(), **facts(state.schema)} for state in states]}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _sql(state: State) -> int:
    from avion_lint.schema.printing.sql import as_sql  # noqa: PLC0415 - only for this format

    written = as_sql(state.schema)
    say(written.text)
    for sentence in written.missing:
        complain(f"left out: {sentence}")
    return Exit.UNCHECKED if written.missing else _end([state])


def _end(states: list[State]) -> Exit:
    """Tell of migrations that could not be read: what they made is missing."""
    for state in states:
        for sentence in state.unread:
            complain(sentence)
    return Exit.UNCHECKED if any(state.unread for state in states) else Exit.CLEAN
