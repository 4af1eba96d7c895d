"""What a server's catalogue says of a schema in the words in which a replayed one is told (see replayed.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from avion_lint.executor.catalog.facts import Facts, column_words, constraint_words, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import psycopg

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
    from psycopg.rows import dict_row  # noqa: PLC0415 - only where there is psycopg

    found: Facts = {}
    with connection.cursor(row_factory=dict_row) as cursor:
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
    return {key: column_words(type_name(row["type"]), row["attnotnull"], default, bool(row["attidentity"]), generated)}


_CONSTRAINTS = {"p": "primary key", "u": "unique", "c": "check", "f": "foreign key", "x": "exclusion", "n": "not null"}


def _constraint(row: dict[str, Any]) -> Facts:
    kind = _CONSTRAINTS[row["contype"]]
    if kind == "not null":
        return {}
    columns = row["columns"] if kind in {"primary key", "unique", "foreign key"} else sorted(set(row["columns"]))
    other = f" to {row['other_folder']}.{row['other']}" if row["other"] else ""
    words = constraint_words(kind, columns, other, row["convalidated"], row["condeferred"])
    return {f"constraint {row['nspname']}.{row['relname']}.{row['conname']}": words}


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
            words = column_words(type_name(row["base"]), row["typnotnull"], row["has_default"])
            return {key: f"domain {words} {sorted(row['checks'])}"}
    return {key: "type"}


def _sequence(row: dict[str, Any]) -> Facts:
    owner = f" of {row['owner']}.{row['attname']}" if row["owner"] and row["attname"] else ""
    return {f"sequence {row['nspname']}.{row['relname']}": "sequence" + owner}


def _function(row: dict[str, Any]) -> Facts:
    types = ", ".join(type_name(type_) for type_ in row["types"])
    return {f"function {row['nspname']}.{row['proname']}({types})": "function"}


_OBSERVED: Mapping[str, Callable[[dict[str, Any]], Facts]] = {
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
