"""Facts: one line for one object by its name, so that two schemas are compared by comparing two mappings."""

from __future__ import annotations

from collections.abc import Collection

Facts = dict[str, str]
UNKNOWN = "?"  # the type of a column that is computed by a query; the replay does not work types out


def column_words(type_: str, not_null: bool, default: bool, identity: bool = False, generated: str = "") -> str:
    """What a column is, in words."""
    return type_ + (" not null" * not_null) + (" default" * default) + (" identity" * identity) + generated


def constraint_words(kind: str, columns: list[str], other: str, valid: bool, deferred: bool) -> str:
    """What a constraint is, in words."""
    shown = "" if kind == "exclusion" else f" ({', '.join(columns)})"
    return kind + shown + other + (" not valid" * (not valid)) + (" deferred" * deferred)


def type_name(name: str) -> str:
    """A type's name without its schema and quotes, and without what it means to leave out."""
    bare = name.replace('"', "")
    array = "[]" if bare.endswith("[]") else ""
    base, _, rest = bare.removesuffix("[]").partition("(")
    base = base.rpartition(".")[2]
    return f"{base}{'(' + rest if rest else ''}{array}"


def relations(facts: Facts) -> list[str]:
    """Full names of the relations that there are."""
    return [key.removeprefix("relation ") for key in facts if key.startswith("relation ")]


def without(facts: Facts, names: Collection[str]) -> Facts:
    """The facts that are not about some relations."""
    if not names:
        return facts
    heads = tuple(f"{kind} {name}." for name in names for kind in ("column", "constraint", "trigger"))
    whole = {f"relation {name}" for name in names}
    places = [f" on {name} (" for name in names]
    return {
        key: fact
        for key, fact in facts.items()
        if key not in whole and not key.startswith(heads) and not any(place in fact for place in places)
    }


def difference(server: Facts, replay: Facts) -> list[str]:
    """What the two do not agree on, a line each: what is only on the server (+), only replayed (-), otherwise (!)."""
    lines = [f"+ {key}: {server[key]}" for key in server.keys() - replay.keys()]
    lines += [f"- {key}: {replay[key]}" for key in replay.keys() - server.keys()]
    changed = [key for key in server.keys() & replay.keys() if server[key] != replay[key] and replay[key] != UNKNOWN]
    lines += [f"! {key}: {server[key]}, not {replay[key]}" for key in changed]
    return sorted(lines)
