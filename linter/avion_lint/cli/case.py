"""From the command line to a case: settings, policy, git, files."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from posixpath import dirname

from avion_lint import tool
from avion_lint.assess import migration_paths, not_readable
from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.inputs import known_rules, load_baseline, load_settings, root_of, under, walked
from avion_lint.finding import Finding
from avion_lint.gather import Gathering, gather, identity_of, is_migration
from avion_lint.git import Content
from avion_lint.ground import Ground, against_base, alone, as_landed, narrowed
from avion_lint.history import History, Source
from avion_lint.judge import Case
from avion_lint.packs import load_pack
from avion_lint.policy import Policy, effective
from avion_lint.rule import Rule
from avion_lint.rule_names import rule_names
from avion_lint.settings import Settings
from avion_lint.source import Document, Place, Span
from avion_lint.survey import Survey, read_files, survey
from avion_lint.tree import Overlay, StoredTree, Tree, Unreadable, WorkTree
from avion_lint.verdict import Found, Unchecked
from avion_lint.witness import landed, read_history


def case_of(given: Namespace, today: date) -> Case:
    """Everything that the verdict depends on. Raises UsageError, SettingsError, GitError."""
    root = root_of(Path(given.paths[0]) if given.paths else Path.cwd())
    paths = _paths(given, root)
    rules = known_rules()
    settings = load_settings(root, given.settings)
    files = _Files.of(given, root, settings)
    gathering = gather(files.tree, settings)
    ground = _ground(given, files, gathering)
    return Case(
        gathering,
        narrowed(ground, paths),
        _policy(given, settings, rules, root),
        rules,
        today,
        settings,
        load_baseline(root, settings),
        whole=given.all and not paths and not given.select and not given.ignore,
        found=tuple(_asked_for(paths, files.tree, gathering)),
        unchecked=tuple(_without_git(given, files)),
    )


def _paths(given: Namespace, root: Path) -> tuple[str, ...]:
    """The paths to judge, from the root; raises UsageError for one that is not there."""
    if given.stdin_filename:
        if given.paths not in ([], ["-"]):
            raise UsageError("--stdin-filename goes without PATH (or with -)")
        return (under(root, Path(given.stdin_filename)),)
    for path in given.paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder")
    return tuple(relative for path in given.paths if (relative := under(root, Path(path))))


# --- policy --------------------------------------------------------------------------------------------------


def _policy(given: Namespace, settings: Settings, rules: tuple[Rule, ...], root: Path) -> Policy:
    name = given.policy or settings.policy
    place = None if given.policy else settings.policy_place
    policy = effective(load_pack(name, rules, lambda path: _text(root, path), place), settings)
    select, ignore = _rules(given.select, rules), _rules(given.ignore, rules)
    return policy.narrowed(select, ignore) if select or ignore else policy


def _text(root: Path, path: str) -> Document | None:
    content = WorkTree(str(root)).read(path) if (root / path).exists() else None
    return content if isinstance(content, Document) else None


def _rules(given: Collection[str] | None, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Rules by id, name or the letters of a family; raises UsageError for anything else."""
    words = [word.strip() for part in given or () for word in part.split(",") if word.strip()]
    names = rule_names(rules)
    found: list[Rule] = []
    for word in words:
        family = [rule for rule in rules if rule.family == word]
        one = names.get(word)
        if not family and one is None:
            raise UsageError(names.unknown(word))
        found.extend(family or ([one] if one else []))
    return tuple(found)


# --- files and what git says of them -------------------------------------------------------------------------------

