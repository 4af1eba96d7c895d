"""What a real server's catalogs say of a schema, and the same of a replayed one: facts as text by name of the object.

A fact is one line for one object, so that two schemas are compared by comparing two dictionaries. Objects of extensions
and temporary ones are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import psycopg

from avion_lint.schema.model import Column, Constraint, Index, Schema, Table, Thing
from avion_lint.sql.actions import ConstraintKind, Name, ObjectKind, Type

Facts = dict[str, str]
UNKNOWN = "?"  # the type of a column that is computed by a query; the replay does not work types out

_FOLDERS = """
    n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
"""
_NO_MEMBER = """NOT EXISTS (SELECT 1 FROM pg_depend d
    WHERE d.objid = {oid} AND d.deptype = 'e' AND d.classid = '{of}'::regclass)"""

_QUERIES = {
    "relations": """
        SELECT n.nspname, c.relname, c.relkind, c.relispartition, c.relpersistence = 'u' AS unlogged,
               pn.nspname AS parent_folder, p.relname AS parent
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
        LEFT JOIN pg_class p ON p.oid = i.inhparent LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
        WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {folders} AND {member}
    """,
    "columns": """
        SELECT n.nspname, c.relname, c.relkind, t.attname, format_type(t.atttypid, t.atttypmod) AS type, t.attnotnull,
               t.atthasdef AND pg_get_expr(f.adbin, f.adrelid) NOT LIKE 'NULL::%' AS atthasdef,
               t.attidentity, t.attgenerated
        FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef f ON f.adrelid = t.attrelid AND f.adnum = t.attnum
        WHERE t.attnum > 0 AND NOT t.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {folders} AND {member}
        ORDER BY c.oid, t.attnum
    """,
    "constraints": """
        SELECT n.nspname, c.relname, k.conname, k.contype, k.convalidated, k.condeferred,
               fn.nspname AS other_folder, f.relname AS other,
               ARRAY(SELECT t.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(num, place)
                     JOIN pg_attribute t ON t.attrelid = k.conrelid AND t.attnum = u.num ORDER BY u.place) AS columns
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
        WHERE k.contype IN ('p', 'u', 'c', 'f', 'x') AND NOT EXISTS (
                SELECT 1 FROM pg_constraint o WHERE o.oid = k.conparentid AND o.conrelid = k.conrelid)
            AND {folders} AND {member}
    """,
    "indexes": """
        SELECT n.nspname, x.relname AS name, tn.nspname AS folder, c.relname, i.indisunique, i.indisvalid,
               i.indpred IS NOT NULL AS partial, m.amname,
               ARRAY(SELECT t.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u(num, place)
                     LEFT JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attnum = u.num AND u.num <> 0
                     WHERE u.place <= i.indnkeyatts ORDER BY u.place) AS columns,
               (SELECT p.relname FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent
                WHERE h.inhrelid = x.oid) AS whole
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = x.relnamespace JOIN pg_namespace tn ON tn.oid = c.relnamespace
        JOIN pg_am m ON m.oid = x.relam
        WHERE {folders} AND {member}
    """,
    "types": """
        SELECT n.nspname, y.typname, y.typtype, format_type(y.typbasetype, y.typtypmod) AS base, y.typnotnull,
               y.typdefault IS NOT NULL AS has_default,
               ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = y.oid
                     ORDER BY e.enumsortorder) AS values,
               ARRAY(SELECT k.conname::text FROM pg_constraint k
                     WHERE k.contypid = y.oid AND k.contype = 'c') AS checks
        FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace LEFT JOIN pg_class c ON c.oid = y.typrelid
        WHERE (y.typtype IN ('e', 'd', 'r') OR c.relkind = 'c') AND {folders} AND {member_type}
    """,
    "sequences": """
        SELECT n.nspname, c.relname, o.relname AS owner, t.attname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass
             AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        LEFT JOIN pg_class o ON o.oid = d.refobjid
        LEFT JOIN pg_attribute t ON t.attrelid = d.refobjid AND t.attnum = d.refobjsubid
        WHERE c.relkind = 'S' AND {folders} AND {member}
    """,
    "functions": """
        SELECT n.nspname, f.proname, f.prokind,
               ARRAY(SELECT format_type(u.type, NULL) FROM unnest(f.proargtypes::oid[])
                     WITH ORDINALITY AS u(type, place) ORDER BY u.place) AS types
        FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
        WHERE f.prokind IN ('f', 'p') AND {folders} AND {member_function} AND NOT EXISTS (
            SELECT 1 FROM pg_depend d WHERE d.objid = f.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'i')
    """,
    "triggers": """
        SELECT n.nspname, c.relname, g.tgname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT g.tgisinternal
            AND coalesce(to_jsonb(g) ->> 'tgparentid', '0') = '0' AND {folders} AND {member}
    """,
    "policies": """
        SELECT n.nspname, c.relname, g.polname FROM pg_policy g JOIN pg_class c ON c.oid = g.polrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {folders}
    """,
    "schemas": "SELECT n.nspname FROM pg_namespace n WHERE n.nspname <> 'public' AND {folders}",
    "extensions": "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'",
}


def observed(connection: psycopg.Connection[Any]) -> Facts:
    """The facts that a database's catalogs give; the connection is left in a transaction of its own."""
    found: Facts = {}
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        cursor.execute("SET LOCAL search_path = pg_catalog")
        for kind, query in _QUERIES.items():
            cursor.execute(_filled(query))
            for row in cursor.fetchall():
                found.update(_OBSERVED[kind](row))
    return found


