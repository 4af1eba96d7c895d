"""Says again what an earlier run said, where nothing that it followed from has changed; judging takes far longer.

What a verdict, its reports and the exit code follow from:

- the program, its parser and what else is installed (`program`), the interpreter, who runs it;
- arguments, the folder that it is started in, the day (exceptions and agreements expire), whether the output is
  coloured and how wide it is, and the variables of `_variables`;
- what git says: the repository, its base, the index, which files are tracked, new, ignored, sparse or in conflict,
  tags, attributes and settings as far as files pass through them. Each question is noted where it is asked (`note` of
  avion_lint.git.process) and asked again here; one that cannot be asked again keeps a run from being kept. What follows
  from object ids alone stays as it is, as long as no commit is replaced and a shallow clone ends where it did;
- files: those that git was asked of, and all that were read beside them (settings, policies, dumps, baseline, sizes,
  applied states, without git everything), each by its stamp, else by its content; where git is not asked, also which
  files there are. That a file is not there counts as well.

A run whose settings are a commit's, whose policy is of another package, that reads standard input or that changes files
is not kept, nor is one in which something broke.
"""

from __future__ import annotations

import os
import sys
import time

from avion_lint.cache.kept import held, kept, read, write
from avion_lint.cache.packing import packed, unpacked, words
from avion_lint.cache.said import Said
from avion_lint.cache.store import Store, folder_of
from avion_lint.cli.program import program
from avion_lint.cli.roots import SETTINGS, below, folder_above, root_of
from avion_lint.git.again import answered, bounds
from avion_lint.git.base import expected_base
from avion_lint.git.errors import GitError
from avion_lint.git.process import digest
from avion_lint.git.repository import find_repository
from avion_lint.git.values import Asked, Repository
from avion_lint.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator, Mapping

    from avion_lint.cache.basis import Basis

QUESTIONS, RUNS = ".asked", ".run"


@record
class Remembered:
    """Where a run with these arguments is kept; `said` is what it said, None where it has to be judged.

    `repository` is then the one that was asked meanwhile, with what it answered.
    """

    folder: str
    key: str
    said: Said | None = None
    repository: Repository | None = None


def remembered(given: Namespace, shown: Iterable[str]) -> Remembered | None:
    """What a run said that followed from the same; None where such a run is not kept.

    `shown` tells how its reports look. Raises UsageError as a run does.
    """
    if given.no_cache or given.fix or given.stdin_filename or given.settings_from:
        return None
    root = root_of(next(iter(given.paths), "."))
    try:
        folder = os.path.abspath(folder_of(os.environ))
        key = digest(packed(_about(given, root, shown)))
    except OSError:  # the program or the folder that it was started in is being changed
        return None
    questions = Store(folder, QUESTIONS).read(key)
    try:
        said, repository = _said(folder, key, root, questions) if questions is not None else (None, None)
    except (ValueError, OSError):
        return Remembered(folder, key)
    return Remembered(folder, key, said, replace(repository, asked=[]) if repository else None)


def keep(known: Remembered, basis: Basis, said: Said) -> None:
    """Keep what a run said; nothing where something else than what is noted could change it."""
    where = (basis.repository, basis.error)
    asked = tuple(basis.repository.asked) if basis.repository else ()
    ends = bounds(basis.repository, os.environ) if basis.repository else ""
    whole = kept(said, basis)
    if ends is None or whole is None or not all(each.name for each in asked):
        return
    Store(known.folder, QUESTIONS).write(known.key, packed([_git(where), *map(_packed, asked)]))
    Store(known.folder, RUNS).write(_name(known.key, where, ends, asked), write(whole))


