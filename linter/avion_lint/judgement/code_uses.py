"""Asks the application's code for names that a migration takes away or requires, and shows where they stand; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from avion_lint.finding import Related
from avion_lint.git.grep import Hit
from avion_lint.record import record, replace
from avion_lint.source import Document, Place, Span
from avion_lint.verdict import Found, Unchecked

_ONLY_WHERE_NAMED = {"CO121", "CO122"}
"""Rules that find nothing but names which the code has."""
_TABLES = {"CO101", "CO104", "CO109", "CO112", "CO122"}
_COLUMNS = {"CO102", "CO105", "CO107", "CO111", "CO117", "CO118", "CO119", "CO121"}
_INSERTED = {"CO110"}
_OBJECTS = {"CO103", "CO106"}
RULES = _TABLES | _COLUMNS | _INSERTED | _OBJECTS

_NEAR = 40  # lines between a column's name and its table's
_SHOWN = 5
_BEFORE = r"\b(?:from|join|into|update|table|references|truncate|copy|only|using)\s+"
_QUOTE = r"[\"'`\[:]"


@record
class Searched:
    """What a commit's files say: its name for people (`origin/main`, `v1.2`), and the lines with one of the words.

    `why` says why it could not be asked, "" where it was, and `mend` what to do about it.
    """

    where: str
    hits: tuple[Hit, ...] = ()
    why: str = ""
    mend: str = ""


@record
class Used:
    """Findings with the places that use what they are about, and what code could not be asked."""

    found: tuple[Found, ...]
    unchecked: tuple[Unchecked, ...] = ()


Search = Callable[[Collection[str]], tuple[Searched, ...]]
"""Looks for whole words in the code of the commits that matter."""


@record
class _Name:
    """A name that is looked for: of a column with its `table`, or of something that stands by itself."""

    name: str
    table: str = ""
    inserted: bool = False

    @property
    def words(self) -> frozenset[str]:
        """Words without one of which nothing is found."""
        return _spellings(self.name) | (_forms(self.table) if self.table else frozenset())


def with_uses(found: Iterable[Found], search: Search | None) -> Used:
    """The findings, those about names of the application's with the places where its code has them.

    What is only wrong where the code has the name is left out where it has not, or where nobody looks.
    """
    found = tuple(found)
    if search is None:
        return Used(tuple(each for each in found if each.rule.id not in _ONLY_WHERE_NAMED))
    names = {index: name for index, each in enumerate(found) if (name := _name(each)) is not None}
    if not names:
        return Used(found)
    sources = search(frozenset(word for name in names.values() for word in name.words))
    by_file = [(source.where, _by_file(source.hits)) for source in sources]
    places = {index: tuple(_places(name, by_file)) for index, name in names.items()}
    return Used(
        tuple(
            _with_places(each, places.get(index, ()))
            for index, each in enumerate(found)
            if places.get(index) or each.rule.id not in _ONLY_WHERE_NAMED
        ),
        tuple(_not_asked(source, names.values()) for source in sources if source.why),
    )


def _not_asked(source: Searched, names: Collection[_Name]) -> Unchecked:
    words = sorted({name.name for name in names})
    listed = ", ".join(words[:_SHOWN]) + (" …" if len(words) > _SHOWN else "")
    return Unchecked(".", None, f"whether the code of {source.where} uses {listed}: {source.why}", source.mend)


def _name(found: Found) -> _Name | None:
    parts = [part.strip('"') for part in found.finding.object.split(".")]
    if found.rule.id not in RULES or not parts[-1]:
        return None
    if found.rule.id in _COLUMNS | _INSERTED and len(parts) > 1:
        column, table = parts[-1], parts[-2]
        return _Name(table, inserted=True) if found.rule.id in _INSERTED else _Name(column, table)
    return _Name(parts[-1])


def _with_places(found: Found, places: tuple[Related, ...]) -> Found:
    if not places:
        return found
    return replace(found, finding=replace(found.finding, related=(*found.finding.related, *places)))


def _by_file(hits: Iterable[Hit]) -> Mapping[str, list[Hit]]:
    files: dict[str, list[Hit]] = {}
    for hit in hits:
        files.setdefault(hit.path, []).append(hit)
    return files


def _places(name: _Name, sources: list[tuple[str, Mapping[str, list[Hit]]]]) -> Iterator[Related]:
    """Places where the code has the name, each once with all the commits that have it, tests last."""
    seen: dict[tuple[str, str], tuple[Hit, list[str]]] = {}
    for where, files in sources:
        for path in sorted(files):
            for hit in _uses(name, files[path]):
                seen.setdefault((path, hit.text.strip()), (hit, []))[1].append(where)
    ordered = sorted(seen.values(), key=lambda each: ("test" in each[0].path.lower(), each[0].path, each[0].line))
    for hit, commits in ordered[:_SHOWN]:
        yield Related(_place(hit), f"{name.name} stands here in {' and '.join(dict.fromkeys(commits))}")
    if len(ordered) > _SHOWN:
        last = ordered[_SHOWN][0]
        yield Related(_place(last), f"… and in {len(ordered) - _SHOWN:,} more places, the first of them here")


def _place(hit: Hit) -> Place:
    """The line as a place, in a document that has nothing else: what is before it is not known here."""
    start = hit.line - 1
    return Place(Document(hit.path, "\n" * start + hit.text), Span(start, start + len(hit.text)))


def _uses(name: _Name, hits: list[Hit]) -> Iterator[Hit]:
    if not name.table:
        pattern = _pattern(name)
        return (hit for hit in hits if pattern.search(hit.text))
    column, table = _words(_spellings(name.name)), _words(_forms(name.table))
    near = [hit.line for hit in hits if table.search(hit.text)]
    everywhere = table.search(hits[0].path.replace("_", " ")) is not None
    return (
        hit
        for hit in hits
        if column.search(hit.text) and (everywhere or any(abs(hit.line - line) <= _NEAR for line in near))
    )


def _pattern(name: _Name) -> re.Pattern[str]:
    """How code uses a name that stands by itself: in SQL, called, or as a string of its own."""
    word = re.escape(name.name)
    if name.inserted:
        return re.compile(rf"(?i)\binsert\s+into\s+(?:\w+\.)?[\"`]?{word}\b")
    quoted = rf"{_QUOTE}(?:\w+\.)?{word}[\"'`\],\s)]|{_QUOTE}{word}$"
    return re.compile(rf"(?i:{_BEFORE})(?:\w+\.)?[\"`]?{word}\b|{quoted}|(?<![\w.])(?:\w+\.)?{word}\s*\(")


def _words(forms: Collection[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(forms)))})(?!\w)")


def _spellings(name: str) -> frozenset[str]:
    """The name, and as models of programs in other conventions have one of several words."""
    words = name.split("_")
    if len([word for word in words if word]) < 2:  # noqa: PLR2004 - one word has one spelling
        return frozenset({name})
    pascal = "".join(word[:1].upper() + word[1:] for word in words)
    return frozenset({name, pascal, pascal[:1].lower() + pascal[1:]})


def _forms(table: str) -> frozenset[str]:
    """A table as code names it: itself, and the model of one of its rows."""
    one = f"{table[:-3]}y" if table.endswith("ies") else table.removesuffix("s")
    pascal = {"".join(word[:1].upper() + word[1:] for word in each.split("_")) for each in (table, one)}
    return frozenset({table, one, *pascal})