def _filled(query: str) -> str:
    return (
        query.replace("{folders}", _FOLDERS.replace("%%", "%"))
        .replace("{member}", _NO_MEMBER.format(oid="c.oid", of="pg_class"))
        .replace("{member_type}", _NO_MEMBER.format(oid="y.oid", of="pg_type"))
        .replace("{member_function}", _NO_MEMBER.format(oid="f.oid", of="pg_proc"))
    )


_KINDS = {"r": "table", "p": "partitioned table", "f": "table", "v": "view", "m": "materialized view"}


def _relation(row: dict[str, Any]) -> Facts:
    parent = f" partition of {row['parent_folder']}.{row['parent']}" if row["relispartition"] else ""
    unlogged = " unlogged" if row["unlogged"] else ""
    return {f"relation {row['nspname']}.{row['relname']}": f"{_KINDS[row['relkind']]}{unlogged}{parent}"}


def _column(row: dict[str, Any]) -> Facts:
    key = f"column {row['nspname']}.{row['relname']}.{row['attname']}"
    if row["relkind"] in "vm":
        return {key: "of a view"}
    generated = {"s": " stored", "v": " virtual", "": ""}[row["attgenerated"]]
    default = row["atthasdef"] and not generated
    return {key: _column_words(_type(row["type"]), row["attnotnull"], default, bool(row["attidentity"]), generated)}


def _column_words(type_: str, not_null: bool, default: bool, identity: bool = False, generated: str = "") -> str:
    return type_ + (" not null" * not_null) + (" default" * default) + (" identity" * identity) + generated


_CONSTRAINTS = {"p": "primary key", "u": "unique", "c": "check", "f": "foreign key", "x": "exclusion", "n": "not null"}


def _constraint(row: dict[str, Any]) -> Facts:
    kind = _CONSTRAINTS[row["contype"]]
    if kind == "not null":
        return {}
    columns = row["columns"] if kind in {"primary key", "unique", "foreign key"} else sorted(set(row["columns"]))
    other = f" to {row['other_folder']}.{row['other']}" if row["other"] else ""
    words = _constraint_words(kind, columns, other, row["convalidated"], row["condeferred"])
    return {f"constraint {row['nspname']}.{row['relname']}.{row['conname']}": words}


