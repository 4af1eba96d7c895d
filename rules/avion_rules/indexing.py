"""Writes the index of rules from the rules themselves: `python -m avion_rules.indexing`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from avion_lint.rule import Rule, Sort
from avion_lint.runners.migration import Misread
from avion_rules import AROUND, FAMILIES

HERE = Path(__file__).parent
_HEAD = '''\
"""All rules, for runs that load only those they need. Written by `python -m avion_rules.indexing`."""

from __future__ import annotations

from avion_lint.rule import Rule
from avion_lint.runners.migration import Misread
from avion_lint.sql import actions as a
from avion_lint.subjects import Change, Migration, Project, Statement
from avion_rules._indexed import indexed
'''
_FLAGS = ("down", "any_database", "by_size")


def decorated() -> tuple[Rule, ...]:
    """All rules as their modules make them, sorted by id."""
    found = (
        getattr(import_module(f"avion_rules.{family}.{path.stem}"), path.stem)
        for family in FAMILIES
        for path in (HERE / family).glob("[!_]*.py")
    )
    return tuple(sorted(found, key=lambda rule: rule.id))


def index_of(rules: tuple[Rule, ...]) -> str:
    """Text of the module `avion_rules.index` for these rules."""
    options = "".join(f"from {package} import {', '.join(modules)}\n" for package, modules in _with_options(rules))
    entries = "".join(line for rule in rules for line in _entry(rule))
    return f"{_HEAD}{options}\nRULES: tuple[Rule, ...] = (\n{entries})\n"


def _with_options(rules: tuple[Rule, ...]) -> Iterator[tuple[str, list[str]]]:
    """Packages of rules that have options, each with the names of their modules."""
    found = sorted(rule.module.rpartition(".")[::2] for rule in rules if rule.options and not _is_around(rule))
    for package, members in groupby(found, key=itemgetter(0)):
        yield package, [module for _, module in members]


_LINE = 120  # characters at most


def _entry(rule: Rule) -> Iterator[str]:
    place = rule.module.removeprefix("avion_rules.")
    subject = f'"{rule.subject_name}"' if _is_around(rule) else rule.subject_name
    yield "    indexed(\n"
    yield f'        "{rule.id}",\n        "{place}",\n        "{rule.summary}",\n        {subject},\n'
    if rule.options:
        name = rule.options_class.__name__ if rule.options_class else ""
        word = f'"{name}"' if _is_around(rule) else f"{place.rpartition('.')[2]}.{name}"
        yield f"        options={word},\n"
    yield from (f"        {flag}=True,\n" for flag in _FLAGS if getattr(rule, flag))
    yield from ("        notes=True,\n",) if rule.notes else ()
    yield _on([*map(_word, rule.on)])
    yield "    ),\n"


def _on(words: list[str]) -> str:
    """The actions that a rule is for, one a line where one line does not hold them."""
    short = f"        on=({', '.join(words)}{',' * (len(words) == 1)}),\n"
    if len(short) <= _LINE + 1:
        return short if words else ""
    return "".join(("        on=(\n", *(f"            {word},\n" for word in words), "        ),\n"))


def _is_around(rule: Rule) -> bool:
    """Whether it is about what stands around the SQL, so that the index must not load what it is given."""
    return rule.module.split(".")[1] in AROUND


def _word(what: Sort) -> str:
    if isinstance(what, type):
        return f"a.{what.__name__}"
    return f"Misread.{what.name}" if isinstance(what, Misread) else f"a.ConstraintKind.{what.name}"


if __name__ == "__main__":
    (HERE / "index.py").write_text(index_of(decorated()), encoding="utf-8")
