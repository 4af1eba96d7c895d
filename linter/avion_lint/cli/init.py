"""`avion-lint init`: what stands around migrations, written into a repository that does not have it yet."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path

from avion_lint.cli.case import case_of
from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.output import complain, reason, say
from avion_lint.cli.rewrite import RewriteError, rewrite
from avion_lint.cli.roots import root_of
from avion_lint.runners.migration import Runner
from avion_lint.starting.kit import Gap, Kit, NoKitError, deployments, gaps, kit

_PROGRAM = 0o755


def init(given: Namespace) -> int:
    """Write the files, or show what would be written. Raises UsageError, SettingsError, GitError."""
    root = Path(root_of("."))
    found = _services(given)
    runner = given.runner or _runner(found)
    deploy = given.deploy or deployments()[0]
    try:
        wanted = kit(runner, deploy, [name for name, each, _ in found if each == runner])
    except NoKitError as error:
        raise UsageError(str(error)) from None
    before = {path: text for path in wanted.texts if (text := _read(root, path)) is not None}
    changed = {path: text for path, text in wanted.texts.items() if before.get(path) != text}
    if given.diff:
        say("".join(_difference(changed, before)))
        return Exit.CLEAN
    return _write(root, Kit(changed, wanted.programs), before, given, _strangers(found, runner))


def _write(root: Path, wanted: Kit, before: dict[str, str], given: Namespace, strangers: list[Gap]) -> int:
    there = [path for path in wanted.texts if path in before]
    if there and not given.force:
        listed = "".join(f"\n  {path}" for path in there)
        complain(f"nothing was written: these are there, with another text (--diff shows it, --force writes):{listed}")
        return Exit.UNCHECKED
    try:
        for path in wanted.texts:
            _make_folders(root, path)
        rewrite(root, wanted.texts, {path: before[path] for path in there})
        for path in wanted.programs:
            (root / path).chmod(_PROGRAM)
    except RewriteError as error:
        complain(str(error))
        return Exit.UNCHECKED
    except OSError as error:
        complain(f"{error.filename or root} cannot be written: {reason(error)}")
        return Exit.UNCHECKED
    say("".join(f"{os.path.relpath(root / path)}\n" for path in wanted.texts))
    say(_told([*gaps(wanted.texts), *strangers]))
    return Exit.CLEAN


def _make_folders(root: Path, path: str) -> None:
    """Make the folders of a file. Raises RewriteError where one of them is a link."""
    at = root
    for part in Path(path).parts[:-1]:
        at /= part
        if at.is_symlink():
            raise RewriteError(f"{path}: {at.relative_to(root).as_posix()} is a link; nothing was written")
        at.mkdir(exist_ok=True)


def _told(left: list[Gap]) -> str:
    if not left:
        return ""
    lines = [f"  {each.path}:{each.line}: {each.wanted}\n" for each in left]
    return "\nto be filled in by hand:\n" + "".join(lines)


def _strangers(found: list[tuple[str, str, str]], runner: str) -> list[Gap]:
    """Services whose migrations lie elsewhere than the files expect."""
    usual = "services/{}/migrations" if runner == Runner.GOOSE else "services/{}/db/migration"
    return [
        Gap(folder or ".", 1, f"the files expect {name}'s migrations in {usual.format(name)}: change the paths in them")
        for name, each, folder in found
        if each == runner and folder != usual.format(name)
    ]


def _services(given: Namespace) -> list[tuple[str, str, str]]:
    """Name, runner and folder of each service that has migrations."""
    case = case_of(given, datetime.now(tz=UTC).date(), with_baseline=False)
    return [
        (each.service.name, str(each.service.runner), each.service.root)
        for each in case.gathering.services
        if each.files
    ]


def _runner(found: list[tuple[str, str, str]]) -> str:
    runners = {runner for _, runner, _ in found}
    if len(runners) > 1:
        raise UsageError("there are services of goose and of Flyway: say with --runner which are meant")
    return runners.pop() if runners else str(Runner.GOOSE)


def _read(root: Path, path: str) -> str | None:
    """The text that is there, None where there is nothing. Raises UsageError where it is no text."""
    try:
        return (root / path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{path} is there already and cannot be read: {why}") from None


def _difference(changed: dict[str, str], before: dict[str, str]) -> Iterator[str]:
    for path, text in changed.items():
        old = before.get(path)
        start = "/dev/null" if old is None else f"a/{path}"
        yield from unified_diff(
            (old or "").splitlines(keepends=True), text.splitlines(keepends=True), start, f"b/{path}"
        )
