"""avion-lint.yaml is read in full, and every mistake in it is named at its place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from avion_lint import tool
from avion_lint.enumeration import StrEnum
from avion_lint.finding import Level
from avion_lint.problems import SettingsError, describe
from avion_lint.rule import Rule
from avion_lint.rule_names import rule_names
from avion_lint.runners.flyway_configuration import KEYS, TRANSACTIONAL_LOCK
from avion_lint.runners.migration import Runner
from avion_lint.settings.model import Settings
from avion_lint.settings.reader import load
from avion_lint.source import Document
from avion_lint.subjects import Dialect


class Case(StrEnum):
    UPPER = "upper"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Options:
    max_rows: int = 1000
    ratio: float = 0.5
    strict: bool = False
    pattern: str = ""
    names: tuple[str, ...] = ()
    sizes: frozenset[int] = frozenset()
    case: Case = Case.UPPER
    mode: Literal["a", "b"] = "a"
    limit: int | None = 7

    def __post_init__(self):
        if self.pattern == "(":
            raise ValueError("the pattern is not closed")


INDEX = Rule("LK101", "index-not-concurrent", "", "x")
BATCH = Rule("DA101", "whole-table", "", "x", options=Options)
RULES = (*tool.RULES, INDEX, BATCH)


def settings(text: str) -> Settings:
    return load(Document("avion-lint.yaml", text), RULES)


def problems(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings(text)
    return [describe(problem).removeprefix("avion-lint.yaml:") for problem in caught.value.problems]


FULL = """\
version: 1
policy: policies/ours.yaml
fail-on: warning
base: origin/release
postgres: 14
goose: 3.20
lock-timeout: role
baseline: ./ci/baseline.json
ignore: ["*.bak.sql", /vendor, "db/**/seed"]
rules:
  LK101: off
  whole-table: {level: info, max-rows: 5}
flyway:
  mixed: true
  placeholders: {owner: app, ratio: 1.0, flag: True}
services:
  - name: users
    path: services/users/migrations/
    runner: goose
    goose: "v3.18.0"
    dialect: mysql
    lock-timeout: none
  - path: services/*/db
    postgres: 18
    lock-timeout: 3s
    rules: {LK101: error}
    flyway:
      mixed: false
      postgresqlTransactionalLock: false
      sqlMigrationSuffixes: [.sql, .pgsql]
      placeholders: {owner: ops}
paths:
  - paths: [legacy/]
    rules: {index-not-concurrent: info}
deprecated:
  - {object: users.email, service: users, since: 2026-01-01, reason: see RFC 12}
exceptions:
  - rule: index-not-concurrent
    object: users.*
    service: users
    path: services/users
    reason: the table is small
    owner: team-accounts
    expires: 2026-12-31
"""


def test_everything_that_can_be_said_is_read():
    read = settings(FULL)

    assert read.policy == "policies/ours.yaml"
    assert read.policy_place.start.line == 2
    assert read.fail_on is Level.WARNING
    assert read.base == "origin/release"
    assert read.baseline == "ci/baseline.json"
    assert read.ignore == ("*.bak.sql", "/vendor", "db/**/seed")
    assert [(setting.rule, setting.level, dict(setting.options)) for setting in read.rules] == [
        (INDEX, Level.OFF, {}),
        (BATCH, Level.INFO, {"max_rows": 5}),
    ]
    assert read.paths[0].paths == ("legacy/",)
    assert read.paths[0].rules[0].level is Level.INFO
    (deprecated,) = read.deprecated
    assert (deprecated.object, deprecated.service, deprecated.since) == ("users.email", "users", "2026-01-01")
    (exemption,) = read.exceptions
    assert (exemption.rule, exemption.object, exemption.path) == (INDEX, "users.*", "services/users")
    assert (exemption.owner, exemption.expires) == ("team-accounts", date(2026, 12, 31))
    assert exemption.place.start.line == FULL[: FULL.index("- rule:")].count("\n") + 1


