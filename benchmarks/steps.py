"""What migrations do: the steps that a generated service takes, and the tables that it has so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.chance import Chance

_NOUNS = (
    "user", "account", "order", "invoice", "payment", "shipment", "product", "catalog", "session", "device",
    "ticket", "message", "channel", "campaign", "coupon", "parcel", "warehouse", "supplier", "contract", "report",
    "audit", "webhook", "deployment", "cluster", "project", "member", "role", "subscription", "quota", "event",
)  # fmt: skip
_QUALIFIERS = ("", "archived_", "pending_", "billing_", "external_", "daily_", "shared_", "tenant_")
_COLUMNS = (
    ("email", "text"), ("display_name", "varchar(120)"), ("amount_cents", "bigint"), ("currency", "char(3)"),
    ("status", "text"), ("settings", "jsonb"), ("expires_at", "timestamptz"), ("external_id", "uuid"),
    ("retries", "integer"), ("notes", "text"), ("is_hidden", "boolean"), ("weight", "numeric(12, 3)"),
    ("country", "text"), ("token", "bytea"), ("tags", "text[]"), ("starts_on", "date"), ("position", "smallint"),
)  # fmt: skip
_DEFAULTS = {"boolean": "false", "jsonb": "'{}'::jsonb", "text[]": "'{}'", "integer": "0", "smallint": "0"}
_NO_ORDER = ("jsonb", "text[]")
_STATES = ("draft", "active", "paused", "closed")


@dataclass
class Table:
    """A table that exists by now, its columns with their types, and its NOT VALID constraints."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    unchecked: list[str] = field(default_factory=list)


@dataclass
class World:
    """A service's database so far."""

    chance: Chance
    tables: list[Table] = field(default_factory=list)
    made: int = 0

    def number(self) -> int:
        """A number that no name has yet."""
        self.made += 1
        return self.made

    def table(self) -> Table:
        """A table that is there, a young one more often."""
        return self.chance.late(self.tables)


@dataclass
class Step:
    """Statements with their reverse (in the order in which it runs); `alone`: they bear no transaction."""

    slug: str
    up: list[str]
    down: list[str]
    alone: bool = False


Maker = Callable[[World], Step]


def make_table(world: World) -> Step:
    """Build a table with some columns, often with an index, comments and a reference to an earlier table."""
    chance, number = world.chance, world.number()
    table = Table(f"{chance.one(_QUALIFIERS)}{chance.one(_NOUNS)}s_{number}")
    key = "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY" if chance.percent(70) else "id bigserial PRIMARY KEY"
    lines = [key]
    for _ in range(3 + chance.below(5)):
        name, type_ = chance.one(_COLUMNS)
        if name not in table.columns:
            table.columns[name] = type_
            lines.append(f"{name} {type_}{_null(chance, type_)}")
    if world.tables and chance.percent(60):
        other = world.table()
        lines.append(f"parent_id bigint NOT NULL REFERENCES {other.name} (id) ON DELETE CASCADE")
        table.columns["parent_id"] = "bigint"
    lines.append("created_at timestamptz NOT NULL DEFAULT now()")
    body = ",\n    ".join(lines)
    up = [f"CREATE TABLE {table.name} (\n    {body}\n);"]
    if "parent_id" in table.columns:
        up.append(f"CREATE INDEX {table.name}_parent_id_idx ON {table.name} (parent_id);")
    if chance.percent(50):
        up.append(f"COMMENT ON TABLE {table.name} IS 'Kept for the {chance.one(_NOUNS)} service; it''s theirs.';")
    world.tables.append(table)
    return Step(f"create_{table.name}", up, [f"DROP TABLE {table.name};"])


def _null(chance: Chance, type_: str) -> str:
    if type_ in _DEFAULTS and chance.percent(60):
        return f" NOT NULL DEFAULT {_DEFAULTS[type_]}"
    return " NOT NULL" if chance.percent(40) else ""


def add_columns(world: World) -> Step:
    """Add one to three columns to a table."""
    table, chance = world.table(), world.chance
    up: list[str] = []
    down: list[str] = []
    for _ in range(1 + chance.below(3)):
        name, type_ = _new_column(world, table)
        default = f" NOT NULL DEFAULT {_DEFAULTS[type_]}" if type_ in _DEFAULTS and chance.percent(70) else ""
        up.append(f"ALTER TABLE {table.name} ADD COLUMN {name} {type_}{default};")
        down.insert(0, f"ALTER TABLE {table.name} DROP COLUMN {name};")
    return Step(f"extend_{table.name}", up, down)