def _constraint_words(kind: str, columns: list[str], other: str, valid: bool, deferred: bool) -> str:
    shown = "" if kind == "exclusion" else f" ({', '.join(columns)})"
    return kind + shown + other + (" not valid" * (not valid)) + (" deferred" * deferred)


def _index(row: dict[str, Any]) -> Facts:
    columns = ", ".join(column or "expression" for column in row["columns"])
    words = f"{row['amname']} on {row['folder']}.{row['relname']} ({columns})"
    words += " unique" * row["indisunique"] + " partial" * row["partial"] + " invalid" * (not row["indisvalid"])
    return {f"index {row['nspname']}.{row['name']}": words + (f" of {row['whole']}" if row["whole"] else "")}


def _of_type(row: dict[str, Any]) -> Facts:
    key = f"type {row['nspname']}.{row['typname']}"
    match row["typtype"]:
        case "e":
            return {key: "enum " + ", ".join(row["values"])}
        case "d":
            words = _column_words(_type(row["base"]), row["typnotnull"], row["has_default"])
            return {key: f"domain {words} {sorted(row['checks'])}"}
    return {key: "type"}


def _sequence(row: dict[str, Any]) -> Facts:
    owner = f" of {row['owner']}.{row['attname']}" if row["owner"] and row["attname"] else ""
    return {f"sequence {row['nspname']}.{row['relname']}": "sequence" + owner}


def _function(row: dict[str, Any]) -> Facts:
    types = ", ".join(_type(type_) for type_ in row["types"])
    return {f"function {row['nspname']}.{row['proname']}({types})": "function"}


_OBSERVED = {
    "relations": _relation,
    "columns": _column,
    "constraints": _constraint,
    "indexes": _index,
    "types": _of_type,
    "sequences": _sequence,
    "functions": _function,
    "triggers": lambda row: {f"trigger {row['nspname']}.{row['relname']}.{row['tgname']}": "trigger"},
    "policies": lambda row: {f"policy {row['nspname']}.{row['relname']}.{row['polname']}": "policy"},
    "schemas": lambda row: {f"schema {row['nspname']}": "schema"},
    "extensions": lambda row: {f"extension {row['extname']}": "extension"},
}


def _type(name: str) -> str:
    """A type's name without its schema and quotes, and without what it means to leave out."""
    bare = name.replace('"', "")
    array = "[]" if bare.endswith("[]") else ""
    base, _, rest = bare.removesuffix("[]").partition("(")
    base = base.rpartition(".")[2]
    return f"{base}{'(' + rest if rest else ''}{array}"


# --- the same of a replayed schema ---------------------------------------------------------------------------


def replayed(schema: Schema) -> Facts:
    """The facts of a replayed schema in the same words."""
    found: Facts = {}
    for table in schema.tables.values():
        found.update(_of_table(table))
    for index in schema.indexes.values():
        found.update(_of_index(index))
    for thing in schema.things.values():
        found.update(_of_thing(thing))
    return {key: fact for key, fact in found.items() if " pg_temp." not in key}


def _dotted(name: Name) -> str:
    return f"{name.schema}.{name.name}"


def _of_table(table: Table) -> Iterator[tuple[str, str]]:
    parent = f" partition of {_dotted(table.partition_of)}" if table.partition_of else ""
    kind = "partitioned table" if table.partitioned else "table"
    yield f"relation {_dotted(table.name)}", kind + " unlogged" * table.unlogged + parent
    for column in table.columns.values():
        yield f"column {_dotted(table.name)}.{column.name}", _of_column(column)
    for constraint in table.constraints.values():
        if constraint.kind is not ConstraintKind.NOT_NULL:
            yield f"constraint {_dotted(table.name)}.{constraint.name}", _of_constraint(constraint)


def _of_column(column: Column) -> str:
    generated = f" {column.generated}" if column.generated else ""
    default = column.default is not None and not generated
    return _column_words(_known(column.type), column.not_null, default, column.identity, generated)


