"""Everything that a database's own objects are made of, as the server itself writes it: to tell two states apart.

Left out are objects of the server and of extensions, data, and the order of columns, which no undo can bring back.
"""

from __future__ import annotations

import re

from avion_lint.executor.catalog.facts import Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

_OWN = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
_FREE = """
    NOT EXISTS (SELECT FROM pg_depend e
                WHERE e.classid = '{class}'::regclass AND e.objid = {alias}.oid AND e.deptype = 'e')
"""

# Debian's 15.20 writes pg_attver, which is another number each time, into the options of every column.
_COMPRESSION = 14  # the first version in which columns have a compression method
_MEMBERSHIP = re.compile(r"\{free:(\w+):(\w+)\}")

# Each gives the sort of object, its name, and what it is made of. 16384 is FirstNormalObjectId.
_QUERIES = (
    """
    SELECT 'schema', n.nspname, concat_ws(' ', 'owner', n.nspowner::regrole, n.nspacl::text)
    FROM pg_namespace n WHERE {own} AND {free:pg_namespace:n}
    """,
    """
    SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'f' THEN 'foreign table' WHEN 'v' THEN 'view'
               WHEN 'm' THEN 'materialized view' ELSE 'type' END,
           format('%s.%s', n.nspname, c.relname),
           concat_ws(' ', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END, pg_get_partkeydef(c.oid),
               'of ' || (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i
                         WHERE i.inhrelid = c.oid), pg_get_expr(c.relpartbound, c.oid),
               'with ' || c.reloptions::text, CASE WHEN c.relrowsecurity THEN 'row security' END,
               CASE WHEN c.relforcerowsecurity THEN 'forced' END,
               CASE WHEN c.relreplident <> 'd' THEN 'replica identity ' || c.relreplident::text END,
               'owner ' || c.relowner::regrole, c.relacl::text,
               CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
               CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN 'with no data' END)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND {own} AND {free:pg_class:c}
    """,
    """
    SELECT 'column', format('%s.%s.%s', n.nspname, c.relname, t.attname),
           concat_ws(' ', format_type(t.atttypid, t.atttypmod),
               CASE WHEN t.attcollation <> 0 AND t.attcollation <> y.typcollation
                    THEN 'collate ' || (SELECT l.collname FROM pg_collation l WHERE l.oid = t.attcollation) END,
               CASE WHEN t.attnotnull THEN 'not null' END,
               CASE t.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity' END,
               CASE t.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END,
               'default ' || pg_get_expr(f.adbin, f.adrelid),
               CASE WHEN t.attstorage <> y.typstorage THEN 'storage ' || t.attstorage::text END,
               'compression ' || {compression},
               'statistics ' || nullif(t.attstattarget, -1),
               'with ' || (SELECT string_agg(o, ', ') FROM unnest(t.attoptions) o WHERE o NOT LIKE 'pg_attver=%'),
               t.attacl::text)
    FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type y ON y.oid = t.atttypid LEFT JOIN pg_attrdef f ON f.adrelid = t.attrelid AND f.adnum = t.attnum
    WHERE t.attnum > 0 AND NOT t.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND {own}
        AND {free:pg_class:c}
    """,
    """
    SELECT 'constraint', format('%s.%s.%s', n.nspname, coalesce(c.relname, y.typname), k.conname),
           pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_type y ON y.oid = k.contypid
    WHERE {own} AND k.contype <> 't' AND {free:pg_class:c} AND {free:pg_type:y}
    """,
    """
    SELECT 'index', format('%s.%s', n.nspname, c.relname),
           concat_ws(' ', pg_get_indexdef(c.oid), CASE WHEN NOT i.indisvalid THEN 'invalid' END,
               CASE WHEN i.indisclustered THEN 'clustered' END, CASE WHEN i.indisreplident THEN 'replica identity' END,
               'of ' || (SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid))
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {own} AND {free:pg_class:c}
    """,
    """
    SELECT 'sequence', format('%s.%s', n.nspname, c.relname),
           concat_ws(' ', s.seqtypid::regtype, 'start', s.seqstart, 'by', s.seqincrement, 'from', s.seqmin,
               'to', s.seqmax, 'cache', s.seqcache, CASE WHEN s.seqcycle THEN 'cycle' END,
               'owner ' || c.relowner::regrole,
               c.relacl::text, (SELECT format('of %s.%s', d.refobjid::regclass, t.attname) FROM pg_depend d
                JOIN pg_attribute t ON t.attrelid = d.refobjid AND t.attnum = d.refobjsubid
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
                    AND d.refclassid = 'pg_class'::regclass))
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {own} AND {free:pg_class:c}
    """,
    """
    SELECT CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
           format('%s.%s(%s)', n.nspname, f.proname, pg_get_function_identity_arguments(f.oid)),
           concat_ws(' ', CASE WHEN f.prokind <> 'a' THEN pg_get_functiondef(f.oid) END,
               (SELECT concat_ws(' ', a.aggtransfn, a.aggfinalfn, a.aggtranstype::regtype, a.agginitval)
                FROM pg_aggregate a WHERE a.aggfnoid = f.oid), 'owner ' || f.proowner::regrole, f.proacl::text)
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
    WHERE {own} AND {free:pg_proc:f}
    """,
    """
    SELECT 'trigger', format('%s.%s.%s', n.nspname, c.relname, g.tgname),
           concat_ws(' ', pg_get_triggerdef(g.oid),
               CASE WHEN g.tgenabled <> 'O' THEN 'enabled ' || g.tgenabled::text END)
    FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT g.tgisinternal AND {own} AND {free:pg_class:c}
    """,
    """
    SELECT 'rule', format('%s.%s.%s', n.nspname, c.relname, u.rulename), pg_get_ruledef(u.oid)
    FROM pg_rewrite u JOIN pg_class c ON c.oid = u.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE u.rulename <> '_RETURN' AND {own} AND {free:pg_class:c}
    """,
    """
    SELECT 'policy', format('%s.%s.%s', n.nspname, c.relname, o.polname),
           concat_ws(' ', o.polcmd, CASE WHEN NOT o.polpermissive THEN 'restrictive' END,
               (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END, ', ' ORDER BY r::regrole::text)
                FROM unnest(o.polroles) r), 'using ' || pg_get_expr(o.polqual, o.polrelid),
               'check ' || pg_get_expr(o.polwithcheck, o.polrelid))
    FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {own}
    """,
    """
    SELECT CASE y.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, format('%s.%s', n.nspname, y.typname),
           concat_ws(' ', CASE y.typtype WHEN 'e' THEN 'enum' WHEN 'r' THEN 'range' END,
               (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e
                WHERE e.enumtypid = y.oid),
               (SELECT r.rngsubtype::regtype::text FROM pg_range r WHERE r.rngtypid = y.oid),
               CASE WHEN y.typtype = 'd' THEN format_type(y.typbasetype, y.typtypmod) END,
               CASE WHEN y.typnotnull THEN 'not null' END, 'default ' || y.typdefault, 'owner ' || y.typowner::regrole,
               y.typacl::text)
    FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace
    WHERE y.typtype IN ('d', 'e', 'r') AND {own} AND {free:pg_type:y}
    """,
    """
    SELECT 'statistics', format('%s.%s', n.nspname, s.stxname), pg_get_statisticsobjdef(s.oid)
    FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {own}
    """,
    """
    SELECT 'extension', x.extname, concat_ws(' ', x.extversion, 'in', x.extnamespace::regnamespace) FROM pg_extension x
    WHERE x.extname <> 'plpgsql'
    """,
    """
    SELECT 'publication', p.pubname, concat_ws(' ', to_jsonb(p) - 'oid' - 'pubowner', 'owner', p.pubowner::regrole,
               (SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text)
                FROM pg_publication_rel r WHERE r.prpubid = p.oid)) FROM pg_publication p
    """,
    """
    SELECT 'event trigger', v.evtname, concat_ws(' ', v.evtevent, v.evtfoid::regproc, v.evtenabled)
    FROM pg_event_trigger v
    """,
    """
    SELECT 'default privileges',
           concat_ws(' ', d.defaclrole::regrole, d.defaclnamespace::regnamespace, d.defaclobjtype),
           d.defaclacl::text FROM pg_default_acl d
    """,
    """
    SELECT 'role', r.rolname, concat_ws(' ', to_jsonb(r) - 'oid' - 'rolpassword' - 'rolconfig', r.rolconfig::text,
               'member of ' || (SELECT string_agg(m.roleid::regrole::text, ', ' ORDER BY m.roleid::regrole::text)
                                FROM pg_auth_members m WHERE m.member = r.oid))
    FROM pg_roles r WHERE r.oid >= 16384
    """,
    """
    SELECT 'settings', coalesce((SELECT r.rolname FROM pg_roles r WHERE r.oid = s.setrole), ''), s.setconfig::text
    FROM pg_db_role_setting s
    WHERE s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    """,
    """
    SELECT 'comment', i.type || ' ' || i.identity, c.description FROM pg_description c,
        LATERAL pg_identify_object(c.classoid, c.objoid, c.objsubid) i
    WHERE c.objoid >= 16384 AND i.type NOT LIKE 'extension%'
        AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = c.classoid AND e.objid = c.objoid AND e.deptype = 'e')
    """,
    """
    SELECT i.type, i.identity, '' FROM (
        SELECT 'pg_cast'::regclass AS class, oid FROM pg_cast
        UNION ALL SELECT 'pg_operator'::regclass AS class, oid FROM pg_operator
        UNION ALL SELECT 'pg_opclass'::regclass AS class, oid FROM pg_opclass
        UNION ALL SELECT 'pg_opfamily'::regclass AS class, oid FROM pg_opfamily
        UNION ALL SELECT 'pg_ts_config'::regclass AS class, oid FROM pg_ts_config
        UNION ALL SELECT 'pg_ts_dict'::regclass AS class, oid FROM pg_ts_dict
        UNION ALL SELECT 'pg_collation'::regclass AS class, oid FROM pg_collation
        UNION ALL SELECT 'pg_language'::regclass AS class, oid FROM pg_language
        UNION ALL SELECT 'pg_foreign_server'::regclass AS class, oid FROM pg_foreign_server
        UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass AS class, oid FROM pg_foreign_data_wrapper) o,
        LATERAL pg_identify_object(o.class, o.oid, 0) i
    WHERE o.oid >= 16384
        AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e')
    """,
)