def _new_column(world: World, table: Table) -> tuple[str, str]:
    base, type_ = world.chance.one(_COLUMNS)
    name = f"{base}_{world.number()}"
    table.columns[name] = type_
    return name, type_


def _column(world: World, table: Table) -> str:
    """A column to build on: one that has an order, and that no later step drops."""
    kept = [name for name, type_ in table.columns.items() if type_ not in _NO_ORDER and not name.startswith("note_")]
    return world.chance.one(kept or ["id"])


def index(world: World) -> Step:
    """Build an index while nobody can write."""
    table = world.table()
    column, name = _column(world, table), f"{table.name}_{world.number()}_idx"
    where = f" WHERE {column} IS NOT NULL" if world.chance.percent(20) else ""
    return Step(
        f"index_{table.name}", [f"CREATE INDEX {name} ON {table.name} ({column}){where};"], [f"DROP INDEX {name};"]
    )


def index_concurrently(world: World) -> Step:
    """Build an index while others go on writing."""
    table = world.table()
    column, name = _column(world, table), f"{table.name}_{world.number()}_idx"
    up = [f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table.name} ({column}, created_at DESC);"]
    return Step(f"index_{table.name}", up, [f"DROP INDEX CONCURRENTLY IF EXISTS {name};"], alone=True)


def constraint(world: World) -> Step:
    """Add a check or a foreign key, often without looking at the rows yet."""
    table, other, chance = world.table(), world.table(), world.chance
    name, later = f"{table.name}_{world.number()}_check", chance.percent(60)
    ending = " NOT VALID;" if later else ";"
    if chance.percent(60):
        column = _column(world, table)
        up = [f"ALTER TABLE {table.name}\n    ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL OR id > 0){ending}"]
        down = [f"ALTER TABLE {table.name} DROP CONSTRAINT {name};"]
    else:
        column = f"{other.name}_{world.number()}_id"
        table.columns[column] = "bigint"
        foreign = f"FOREIGN KEY ({column}) REFERENCES {other.name} (id)"
        up = [
            f"ALTER TABLE {table.name} ADD COLUMN {column} bigint;",
            f"ALTER TABLE {table.name}\n    ADD CONSTRAINT {name} {foreign}{ending}",
        ]
        down = [f"ALTER TABLE {table.name} DROP COLUMN {column};"]
    if later:
        table.unchecked.append(name)
    return Step(f"constrain_{table.name}", up, down)


def validate(world: World) -> Step:
    """Look at the rows for a constraint that was added before, or add one where there is none."""
    waiting = [table for table in world.tables[-40:] if table.unchecked]
    if not waiting:
        return constraint(world)
    table = world.chance.one(waiting)
    name = table.unchecked.pop()
    return Step(f"validate_{table.name}", [f"ALTER TABLE {table.name} VALIDATE CONSTRAINT {name};"], ["SELECT 1;"])


def data(world: World) -> Step:
    """Fill or mend rows."""
    table, chance = world.table(), world.chance
    note, _ = _note(world, table)
    choice = chance.below(3)
    if choice == 0:
        up = [
            f"ALTER TABLE {table.name} ADD COLUMN {note} text;",
            f"UPDATE {table.name} SET {note} = 'imported' WHERE {note} IS NULL AND id < {1000 + chance.below(9000)};",
        ]
    elif choice == 1:
        up = [
            f"ALTER TABLE {table.name} ADD COLUMN {note} text;",
            f"UPDATE {table.name} SET {note} = lower({note});",
        ]
    else:
        up = [
            f"ALTER TABLE {table.name} ADD COLUMN {note} text;",
            f"DELETE FROM {table.name} WHERE created_at < now() - interval '{1 + chance.below(24)} months';",
        ]
    return Step(f"fill_{table.name}", up, [f"ALTER TABLE {table.name} DROP COLUMN {note};"])


def _note(world: World, table: Table) -> tuple[str, str]:
    name = f"note_{world.number()}"
    table.columns[name] = "text"
    return name, "text"


