"""A server's schema against the one that the replay comes to."""

from __future__ import annotations

from avion_lint.executor.catalog.facts import Facts, difference, relations, without
from avion_lint.executor.catalog.replayed import replayed
from avion_lint.schema.model import Schema


def against_replay(server: Facts, schema: Schema, history: tuple[str | None, str], apart: str = "") -> tuple[str, ...]:
    """What the two do not agree on, a line each, without the runner's own table (schema, name) and the schema `apart`.

    The schemas of the search path and of that table are there whether a migration makes them or not.
    """
    home, table = history
    made = {f"schema {name}" for name in (*schema.search_path, home)}
    seen = {key: fact for key, fact in server.items() if key not in made and not _is_in(key, apart)}
    ours = [name for name in relations(seen) if name.rpartition(".")[2].startswith(table)]
    names = {name.rpartition(".")[2] for name in ours}
    left = {
        key: fact
        for key, fact in without(seen, ours).items()
        if not any(key.rpartition(".")[2].startswith(name) for name in names)
    }
    replay = {key: fact for key, fact in replayed(schema).items() if key not in made}
    return tuple(difference(left, replay))


def _is_in(key: str, schema: str) -> bool:
    """Whether a fact is about a schema or something in it."""
    name = key.partition(" ")[2]
    return bool(schema) and (key == f"schema {schema}" or name.startswith(f"{schema}."))