def definitions(connection: psycopg.Connection, table: str = "") -> Facts:
    """What every object is made of, by its sort and name, sorted; without the runner's own table of that name.

    The connection must be in autocommit. Raises psycopg.Error.
    """
    found: Facts = {}
    with connection.transaction():
        connection.execute("SET LOCAL search_path = pg_catalog")
        major = connection.info.server_version // 10000
        for query in _QUERIES:
            for kind, name, text in connection.execute(_filled(query, major).encode()).fetchall():
                found[f"{kind} {name}"] = text or ""
    return {key: found[key] for key in sorted(found) if not table or not _is_about(key, table)}


def _is_about(key: str, table: str) -> bool:
    """Whether an object is the runner's table or hangs on it: its key, indexes and sequence begin as it does."""
    name = key.rpartition(" ")[2] if key.startswith("comment ") else key.partition(" ")[2]
    return name.partition(".")[2].startswith(table)


def _filled(query: str, major: int) -> str:
    """The query with the conditions that all have in common: no object of the server's own, none of an extension's."""
    compression = "nullif(t.attcompression::text, '')" if major >= _COMPRESSION else "NULL"
    return _MEMBERSHIP.sub(
        lambda found: _FREE.replace("{class}", found[1]).replace("{alias}", found[2]),
        query.replace("{own}", _OWN).replace("{compression}", compression),
    )