def test_a_service_has_its_own_settings_before_the_general_ones():
    read = settings(FULL)
    users, others, neither = (read.service_at(f) for f in ("services/users/migrations", "services/x/db", "x"))

    assert (users.name, users.runner, users.goose, users.dialect) == (
        "users",
        Runner.GOOSE,
        "3.18.0",
        "mysql",
    )
    assert (users.postgres, users.lock_timeout) == (14, None)
    assert (others.name, others.runner, others.postgres, others.lock_timeout) == ("", None, 18, "3s")
    assert others.rules[0].level is Level.ERROR
    assert (neither.path, neither.postgres, neither.goose, neither.lock_timeout) == ("", 14, "3.20", "role")
    assert neither.rules == ()


def test_flyways_parameters_are_named_and_written_as_in_flyway_conf():
    read = settings(FULL)

    assert read.general.flyway == {
        "mixed": "true",
        "placeholders.owner": "app",
        "placeholders.ratio": "1.0",
        "placeholders.flag": "true",
    }
    assert read.service_at("services/x/db").flyway == {
        "mixed": "false",
        "placeholders.owner": "ops",
        "placeholders.ratio": "1.0",
        "placeholders.flag": "true",
        "postgresql.transactional.lock": "false",
        "sqlMigrationSuffixes": ".sql,.pgsql",
    }


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "{}", "---\n"])
def test_an_empty_file_says_what_no_file_says(text):
    read = settings(text)

    assert (read.policy, read.fail_on, read.base) == ("default", Level.ERROR, None)
    assert read.general == Settings().general
    assert read.baseline == "avion-lint-baseline.json"
    assert read.service_at("anything").runner is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("role", "role"),
        ("runner", "runner"),
        ("none", None),
        ("500ms", "500ms"),
        ("1.5 s", "1.5 s"),
        ("3000", "3000"),
        ("0", None),
        ("0s", None),
        ("0.0 ms", None),
    ],
)
def test_a_lock_timeout_is_who_sets_it_or_its_value_and_zero_is_none(said, meant):
    assert settings(f"lock-timeout: {said}\n").general.lock_timeout == meant


def test_the_root_of_the_repository_can_be_a_service():
    read = settings("services:\n  - {path: ., name: all, runner: flyway}\n")

    assert read.service_at("").name == "all"
    assert read.service_at("db").name == ""


def test_files_that_are_ignored_are_found_by_glob():
    read = settings('ignore: ["*.bak.sql", /vendor, "db/**/seed"]\n')

    assert [
        path
        for path in (
            "a/b/x.bak.sql",
            "vendor/a.sql",
            "a/vendor/a.sql",
            "db/seed/1.sql",
            "db/a/b/seed/1.sql",
            "x",
        )
        if read.ignores(path)
    ] == ["a/b/x.bak.sql", "vendor/a.sql", "db/seed/1.sql", "db/a/b/seed/1.sql"]


def test_options_become_what_the_rule_declares():
    text = (
        "rules:\n  DA101:\n    ratio: 2\n    strict: true\n    names: [a, b]\n    sizes: [1, 2, 1]\n"
        "    case: lower\n    mode: b\n    limit: null\n"
    )
    (setting,) = settings(text).rules

    assert setting.level is None
    assert BATCH.options(**dict(setting.options)) == Options(
        ratio=2.0,
        strict=True,
        names=("a", "b"),
        sizes=frozenset({1, 2}),
        case=Case.LOWER,
        mode="b",
        limit=None,
    )