def _said(folder: str, key: str, root: str, questions: bytes) -> tuple[Said | None, Repository | None]:
    """Ask what was asked, and look under these answers; raises ValueError for bytes that are no questions."""
    place, *asked = unpacked(questions)
    earlier = [_unpacked(each) for each in asked]
    where = _place(root, earlier) if place != _NOT_ASKED else (None, "")
    repository = where[0]
    answers: list[Asked] = []
    for each in earlier:
        answer = answered(repository, each, os.environ) if repository else None
        if answer is None:
            return None, repository
        answers.append(answer)
    ends = bounds(repository, os.environ) if repository else ""
    if ends is None:
        return None, repository
    name = _name(key, where, ends, answers)
    data = Store(folder, RUNS).read(name)
    then = read(data) if data is not None else None
    now = held(then, repository) if then else None
    if now is not None and now is not then:
        Store(folder, RUNS).write(name, write(now))
    return (now.said if now else None), repository


_NOT_ASKED = b"not asked"


def _place(root: str, earlier: Iterable[Asked]) -> tuple[Repository | None, str]:
    """The repository, or what git says instead; its base is asked for by the same process."""
    requested = next((each.about for each in earlier if each.name == "base"), None)
    try:
        expected = None if requested is None else expected_base(root, next(iter(requested), None), os.environ)
        return find_repository(root, expected), ""
    except GitError as error:
        return None, error.text


def _git(where: tuple[Repository | None, str]) -> bytes:
    """What git says of the place."""
    repository, error = where
    if repository is None:
        return f"no: {error}".encode("utf-8", "surrogatepass") if error else _NOT_ASKED
    names = (each for each in type(repository).__match_args__ if each not in ("asked", "compared", "listing"))
    return words(f"{name}={getattr(repository, name)}" for name in names)


def _name(key: str, where: tuple[Repository | None, str], ends: str, asked: Iterable[Asked]) -> str:
    return digest(packed((key.encode(), _git(where), ends.encode(), *map(_packed, asked))))


def _packed(asked: Asked) -> bytes:
    parts = (asked.name, asked.answer, *asked.about)
    return packed(each.encode("utf-8", "surrogatepass") for each in parts)


def _unpacked(data: bytes) -> Asked:
    name, answer, *about = (each.decode("utf-8", "surrogatepass") for each in unpacked(data))
    return Asked(name, tuple(about), answer)


# --- what a run depends on beside git and files ------------------------------------------------------------------


def _about(given: Namespace, root: str, shown: Iterable[str]) -> Iterator[bytes]:
    here = os.getcwd()
    parts = (
        "3",  # the form of all this
        program(),
        sys.version,
        str(os.geteuid() if hasattr(os, "geteuid") else ""),
        root,
        *(str(os.path.exists(os.path.join(root, mark))) for mark in (".git", SETTINGS)),
        here,
        time.strftime("%Y-%m-%d", time.gmtime()),
        *shown,
        *(f"{name}={value!r}" for name, value in sorted(vars(given).items())),
        *(_path(root, path) for path in given.paths),
        *_variables(os.environ),
    )
    yield from (each.encode("utf-8", "surrogatepass") for each in parts)


def _path(root: str, path: str) -> str:
    """What a run does with a path that it is given: whether it is there, and where it leads from the root."""
    folder, name = os.path.split(os.path.abspath(path))
    ways = (os.path.abspath(path), os.path.join(os.path.realpath(folder), name), os.path.realpath(path))
    return repr((os.path.lexists(path), os.path.isdir(path), folder_above(path), [below(root, way) for way in ways]))


_PREFIXES = ("GIT_", "AVION_", "PYTHON", "LC_", "CLICOLOR")
_NAMES = frozenset((
    "HOME", "LANG", "LANGUAGE", "TZ", "PATH", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI",
    "XDG_CONFIG_HOME", "GITHUB_ACTIONS", "GITHUB_BASE_REF", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH",
    "GITHUB_STEP_SUMMARY",
))  # fmt: skip


def _variables(environment: Mapping[str, str]) -> Iterator[str]:
    """The variables that git, Python or we look at."""
    for name in sorted(environment):
        if name in _NAMES or name.startswith(_PREFIXES):
            yield f"{name}={environment[name]}"
