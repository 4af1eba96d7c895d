"""What two schemas differ in, object by object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from avion_lint.enumeration import StrEnum
from avion_lint.record import record
from avion_lint.schema.model import Schema
from avion_lint.schema.printing.facts import facts


class Sort(StrEnum):
    """What became of an object."""

    ADDED = "added"
    DROPPED = "dropped"
    CHANGED = "changed"


@record(order=True)
class Difference:
    """An object that only one schema has, or that is not the same in both; `aspect` names what of it changed.

    `before` and `after` are its definitions, "" where it is not there.
    """

    kind: str
    name: str
    sort: Sort
    aspect: str = ""
    before: str = ""
    after: str = ""


def differences(before: Schema, after: Schema) -> tuple[Difference, ...]:
    """All differences, by kind and name. The order of columns is none, and neither is where something was made."""
    one, other = dict(_objects(before)), dict(_objects(after))
    found: list[Difference] = []
    for kind, name in sorted({*one, *other}):
        found.extend(_compared(kind, name, one.get((kind, name)), other.get((kind, name))))
    return tuple(_without_parts(found))


Object = Mapping[str, str]
Key = tuple[str, str]


def _compared(kind: str, name: str, before: Object | None, after: Object | None) -> Iterator[Difference]:
    if before is None or after is None:
        sort = Sort.ADDED if before is None else Sort.DROPPED
        yield Difference(kind, name, sort, "", _definition(before), _definition(after))
        return
    for aspect in sorted({*before, *after}):
        if before.get(aspect) != after.get(aspect):
            yield Difference(kind, name, Sort.CHANGED, aspect, before.get(aspect, ""), after.get(aspect, ""))


def _definition(found: Object | None) -> str:
    if found is None:
        return ""
    return found.get("definition") or " ".join(f"{value}" for value in found.values() if value)


def _without_parts(found: list[Difference]) -> Iterator[Difference]:
    """Leave out what comes and goes with its table."""
    tables = {(each.name, each.sort) for each in found if each.kind == "table" and each.sort is not Sort.CHANGED}
    for each in found:
        owner = each.name.rpartition(".")[0] if each.kind in _PARTS else ""
        if (owner, each.sort) not in tables:
            yield each


_PARTS = {"column", "constraint", "index", "trigger", "policy", "rule"}
_PLURALS = {"constraints": "constraint", "triggers": "trigger", "policies": "policy", "rules": "rule"}


def _objects(schema: Schema) -> Iterator[tuple[Key, Object]]:
    told: dict[str, Any] = facts(schema)
    for table in told["tables"]:
        yield ("table", table["name"]), _chosen(table, "temporary", "unlogged", "partition_by", "partition_of", "bound")
        yield from _parts(table)
    for view in told["views"]:
        kind = "materialized view" if view["materialized"] else "view"
        yield (kind, view["name"]), {"columns": _listed(view["columns"]), "definition": _flat(view["definition"])}
    for made in told["types"]:
        yield (made["kind"], made["name"]), {"definition": _flat(made["definition"])}
    for made in told["others"]:
        arguments = "" if made["arguments"] is None else f"({', '.join(made['arguments'])})"
        yield (made["kind"], made["name"] + arguments), {"definition": _flat(made["definition"])}


def _parts(table: Mapping[str, Any]) -> Iterator[tuple[Key, Object]]:
    owner = table["name"]
    for column in table["columns"]:
        wanted = _chosen(column, "type", "not_null", "default", "generated", "collation")
        yield ("column", f"{owner}.{column['name']}"), wanted
    for index in table["indexes"]:
        name = index["name"].rpartition(".")[2]
        yield ("index", f"{owner}.{name}"), {"definition": index["definition"]}
    for plural, kind in _PLURALS.items():
        for made in table[plural]:
            yield (kind, f"{owner}.{made['name']}"), {"definition": _flat(made["definition"])}


def _chosen(given: Mapping[str, Any], *names: str) -> Object:
    return {name.replace("_", " "): _word(name, given[name]) for name in names if given[name] not in (None, False)}


def _word(name: str, value: object) -> str:
    return name.replace("_", " ") if value is True else str(value)


def _flat(text: str | None) -> str:
    """A definition on one line, so that line breaks make no difference."""
    return " ".join((text or "").split())


def _listed(values: list[str] | None) -> str:
    return "?" if values is None else ", ".join(values)


def as_text(found: tuple[Difference, ...]) -> str:
    """A line for each difference: `+` added, `-` dropped, `~` changed."""
    return "".join(f"{line}\n" for each in found for line in _lines(each)) or "no difference\n"


_WIDTH = 110


def _short(definition: str) -> str:
    return definition if len(definition) <= _WIDTH else f"{definition[: _WIDTH - 1]}…"


_SIGNS = {Sort.ADDED: "+", Sort.DROPPED: "-", Sort.CHANGED: "~"}


def _lines(each: Difference) -> Iterator[str]:
    head = f"{_SIGNS[each.sort]} {each.kind} {each.name}"
    if each.sort is not Sort.CHANGED:
        definition = each.after or each.before
        yield f"{head}: {_short(definition)}" if definition else head
        return
    if max(len(each.before), len(each.after)) > _WIDTH:
        yield f"{head}: {each.aspect} is another"
        return
    yield f"{head}: {each.aspect} {each.before or 'none'} → {each.after or 'none'}"


def as_data(found: tuple[Difference, ...]) -> list[dict[str, str | None]]:
    """The differences as JSON has them."""
    return [
        {
            "object": each.kind,
            "name": each.name,
            "difference": str(each.sort),
            "aspect": each.aspect or None,
            "before": each.before or None,
            "after": each.after or None,
        }
        for each in found
    ]
