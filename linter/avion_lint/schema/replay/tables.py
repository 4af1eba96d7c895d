"""CREATE TABLE and what changes a whole table."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Column, Origin, Table
from avion_lint.schema.replay.columns import alter_value, made_column
from avion_lint.schema.replay.constraints import add_constraint
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.partitions import join_partitions
from avion_lint.sql import actions as a


def create_table(draft: Draft, action: a.CreateTable, origin: Origin) -> None:
    """Make a table, with its constraints and what it takes from parents."""
    name = draft.new_name(action.table, temporary=action.temporary)
    if action.if_not_exists and name in draft.tables:
        return
    parents = (*action.inherits, *action.like, *((action.partition_of,) if action.partition_of else ()))
    inherited: dict[str, Column] = {}
    for parent in parents:
        inherited.update(draft.table(parent).columns)
    own = {column.name: made_column(column, origin, name) for column in action.columns}
    table = Table(
        name,
        origin,
        columns={**inherited, **own},
        partitioned=action.partitioned,
        partition_of=draft.name(action.partition_of) if action.partition_of else None,
        temporary=action.temporary,
        partition_key=action.partition_key,
        default_partition=action.default_partition,
        unlogged=action.unlogged,
        inherits=tuple(draft.name(parent) for parent in action.inherits),
        partition_by=action.partition_by,
        bound=action.bound,
    )
    draft.put(table)
    in_columns = (made for column in action.columns for made in column.constraints)
    for constraint in (*in_columns, *action.constraints):
        add_constraint(draft, draft.tables[name], constraint, origin)
    if table.partition_of:
        join_partitions(draft, table.partition_of, name, origin)


def alter_table(draft: Draft, action: a.AlterTable, origin: Origin) -> None:
    """Follow those forms of ALTER TABLE that have no action of their own and change what is known here."""
    match action.form:
        case "AddIdentity" | "DropIdentity" | "DropExpression":
            alter_value(draft, action, origin)
        case "AddInherit" | "DropInherit" if action.other:
            _change_parents(draft, action, draft.name(action.other))
        case "SetLogged" | "SetUnLogged":
            draft.put(replace(draft.table(action.table), unlogged=action.form == "SetUnLogged"))


def _change_parents(draft: Draft, action: a.AlterTable, parent: a.Name) -> None:
    table = draft.table(action.table)
    others = tuple(name for name in table.inherits if name != parent)
    draft.put(replace(table, inherits=(*others, parent) if action.form == "AddInherit" else others))


def rekey_table(draft: Draft, old: Table, new: Table) -> None:
    """Give a table another name, and make everything that points to it point to the new one."""
    draft.tables.pop(old.name, None)
    draft.put(new)
    for table in draft.tables.about(old.name):
        draft.put(_pointing(table, old.name, new.name))
    for key in draft.things.keys_about(old.name):
        thing = draft.things[key]
        if old.name in thing.reads:
            reads = tuple(new.name if name == old.name else name for name in thing.reads)
            uses = tuple(replace(use, relation=new.name) if use.relation == old.name else use for use in thing.uses)
            draft.things[key] = replace(thing, reads=reads, uses=uses)
    for index in [index for index in draft.indexes.about(old.name) if index.table == old.name]:
        draft.indexes[index.name] = replace(index, table=new.name)
    for key in [key for key in draft.things.keys_about(old.name) if key[2] == old.name]:
        thing = draft.things.pop(key)
        draft.things[(thing.kind, thing.name, new.name)] = replace(thing, table=new.name)


def _pointing(table: Table, old: a.Name, new: a.Name) -> Table:
    """The table, pointing to another one by its new name."""
    if old not in (table.partition_of, *table.inherits, *(made.references for made in table.constraints.values())):
        return table
    constraints = {
        name: replace(made, references=new) if made.references == old else made
        for name, made in table.constraints.items()
    }
    return replace(
        table,
        constraints=constraints,
        partition_of=new if table.partition_of == old else table.partition_of,
        inherits=tuple(new if name == old else name for name in table.inherits),
    )
