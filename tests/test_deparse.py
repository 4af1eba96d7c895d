"""Expressions as SQL: what is written reads as the same tree, and renames reach every use of a column."""

import pytest

from avion_lint.sql.deparse import deparse, renamed, renamed_key
from avion_lint.sql.parse import parse

EXPRESSIONS = (
    "CASE a WHEN 1 THEN 2 ELSE 3 END", "CASE WHEN a THEN 'x' END", "ARRAY[1, 2]::int[]", "a[1]", "(x).y", "a[1:2]",
    "a IS NOT NULL", "NOT b", "x BETWEEN 1 AND 2", "x NOT BETWEEN SYMMETRIC 1 AND 2", "x IN (1, 2)", "x NOT IN ('a')",
    "x = ANY (ARRAY['a'])", "a = ALL (b)", "a || b", "-a", "-1", "(-1)::bigint", "now() AT TIME ZONE 'utc'",
    "extract(epoch FROM x)", "current_timestamp", "current_timestamp(3)", "current_date", "coalesce(a, b)",
    "x LIKE 'a%'", "x NOT ILIKE 'b'", "a IS DISTINCT FROM b", "a IS NOT DISTINCT FROM b", "interval '1 day'", "NULL",
    "true", "1.5", "'2'::jsonb", "ROW(1, 2)", 'x COLLATE "C"', "greatest(a, b)", "(a, b) = (c, d)", "a ->> 'x'",
    "numeric(10, 2) '3'", "b IS NOT TRUE", "substring(a FROM 1 FOR 2)", "nullif(a, b)", "trim(a)", "E'a\\nb\\\\'",
    "x'ff'", "b'101'", "f(VARIADIC a)", "f(a => 1)", '"Tab"."sel"', "position('a' IN b)", "timestamp(3) '2020-01-01'",
    "OPERATOR(pg_catalog.+) 1", "'{}'::varchar(3)[]", "a ~ '^[a-z]+$'", "(a OR b) AND NOT (c AND d)", "'x'::\"MyType\"",
    "'1'::public.foo", "a - (b - c)", "'12:00'::time without time zone", '"left"(a, 1)', "count(*)", "'a'::char",
    "'a'::\"char\"", "timezone('utc', now())", "'it''s'", "'grün 🌿'",
)  # fmt: skip


def tree(sql):
    return without_places(parse(f"SELECT {sql}")[0].node["targetList"][0]["ResTarget"]["val"])


def without_places(node):
    dropped = {"location", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end", "funcformat", "row_format"}
    if isinstance(node, dict):
        return {key: without_places(value) for key, value in node.items() if key not in dropped}
    return [without_places(item) for item in node] if isinstance(node, list) else node


@pytest.mark.parametrize("sql", EXPRESSIONS)
def test_what_is_written_reads_as_the_same_expression(sql):
    written = deparse(parse(f"SELECT {sql}")[0].node["targetList"][0]["ResTarget"]["val"])

    assert tree(written) == tree(sql)


@pytest.mark.parametrize("sql", ["(SELECT 1)", "sum(a) OVER ()", "interval '1' year"])
def test_a_form_that_is_not_known_gives_nothing(sql):
    assert deparse(parse(f"SELECT {sql}")[0].node["targetList"][0]["ResTarget"]["val"]) == ""


def test_a_renamed_column_is_renamed_everywhere_but_in_strings():
    assert renamed("lower(mail) <> 'mail' AND t.mail > mail_2", "mail", "e-mail") == (
        '(lower("e-mail") <> \'mail\') AND (t."e-mail" > mail_2)'
    )
    assert renamed_key("mail DESC NULLS LAST", "mail", "email") == "email DESC NULLS LAST"
    assert renamed_key("(lower(mail)) text_pattern_ops", "mail", "email") == "(lower(email)) text_pattern_ops"
    assert renamed("", "mail", "email") == ""