_INTEGERS = {
    "serial": "integer", "bigserial": "bigint", "smallserial": "smallint",
    "serial4": "integer", "serial8": "bigint", "serial2": "smallint",
}  # fmt: skip
_ONE = {"character": "character(1)", "bit": "bit(1)"}


def _known(type_: Type | None) -> str:
    if type_ is None:
        return UNKNOWN
    array = "[]" if type_.array else ""
    name = type_.name.rpartition(".")[2]
    if name in _INTEGERS:
        return _INTEGERS[name]
    if name == "numeric" and len(type_.modifiers) == 1:
        return f"numeric({type_.modifiers[0]},0){array}"
    if name in _ONE and not type_.modifiers:
        return _ONE[name] + array
    return str(Type(name, type_.modifiers, array=type_.array))


def _of_constraint(made: Constraint) -> str:
    ordered = made.kind in {ConstraintKind.PRIMARY_KEY, ConstraintKind.UNIQUE, ConstraintKind.FOREIGN_KEY}
    columns = list(made.columns) if ordered else sorted(set(made.columns))
    other = f" to {_dotted(made.references)}" if made.references else ""
    return _constraint_words(made.kind.value, columns, other, made.valid and made.enforced, made.deferred)


def _of_index(index: Index) -> dict[str, str]:
    columns = ", ".join(column or "expression" for column in index.columns)
    words = f"{index.method} on {_dotted(index.table)} ({columns})"
    words += " unique" * index.unique + " partial" * index.partial + " invalid" * (not index.valid)
    return {f"index {_dotted(index.name)}": words + (f" of {index.part_of.name}" if index.part_of else "")}


def _of_thing(thing: Thing) -> Facts:
    reader = _OF_THINGS.get(thing.kind)
    return reader(thing) if reader else {}


def _of_view(thing: Thing) -> Facts:
    where = _dotted(thing.name)
    columns = {f"column {where}.{column}": "of a view" for column in thing.columns or (UNKNOWN,)}
    return {f"relation {where}": thing.kind.value, **columns}


def _of_plain_type(thing: Thing) -> Facts:
    return {f"type {_dotted(thing.name)}": "type" if thing.values is None else "enum " + ", ".join(thing.values)}


def _of_domain(thing: Thing) -> Facts:
    domain = thing.domain
    if domain is None:
        return {}
    words = _column_words(_known(domain.type), domain.not_null, domain.default is not None)
    return {f"type {_dotted(thing.name)}": f"domain {words} {sorted(domain.constraints)}"}


def _of_sequence(thing: Thing) -> Facts:
    owner = thing.owner
    of = f" of {owner.relation.name}.{owner.column}" if owner and owner.relation else ""
    return {f"sequence {_dotted(thing.name)}": "sequence" + of}


def _of_function(thing: Thing) -> Facts:
    types = ", ".join(_type(each) for each in thing.arguments or ())
    return {f"function {_dotted(thing.name)}({types})": "function"}


def _of_part(thing: Thing) -> Facts:
    kind = thing.kind.value
    return {f"{kind} {_dotted(thing.table)}.{thing.name.name}": kind} if thing.table else {}


def _of_named(thing: Thing) -> Facts:
    hidden = thing.name.name in {"plpgsql", "public"}
    return {} if hidden else {f"{thing.kind.value} {thing.name.name}": thing.kind.value}


_OF_THINGS = {
    ObjectKind.VIEW: _of_view,
    ObjectKind.MATERIALIZED_VIEW: _of_view,
    ObjectKind.TYPE: _of_plain_type,
    ObjectKind.DOMAIN: _of_domain,
    ObjectKind.SEQUENCE: _of_sequence,
    ObjectKind.FUNCTION: _of_function,
    ObjectKind.TRIGGER: _of_part,
    ObjectKind.POLICY: _of_part,
    ObjectKind.SCHEMA: _of_named,
    ObjectKind.EXTENSION: _of_named,
}


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