DATABASES = "`postgresql`, `mysql`, `sqlite`, `tsql`, `clickhouse`, `h2`, `other`"
FIELDS = "`expires`, `object`, `owner`, `path`, `reason`, `rule`, `service`"
INSIDE = "a path inside the repository, with `/` between folders"
TIMES = "`role`, `runner`, `none` or a time as PostgreSQL writes it, like `3s` or `500ms`"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("polcy: x", "1:1: unknown key `polcy`; did you mean `policy`?"),
        ("fail_on: error", "1:1: unknown key `fail_on`; did you mean `fail-on`?"),
        ("policy: strct", "1:9: no policy is called `strct`; did you mean `strict`?"),
        (
            "fail-on: warn",
            "1:10: `fail-on` must be one of `error`, `warning`, `info`; did you mean `warning`?",
        ),
        ("version: 2", "1:10: `version` must be 1"),
        ("postgres: 11", "1:11: `postgres` must be from 12 to 18"),
        ("postgres: '15'", "1:11: `postgres` must be a whole number"),
        ("postgres: 15.4", "1:11: `postgres` must be a whole number"),
        ("goose: latest", "1:8: `goose` must be a version like 3.18.0"),
        ("goose: 3", "1:8: `goose` must be a version like 3.18.0"),
        ("base: --upload-pack=evil", "1:7: `base` must be a git reference"),
        ("base: 5", "1:7: `base` must be text; write it in quotes"),
        ("baseline: ../x.json", f"1:11: `baseline` must be {INSIDE}"),
        ("baseline: a\\b", f"1:11: `baseline` must be {INSIDE}"),
        ('baseline: "a\\0b"', f"1:11: `baseline` must be {INSIDE}"),
        ("ignore: x", "1:9: `ignore` must be a list"),
        ("rules: [LK101]", "1:1: `rules` must be a mapping"),
        ("rules:\n  LK999: error", "2:3: no rule is called `LK999`"),
        ("rules:\n  lk101: error", "2:3: no rule is called `lk101`; did you mean `LK101`?"),
        (
            "rules:\n  index_not_concurrent: off",
            "2:3: no rule is called `index_not_concurrent`; did you mean `index-not-concurrent`?",
        ),
        ("rules:\n  LK101: on", "2:10: `LK101` must be one of `error`, `warning`, `info`, `off`"),
        ("rules:\n  LK101: {}", "2:3: `LK101` must not be empty"),
        ("rules:\n  LK101: {max-rows: 1}", "2:11: index-not-concurrent has no options, only `level`"),
        (
            "rules:\n  DA101: {max-row: 1}",
            "2:11: whole-table has no option `max-row`; did you mean `max-rows`?",
        ),
        ("rules:\n  DA101: {max-rows: many}", "2:11: `max-rows` of whole-table: it must be a whole number"),
        ("rules:\n  DA101: {max-rows: true}", "2:11: `max-rows` of whole-table: it must be a whole number"),
        ("rules:\n  DA101: {strict: 1}", "2:11: `strict` of whole-table: it must be true or false"),
        ("rules:\n  DA101: {names: a}", "2:11: `names` of whole-table: it must be a list"),
        (
            "rules:\n  DA101: {case: uper}",
            "2:11: `case` of whole-table: it must be one of `upper`, `lower`; did you mean `upper`?",
        ),
        ("rules:\n  DA101: {pattern: '('}", "2:11: `pattern` of whole-table: the pattern is not closed"),
        (
            "rules: {LK101: off, index-not-concurrent: off}",
            "1:21: LK101 and index-not-concurrent are one rule; it is set twice",
        ),
        (
            "services:\n  - {path: a, runner: gose}",
            "2:23: `runner` must be one of `goose`, `flyway`; did you mean `goose`?",
        ),
        ("services:\n  - name: a", "2:5: this item of `services` needs `path`"),
        (
            "services:\n  - {path: a, dialect: postgres}",
            f"2:24: `dialect` must be one of {DATABASES}; did you mean `postgresql`?",
        ),
        (
            "services:\n  - {path: a, name: x}\n  - {path: b, name: x}",
            "3:21: a service called `x` stands above already",
        ),
        ("flyway: {mixd: true}", "1:10: unknown key `mixd` in `flyway`; did you mean `mixed`?"),
        ("flyway: {mixed: 'true'}", "1:17: `mixed` must be true or false"),
        ("lock-timeout: soon", f"1:15: `lock-timeout` must be {TIMES}"),
        ("- a", "1:3: the file must be a mapping"),
        ("text", "1:1: the file must be a mapping"),
        ("a: 1\na: 2", "2:1: the key `a` is given twice; it stands on line 1 already"),
        ("rules:\n\tx: off", "2:1: not YAML: a tab stands here; YAML indents with spaces only"),
        ("a: 1\n---\nb: 1", "3:1: a second document begins here; only one is read"),
    ],
)
def test_a_mistake_is_told_with_line_column_and_what_may_be_meant(text, expected):
    assert expected in problems(text)


