"""Fixes every migration of a folder as if it were new, and tells what a fix must never do; not a part of the suite.

python -m tests.fix_corpus FOLDER [--diffs FOLDER] [--unsafe] [--most N]

`--most` are the migrations that are looked at of one service, the last ones.

For each migration of each service, those before it count as applied. What comes out must parse, must not be changed by
a second run, and must not have an error that was not there, unless the runner could not read the file before.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from avion_lint.cli.fix import diff
from avion_lint.discovery.gather import Collected, gather
from avion_lint.discovery.tree import WorkTree
from avion_lint.finding import Level
from avion_lint.judgement.mend import Mended, mend
from avion_lint.judgement.projects import runner_order
from avion_lint.judgement.rehearse import rehearse
from avion_lint.runners.migration import Kind
from avion_lint.settings.model import Settings
from avion_lint.subjects import Dialect
from avion_lint.verdict import Verdict
from avion_rules import all_rules
from avion_rules.fixes import all_fixers

RULES, FIXERS = all_rules(), all_fixers()


@dataclass
class Seen:
    """What was seen so far."""

    migrations: int = 0
    changed: int = 0
    made: int = 0
    fixes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def cases(collected: Collected, settings: dict[str, str]) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Path, files as they are with a migration, and those that were applied before it."""
    files = [file for file in sorted(collected.files, key=runner_order) if file.kind in (Kind.VERSIONED, Kind.CODE)]
    for at, file in enumerate(files):
        before = settings | {each.path: each.document.text for each in files[:at]}
        yield file.path, before | {file.path: file.document.text}, before


def mended(here: dict[str, str], before: dict[str, str], *, unsafe: bool) -> Mended:
    """Apply the fixes to what is new in `here`."""
    return mend(
        lambda texts: rehearse(here | dict(texts), before, RULES, policy="default", fixers=FIXERS),
        tuple(FIXERS),
        unsafe=unsafe,
    )


def faults(found: Mended, here: dict[str, str], before: dict[str, str], *, unsafe: bool) -> Iterator[str]:
    """What the fixes did and must not do."""
    torn = Counter(result.rule.id for result in found.after.results if result.rule.id in ("AV101", "MG104"))
    torn_before = Counter(result.rule.id for result in found.before.results if result.rule.id in torn)
    if torn - torn_before:
        yield f"does not parse: {dict(torn)}"
    if not any(each.fix.reveals for each in found.applied) and (new := _errors(found.after) - _errors(found.before)):
        yield f"new errors: {dict(new)}"
    if len(found.after.unchecked) > len(found.before.unchecked):
        yield f"not checked: {found.after.unchecked[-1].why}"
    if found.texts and mended(here | dict(found.texts), before, unsafe=unsafe).texts:
        yield "a second run changes it again"


def _errors(verdict: Verdict) -> Counter[str]:
    return Counter(result.rule.id for result in verdict.results if result.level is Level.ERROR)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--diffs")
    parser.add_argument("--unsafe", action="store_true")
    parser.add_argument("--most", type=int, default=10_000)
    given = parser.parse_args()
    seen, began = Seen(), time.monotonic()
    tree = WorkTree(given.folder)
    gathering = gather(tree, Settings())
    texts = [path for path in tree.paths() if path.endswith((".conf", ".toml", "go.mod", ".properties"))]
    for collected in gathering.services:
        if collected.service.dialect is not Dialect.POSTGRESQL:
            continue
        root = collected.service.root
        beside = {
            path: content.text
            for path in texts
            if path.startswith(root) and hasattr(content := tree.read(path), "text")
        }
        for path, here, before in list(cases(collected, beside))[-given.most :]:
            _look(path, here, before, seen, given)
    _report(seen, time.monotonic() - began)


def _look(path: str, here: dict[str, str], before: dict[str, str], seen: Seen, given: argparse.Namespace) -> None:
    found = mended(here, before, unsafe=given.unsafe)
    seen.migrations += 1
    seen.changed += bool(found.texts)
    seen.made += len(found.texts.keys() - found.originals.keys())
    seen.fixes.update(each.result.rule.id for each in found.applied)
    seen.refused.update(f"{each.result.rule.id} {each.fix.title}" for each in found.refused)
    seen.left.update(each.rule.id for each in found.after.results)
    seen.wrong += [f"{path}: {fault}" for fault in faults(found, here, before, unsafe=given.unsafe)]
    if given.diffs and found.texts:
        Path(given.diffs, path.replace("/", "__") + ".diff").write_text("".join(diff(found)), encoding="utf-8")


def _report(seen: Seen, seconds: float) -> None:
    lines = (
        f"{seen.migrations} migrations, {seen.changed} changed, {seen.made} files made, {seconds:.0f} s",
        f"fixes: {dict(sorted(seen.fixes.items()))}",
        f"given up: {dict(sorted(seen.refused.items()))}",
        f"left: {dict(sorted(seen.left.items()))}",
        f"wrong: {len(seen.wrong)}",
        *(f"  {wrong}" for wrong in seen.wrong),
    )
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    main()
