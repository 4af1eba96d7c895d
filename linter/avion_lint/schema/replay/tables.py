"""CREATE TABLE and what changes a whole table."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import replace
from avion_lint.schema.model import Column, Origin, Table, heirs_of
from avion_lint.schema.replay.columns import alter_value, made_column
from avion_lint.schema.replay.constraints import with_constraints
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.parents import columns_of_parents, copy_like, copy_parents
from avion_lint.schema.replay.partitions import join_partitions
from avion_lint.sql import actions as a


def create_table(draft: Draft, action: a.CreateTable, origin: Origin) -> None:
    """Make a table, with its constraints and what it takes from parents."""
    name = draft.new_name(action.table, temporary=action.temporary)
    if action.if_not_exists and draft.is_relation(name):
        return
    table = Table(
        name,
        origin,
        columns=_columns(draft, action, name, origin),
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
    given = list(_constraints(action))
    if any(made.references for made in given):
        draft.put(table)  # it may refer to itself
    draft.put(with_constraints(draft, table, given, origin))
    copy_like(draft, action, name, origin)
    copy_parents(draft, table)
    if table.partition_of:
        join_partitions(draft, table.partition_of, name, origin)


def _columns(draft: Draft, action: a.CreateTable, name: a.Name, origin: Origin) -> dict[str, Column]:
    found = columns_of_parents(draft, action, name, origin)
    for definition in action.columns:
        made = made_column(draft, definition, origin, name)
        known = found.get(definition.name)
        found[definition.name] = _merged(known, made) if known else made
    found.update(_selected(draft, action.outputs, origin))
    return found


def _merged(inherited: Column, own: Column) -> Column:
    """A column that a parent has as well; PARTITION OF gives no type again."""
    return replace(
        own,
        type=inherited.type,
        not_null=inherited.not_null or own.not_null,
        default=own.default or inherited.default,
        generated=own.generated or inherited.generated,
    )


def _selected(draft: Draft, outputs: tuple[a.Output, ...], origin: Origin) -> dict[str, Column]:
    """Columns of CREATE TABLE AS: names, and types where they are those of known columns."""
    found: dict[str, Column] = {}
    for output in outputs:
        source = draft.tables.get(draft.name(output.relation)) if output.relation else None
        if output.name is None:
            for column in source.columns.values() if source else ():
                found[column.name] = Column(column.name, column.type, origin=origin)
            continue
        column = source.columns.get(output.column) if source else None
        found[output.name] = Column(output.name, column.type if column else output.type, origin=origin)
    return found


def _constraints(action: a.CreateTable) -> Iterator[a.ConstraintDefinition]:
    """Constraints in the order of the text; a key that says the same as another without a name is left out."""
    in_columns = [made for column in action.columns for made in column.constraints]
    given = [*in_columns, *action.constraints]
    primary = {made.columns for made in given if made.kind is a.ConstraintKind.PRIMARY_KEY}
    seen: set[tuple[str, ...]] = set()
    for made in given:
        if made.kind is a.ConstraintKind.UNIQUE and made.name is None and not made.include:
            if made.columns in seen | primary:
                continue
            seen.add(made.columns)
        yield made


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
    draft.put(_pointing(new, old.name, new.name))
    for table in (*draft.tables.about(old.name), *draft.tables.about(heirs_of(old.name))):
        draft.put(_pointing(table, old.name, new.name))
    rekey_things(draft, old.name, new.name)
    for index in draft.indexes_of(old.name):
        draft.indexes[index.name] = replace(index, table=new.name)


def rekey_things(draft: Draft, old: a.Name, new: a.Name) -> None:
    """Make views, triggers, sequences and other objects point to the new name of a relation."""
    for key in draft.things.keys_about(old):
        thing = draft.things[key]
        pointing = replace(
            thing,
            table=new if thing.table == old else thing.table,
            name=a.Name(new.schema, thing.name.name) if thing.table == old else thing.name,
            reads=tuple(new if name == old else name for name in thing.reads),
            tables=tuple(new if name == old else name for name in thing.tables),
            uses=tuple(replace(use, relation=new) if use.relation == old else use for use in thing.uses),
            owner=replace(thing.owner, relation=new) if thing.owner and thing.owner.relation == old else thing.owner,
        )
        if draft.key_of(pointing) != key:
            del draft.things[key]
        draft.put_thing(pointing)


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
