"""Where policies come from: those that ship, files of the repository, and packages that somebody installed."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from posixpath import dirname

from avion_lint.loading import load
from avion_lint.problems import SettingsError, suggestion
from avion_lint.record import record
from avion_lint.source import Document, Place, Span
from avion_lint.yaml.flat import read_flat
from avion_lint.yaml.nodes import Node, span_at, text_at

PACKAGE = "avion_policies"
SHIPPED = ("default", "strict")
PROFILES = ("development", "staging", "production")
GROUP = "avion_lint.policies"
"""Entry points of installed packages: a policy's name leads to the package that has it as `<name>.yaml`."""

ReadFile = Callable[[str], Document | None]
"""Gives a file of the repository by its path from the root, None where there is none."""


@record
class Source:
    """A policy file: where it is from ("" the repository, else a package), its text, its nodes, what it extends."""

    home: str
    document: Document
    root: Node
    extends: str

    @property
    def is_ours(self) -> bool:
        """Whether it came with avion-lint, so that its tests have held it to the JSON Schema."""
        return self.home == PACKAGE

    @property
    def place(self) -> Place:
        """Where it says what it extends."""
        return Place(self.document, span_at(self.root, ["extends"]))


@record
class _Wanted:
    """A policy that is asked for, by a name or as a file of the home, and where."""

    home: str
    word: str
    place: Place


def is_file(policy: str) -> bool:
    """Whether the word means a file rather than a policy by its name."""
    return "/" in policy or policy.endswith((".yaml", ".yml"))


def unknown_pack(policy: str) -> str:
    """Say what is wrong with a word that names no policy that ships or is installed; nothing where it does."""
    if policy in (*SHIPPED, *PROFILES) or policy in (others := installed()):
        return ""
    known = (*SHIPPED, *PROFILES, *others)
    listed = ", ".join(f"`{name}`" for name in known)
    near = suggestion(policy, known) or f"; there are {listed}, and files (`policies/ours.yaml`)"
    return f"no policy is called `{policy}`{near}"


def chain(policy: str, read: ReadFile, place: Place | None = None) -> Iterator[Source]:
    """The policy of that name or path and all that it extends, from the top down.

    `place` is where it is asked for. Raises SettingsError for one that is not there, is no YAML, lies outside of the
    repository or of its package, or extends itself.
    """
    wanted = _Wanted("", policy, place or Place(Document(policy, ""), Span(0, 0)))
    seen: list[tuple[str, str]] = []
    while wanted.word:
        key = (wanted.home if is_file(wanted.word) else "", wanted.word)
        if key in seen:
            words = " → ".join([*(word for _, word in seen[seen.index(key) :]), wanted.word])
            raise SettingsError(((wanted.place, f"the policy extends itself: {words}"),))
        seen.append(key)
        source = _source(wanted, read)
        yield source
        wanted = _next(source)


def _next(source: Source) -> _Wanted:
    extends = source.extends
    if extends and is_file(extends):
        extends = posixpath.normpath(posixpath.join(dirname(source.document.path), extends))
        start = f"{source.home}/" if source.home else ""
        if extends.startswith(("../", "/")) or not extends.startswith(start):
            inside = "its package" if source.home else "the repository"
            raise SettingsError(((source.place, f"`extends` must be a file inside {inside}"),))
    return _Wanted(source.home, extends, source.place)


def _source(wanted: _Wanted, read: ReadFile) -> Source:
    if is_file(wanted.word):
        document = _inside(wanted.home, wanted.word) if wanted.home else read(wanted.word)
        if document is None:
            raise SettingsError(((wanted.place, f"there is no policy file {wanted.word}"),))
        return _made(wanted.home, document)
    if wanted.word in SHIPPED or wanted.word in PROFILES:
        return _made(PACKAGE, Document(f"{wanted.word}.yaml", text_of(f"{wanted.word}.yaml")))
    if message := unknown_pack(wanted.word):
        raise SettingsError(((wanted.place, message),))
    home = installed()[wanted.word]
    document = _inside(home, f"{home}/{wanted.word}.yaml")
    if document is None:
        message = f"the package {home}, which is installed for the policy `{wanted.word}`, has no {wanted.word}.yaml"
        raise SettingsError(((wanted.place, message),))
    return _made(home, document)


def _made(home: str, document: Document) -> Source:
    root = (read_flat(document) if home == PACKAGE else None) or _yaml(document)
    return Source(home, document, root, text_at(root, "extends") or "")


def _yaml(document: Document) -> Node:
    from avion_lint.yaml.reader import YamlError, load  # noqa: PLC0415 - PyYAML, only where flat does not do

    try:
        return load(document)
    except YamlError as error:
        raise SettingsError(error.problems) from None


def text_of(name: str) -> str:
    """Text of a file that lies in our package of policies; `importlib.resources` takes 15 ms to load."""
    package = load(PACKAGE)
    return package.__loader__.get_data(f"{dirname(package.__file__ or '')}/{name}").decode()  # type: ignore[union-attr,no-any-return]


def installed() -> dict[str, str]:
    """Policies of installed packages: the package by the policy's name. No code of theirs is run."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - 20 ms, only for a name that is not ours

    return {each.name: each.module for each in sorted(entry_points(group=GROUP), key=lambda each: each.name)}


def _inside(home: str, path: str) -> Document | None:
    """A file of an installed package, None where there is none; the package is found and not imported."""
    from importlib.util import find_spec  # noqa: PLC0415 - only for installed policies
    from pathlib import Path  # noqa: PLC0415 - as above

    top, *below = home.split(".")
    spec = find_spec(top)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder, *below, path.removeprefix(f"{home}/"))
        if file.is_file():
            try:
                return Document(path, file.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError):
                return None
    return None