def settings(world: World) -> Step:
    """Put rows into a small table of settings that is made beside it."""
    number, chance = world.number(), world.chance
    name = f"{chance.one(_NOUNS)}_settings_{number}"
    rows = ",\n    ".join(f"('{chance.one(_NOUNS)}.{at}', '{chance.below(5000)}')" for at in range(2 + chance.below(3)))
    up = [
        f"CREATE TABLE {name} (\n    key text PRIMARY KEY,\n    value text NOT NULL\n);",
        f"INSERT INTO {name} (key, value) VALUES\n    {rows}\nON CONFLICT (key) DO NOTHING;",
    ]
    return Step(f"seed_{name}", up, [f"DROP TABLE {name};"])


def alter_column(world: World) -> Step:
    """Give a column another default, or forbid nulls in it."""
    table, chance = world.table(), world.chance
    note, _ = _note(world, table)
    up = [f"ALTER TABLE {table.name} ADD COLUMN {note} text;"]
    alter = f"ALTER TABLE {table.name} ALTER COLUMN {note}"
    change = chance.below(3)
    if change == 0:
        up.append(f"{alter} SET DEFAULT '{chance.one(_STATES)}';")
    elif change == 1:
        up += [f"UPDATE {table.name} SET {note} = '' WHERE {note} IS NULL;", f"{alter} SET NOT NULL;"]
    else:
        up.append(f"{alter} TYPE varchar({20 + chance.below(200)});")
        table.columns[note] = "varchar"
    return Step(f"alter_{table.name}", up, [f"ALTER TABLE {table.name} DROP COLUMN {note};"])


def drop_column(world: World) -> Step:
    """Take away a column that a step before added."""
    table = world.table()
    name, type_ = next(
        ((name, type_) for name, type_ in table.columns.items() if name.startswith("note_")),
        (f"note_{world.number()}", "text"),
    )
    table.columns.pop(name, None)
    up = [f"ALTER TABLE {table.name} DROP COLUMN IF EXISTS {name} CASCADE;"]
    return Step(f"trim_{table.name}", up, [f"ALTER TABLE {table.name} ADD COLUMN {name} {type_};"])


def view(world: World) -> Step:
    """Show a table in another way."""
    table, name = world.table(), f"{world.chance.one(_NOUNS)}_overview_{world.number()}"
    query = (
        f"CREATE VIEW {name} AS\n    SELECT t.id, t.created_at, count(*) OVER () AS total\n"
        f"    FROM {table.name} AS t\n    WHERE t.created_at > now() - interval '30 days';"
    )
    return Step(f"show_{name}", [query], [f"DROP VIEW {name};"])


def kind(world: World) -> Step:
    """Make an enum, and a column of it."""
    table, chance = world.table(), world.chance
    name = f"{chance.one(_NOUNS)}_state_{world.number()}"
    states = ", ".join(f"'{state}'" for state in _STATES[: 2 + chance.below(3)])
    column = f"state_{world.number()}"
    table.columns[column] = name
    up = [f"CREATE TYPE {name} AS ENUM ({states});", f"ALTER TABLE {table.name} ADD COLUMN {column} {name};"]
    return Step(f"type_{name}", up, [f"ALTER TABLE {table.name} DROP COLUMN {column};", f"DROP TYPE {name};"])


def trigger(world: World) -> Step:
    """Keep a time stamp by a trigger; its function holds semicolons, so goose is told where it begins and ends."""
    table, number = world.table(), world.number()
    column, name = f"touched_at_{number}", f"touch_{table.name}_{number}"
    table.columns[column] = "timestamptz"
    function = (
        f"-- +goose StatementBegin\nCREATE FUNCTION {name}() RETURNS trigger AS $$\nBEGIN\n"
        f"    NEW.{column} := now();\n    RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;\n-- +goose StatementEnd"
    )
    fires = f"CREATE TRIGGER {name}_trigger BEFORE UPDATE ON {table.name}\n    FOR EACH ROW EXECUTE FUNCTION {name}();"
    up = [f"ALTER TABLE {table.name} ADD COLUMN {column} timestamptz;", function, fires]
    down = [
        f"DROP TRIGGER {name}_trigger ON {table.name};",
        f"DROP FUNCTION {name}();",
        f"ALTER TABLE {table.name} DROP COLUMN {column};",
    ]
    return Step(f"touch_{table.name}", up, down)


COMMON: tuple[tuple[int, Maker], ...] = (
    (26, make_table),
    (22, add_columns),
    (10, index),
    (9, constraint),
    (5, validate),
    (9, data),
    (3, settings),
    (6, alter_column),
    (3, drop_column),
    (3, view),
    (3, kind),
    (2, trigger),
)
"""How often each step is taken, among a hundred."""