_MIGRATIONS = (".sql", ".go")
_BESIDE = (".sql.conf", "flyway.conf", "flyway.toml", "go.mod", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class _Files:
    """The tree that is judged and, where there is git, what it says of it."""

    tree: Tree
    surveyed: Survey | None
    contents: dict[str, Content]

    @staticmethod
    def of(given: Namespace, root: Path, settings: Settings) -> _Files:
        if given.no_git:
            return _Files(_over(given, root, walked(root, given.paths)), None, {})
        source = Source.INDEX if given.staged else Source.WORK_TREE
        surveyed = survey(root, source, given.base or settings.base, os.environ)
        if surveyed.repository is None:
            return _Files(_over(given, root, walked(root, given.paths)), surveyed, {})
        names = _relevant(surveyed.paths)
        contents = read_files(surveyed, names)
        tree: Tree = (
            StoredTree({path: content.data for path, content in contents.items()})
            if given.staged
            else WorkTree(str(root), tuple(sorted(contents)))
        )
        return _Files(_over(given, root, tree), surveyed, contents)


def _relevant(paths: Collection[str]) -> tuple[str, ...]:
    """Paths that can be migrations or say how they are run; Go files only beside SQL."""
    sql = [path for path in paths if path.lower().endswith(".sql")]
    folders = {dirname(path) for path in sql}
    code = [path for path in paths if path.endswith(".go") and dirname(path) in folders]
    beside = [path for path in paths if path.lower().endswith(_BESIDE)]
    return tuple(sorted({*sql, *code, *beside}))


def _over(given: Namespace, root: Path, tree: Tree) -> Tree:
    """The tree with standard input in the place of a file, where that is asked for."""
    if not given.stdin_filename:
        return tree
    return Overlay(tree, under(root, Path(given.stdin_filename)), sys.stdin.buffer.read())


def _ground(given: Namespace, files: _Files, gathering: Gathering) -> Ground:
    paths = migration_paths(gathering)
    surveyed = files.surveyed
    if surveyed is None:
        return alone(paths, "git was not asked: every file is judged, and counts as its own deployment")
    history = _history(surveyed, files, gathering)
    if not given.all:
        return _with_stdin(given, against_base(history, paths))
    ground = replace(
        as_landed(paths, landed(surveyed, paths)),
        base=history.base,
        tip=history.applied,
        changes=history.changes,
        unsure=history.unsure,
    )
    return ground if surveyed.repository else alone(paths, history.assumed)


def _history(surveyed: Survey, files: _Files, gathering: Gathering) -> History:
    migrations = {path: content for path, content in files.contents.items() if is_migration(path, gathering)}
    return read_history(
        surveyed,
        migrations,
        lambda path: is_migration(path, gathering),
        lambda comment: "+goose" in comment,
        lambda path: identity_of(path, gathering),
    )


def _with_stdin(given: Namespace, ground: Ground) -> Ground:
    """Standard input is judged whatever the file it stands for looks like."""
    if not given.stdin_filename:
        return ground
    return replace(ground, judged=frozenset(ground.deployments))


# --- what was asked for and is no migration --------------------------------------------------------------------------


def _asked_for(paths: Iterable[str], tree: Tree, gathering: Gathering) -> Iterator[Found]:
    """Files named on the command line that cannot be judged."""
    known = {*migration_paths(gathering)}
    named = {document.path for each in gathering.services for document, _ in each.problems}
    told = {entry.path for each in gathering.services for entry in each.unreadable}
    strays = {path for stray in gathering.strays for path in stray.paths}
    for path in paths:
        if path in known | named | told | strays or not path.lower().endswith(".sql"):
            continue
        content = (
            tree.read(path) if path in tree.paths() else Unreadable(path, "is not among the files of the repository")
        )
        if isinstance(content, Unreadable):
            yield Found(tool.NOT_READABLE, not_readable(content), "")
        else:
            yield Found(tool.NOT_JUDGED, _unknown(content), "")


def _unknown(document: Document) -> Finding:
    message = (
        "This file is no migration that goose or Flyway would run, as far as can be seen: it has no goose annotation, "
        "and no name that Flyway takes. Nothing in it was judged."
    )
    folder = dirname(document.path) or "."
    remedy = f"If it is one, name its runner in avion-lint.yaml: services: [{{path: {folder}, runner: goose}}]."
    return Finding(Place(document, Span(0, 0)), message, remedy, object=document.path)


def _without_git(given: Namespace, files: _Files) -> Iterator[Unchecked]:
    if files.surveyed is None:
        yield Unchecked(".", None, "the history of the migrations: --no-git was given")
    elif given.all and files.surveyed.base is None and files.surveyed.error is not None:
        error = files.surveyed.error
        yield Unchecked(".", None, f"the history of the migrations: {error.text}", error.mend)