EXCEPTION = "exceptions:\n  - rule: LK101\n    object: t\n    reason: r\n    owner: o\n    expires: 2026-01-01\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2026-01-01", "2026-02-30", "6:14: `expires` is 2026-02-30, a day that no calendar has"),
        ("2026-01-01", "soon", "6:14: `expires` must be a date as YYYY-MM-DD"),
        ("2026-01-01", "20260101", "6:14: `expires` must be text; write it in quotes"),
        ("2026-01-01", "2026-W01-1", "6:14: `expires` must be a date as YYYY-MM-DD"),
        ("    owner: o\n", "", "2:5: this item of `exceptions` needs `owner`"),
        ("reason: r", "reason: ' '", "4:13: `reason` must be text that is not empty"),
        ("reason: r", "reason:", "4:5: `reason` must be text"),
        ("rule: LK101", "rule: LK102", "2:11: no rule is called `LK102`; did you mean `LK101`?"),
        ("object: t", "line: 5", f"3:5: unknown key `line` in `exceptions`; there are {FIELDS}"),
    ],
)
def test_an_exception_that_is_not_complete_is_refused(old, new, expected):
    assert old in EXCEPTION
    assert expected in problems(EXCEPTION.replace(old, new))


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    text = "polcy: x\npostgres: 1\nrules:\n  nope: off\n  LK101: loud\nexceptions:\n  - rule: nope\n"

    lines = [int(problem.split(":")[0]) for problem in problems(text)]

    assert lines == sorted(lines)
    assert set(lines) == {1, 2, 4, 5, 7}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_hold_with_japanese_text_a_byte_order_mark_and_any_line_end(mark, end):
    text = mark + end.join(["# 設定", "services:", "  - {path: 移行, nmae: 利用者}", ""])

    assert problems(text) == ["3:16: unknown key `nmae` in `services`; did you mean `name`?"]


def test_aliases_that_explode_are_refused():
    lines = ["rules: &a0 {x: off, y: off, z: off}"]
    lines += [f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    (problem,) = problems("\n".join(lines))

    assert "aliases" in problem


def test_two_rules_of_one_name_cannot_be_told_apart():
    with pytest.raises(ValueError, match="two rules are called LK101"):
        rule_names([INDEX, Rule("LK101", "other", "", "x")])


def schema() -> dict:
    return json.loads((files("avion_lint.settings") / "settings.schema.json").read_text(encoding="utf-8"))


def parts(node: object):
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


def test_the_schema_is_a_json_schema_and_describes_every_key():
    Draft202012Validator.check_schema(schema())

    for part in parts(schema()):
        for name, value in part.get("properties", {}).items() if isinstance(part.get("properties"), dict) else ():
            target = schema()["$defs"].get(value.get("$ref", "").removeprefix("#/$defs/"), {})
            assert "description" in value or "description" in target or name in {"rules", "level"}, name


def test_every_pattern_and_range_of_the_schema_can_be_said_in_words():
    for part in parts(schema()):
        assert "pattern" not in part or isinstance(part["pattern"], dict) or "title" in part
        assert ("minimum" in part) == ("maximum" in part)


def test_the_schema_names_the_databases_that_there_are():
    assert schema()["$defs"]["dialect"]["enum"] == [str(dialect) for dialect in Dialect]


def test_the_schema_names_the_parameters_of_flyway_that_are_read():
    named = set(schema()["$defs"]["flyway"]["properties"]) - {"placeholders", "postgresqlTransactionalLock"}

    assert {*named, TRANSACTIONAL_LOCK} == KEYS


SETTING_KEYS = st.sampled_from(
    [*schema()["properties"], "name", "path", "x", "rule", "expires", "LK101", "DA101", "max-rows"]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["error", "off", "LK101", "2026-01-01", "a/b"]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SETTING_KEYS, inner, max_size=4),
    max_leaves=12,
)


@hypothesis_settings(max_examples=150, deadline=None)
@given(TREES)
def test_any_shape_of_settings_is_read_or_refused(tree):
    document = Document("avion-lint.yaml", json.dumps(tree).replace("NaN", ".nan").replace("Infinity", ".inf"))
    try:
        load(document, RULES)
    except SettingsError as error:
        for place, message in error.problems:
            assert place.span.end <= len(document.text)
            assert message
