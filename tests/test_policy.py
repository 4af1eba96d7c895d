"""Policies: what ships is whole and right, files extend each other, settings lie on top."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from avion_lint import tool
from avion_lint.finding import Level
from avion_lint.policy.in_force import Policy, effective
from avion_lint.policy.packs import SHIPPED, Pack, level_in, load_pack
from avion_lint.problems import SettingsError, describe
from avion_lint.rule import Rule
from avion_lint.settings.options import make_options, read_options
from avion_lint.settings.reader import load as load_settings
from avion_lint.source import Document, Place, Span
from avion_lint.yaml.flat import read_flat
from avion_lint.yaml.nodes import plain
from avion_lint.yaml.reader import load as load_yaml
from avion_rules import all_rules


@dataclass(frozen=True, slots=True)
class Options:
    max_rows: int = 1
    min_rows: int = 2


INDEX = Rule("LK901", "slow-index", "", "x")
BATCH = Rule("DA901", "large-change", "", "x", options=Options)
NAMES = Rule("DE901", "bad-name", "", "x")
RULES = (*tool.RULES, INDEX, BATCH, NAMES)


def every_rule() -> dict[str, Rule]:
    return {rule.id: rule for rule in (*tool.RULES, *all_rules())}


def document(name: str) -> Document:
    return Document(name, (files("avion_policies") / name).read_text(encoding="utf-8"))


def absent(_path: str) -> Document | None:
    return None


def pack(policy: str, **others: str) -> Pack:
    """The pack of files given by their names without `.yaml`, `__` for `/`."""
    texts = {f"{name.replace('__', '/')}.yaml": text for name, text in others.items()}
    return load_pack(policy, RULES, lambda path: Document(path, texts[path]) if path in texts else None)


def problems(policy: str, **others: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        pack(policy, **others)
    return [describe(problem) for problem in caught.value.problems]


def policy_of(settings: str, **others: str) -> Policy:
    read = load_settings(Document("avion-lint.yaml", settings), RULES)
    return effective(pack(read.policy, **others), read)


OURS = "rules:\n  slow-index: error\n  DA901: {level: warning, max-rows: 5}\n"


def test_the_default_policy_has_a_level_for_every_rule():
    rules = every_rule()
    default = load_pack("default", rules.values(), absent)

    assert sorted(rules) == sorted(default)
    assert all(setting.level is not None for setting in default.values())


def test_the_default_policy_names_rules_by_name_in_the_order_of_ids():
    rules = every_rule()
    by_name = {rule.name: rule.id for rule in rules.values()}
    listed = [by_name.get(name, name) for name in plain(load_yaml(document("default.yaml")))["rules"]]
    families: list[str] = list(dict.fromkeys(id_[:2] for id_ in listed))

    assert listed == [id_ for family in families for id_ in sorted(i for i in listed if i.startswith(family))]


@pytest.mark.parametrize("name", ["default", "strict"])
def test_a_policy_that_ships_names_no_rule_that_is_gone(name):
    known = {rule.name for rule in every_rule().values()}

    assert set(plain(load_yaml(document(f"{name}.yaml")))["rules"]) <= known


@pytest.mark.parametrize("name", SHIPPED)
def test_policies_that_ship_load(name):
    rules = every_rule()

    assert load_pack(name, rules.values(), absent)


@pytest.mark.parametrize("name", SHIPPED)
def test_policies_that_ship_follow_the_schema(name):
    schema = json.loads((files("avion_policies") / "policy.schema.json").read_text(encoding="utf-8"))

    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(plain(load_yaml(document(f"{name}.yaml"))))) == []


def test_the_default_policy_is_read_without_a_yaml_parser():
    assert read_flat(document("default.yaml")) == load_yaml(document("default.yaml"))


def test_strict_is_nowhere_looser_than_default():
    rules = every_rule()
    default, strict = (load_pack(name, rules.values(), absent) for name in SHIPPED)

    assert [rule.name for rule in rules.values() if level_in(strict, rule) < level_in(default, rule)] == []


def test_options_of_every_rule_can_be_set():
    for rule in every_rule().values():
        if rule.options is not None:
            entry = load_yaml(Document("x", "no-such-option: 1")).entries
            found: list = []
            read_options(rule, entry, Document("x", ""), found.append)

            assert found, rule.name
            assert make_options(rule, ()) == rule.options_class()


def test_a_run_with_the_default_policy_imports_neither_pyyaml_nor_jsonschema():
    code = (
        "import sys\n"
        "from avion_lint.policy.packs import load_pack\n"
        "from avion_lint.policy.in_force import effective\n"
        "from avion_lint.rule import Rule\n"
        "from avion_lint.settings.model import Settings\n"
        "rules = [Rule(f'XX{n}', name, '', 'x') for n, name in enumerate(sys.argv[1:])]\n"
        "assert effective(load_pack('default', rules, lambda path: None), Settings()).level(rules[0])\n"
        "print(sorted({'yaml', 'jsonschema', 'difflib'} & set(sys.modules)))\n"
    )
    names = plain(load_yaml(document("default.yaml")))["rules"]
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_file_that_extends_nothing_leaves_off_what_it_does_not_name_but_for_the_tool():
    ours = pack("ours.yaml", ours=OURS)

    assert level_in(ours, INDEX) is Level.ERROR
    assert level_in(ours, NAMES) is Level.OFF
    assert level_in(ours, tool.NOT_PARSED) is Level.ERROR


def test_a_file_changes_what_it_extends():
    ours = pack("a/ours.yaml", a__ours="extends: ../b/base.yaml\nrules:\n  DA901: {min-rows: 9}\n", b__base=OURS)

    assert level_in(ours, INDEX) is Level.ERROR
    assert level_in(ours, BATCH) is Level.WARNING
    assert dict(ours["DA901"].options) == {"max_rows": 5, "min_rows": 9}


def test_a_file_can_extend_a_policy_that_ships():
    rules = every_rule()
    file = Document("ours.yaml", "extends: default\nrules: {not-judged: error}\n")
    ours = load_pack("ours.yaml", rules.values(), lambda _: file)

    assert level_in(ours, tool.NOT_JUDGED) is Level.ERROR
    assert level_in(ours, tool.CODE_MIGRATION) is Level.INFO


def test_policies_that_extend_each_other_are_refused():
    told = problems("a.yaml", a="extends: b.yaml\nrules: {}\n", b="extends: ./a.yaml\nrules: {}\n")

    assert told == ["b.yaml:1:10: the policy extends itself: a.yaml → b.yaml → a.yaml"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "rules: {slow-indx: off}",
            "1:9: no rule is called `slow-indx`; did you mean `slow-index`?",
        ),
        (
            "rules: {slow-index: loud}",
            "1:21: `slow-index` must be one of `error`, `warning`, `info`, `off`",
        ),
        (
            "rules: {DA901: {max: 1}}",
            "1:17: large-change has no option `max`; it has `max-rows`, `min-rows`",
        ),
        ("ruls: {}", "1:1: unknown key `ruls`; did you mean `rules`?"),
        ("extends: strict", "1:1: the file needs `rules`"),
        ("extends: strct\nrules: {}", "1:10: no policy is called `strct`; did you mean `strict`?"),
        ("extends: no/such.yaml\nrules: {}", "1:10: there is no policy file no/such.yaml"),
        ("extends: ../x.yaml\nrules: {}", "1:10: `extends` must be a file inside the repository"),
        ("extends: /etc/x.yaml\nrules: {}", "1:10: `extends` must be a file inside the repository"),
        ("", "1:1: the file must be a mapping"),
        ("[", "1:2: not YAML: did not find expected node content"),
    ],
)
def test_a_mistake_in_a_policy_is_told_at_its_place(text, expected):
    assert any(told.startswith(f"ours.yaml:{expected}") for told in problems("ours.yaml", ours=text))


def test_a_policy_that_is_not_there_is_told_where_it_is_asked_for():
    settings = Document("avion-lint.yaml", "# ours\npolicy: a/b.yaml\n")
    with pytest.raises(SettingsError) as caught:
        load_pack("a/b.yaml", RULES, absent, Place(settings, Span(15, 23)))

    assert [describe(problem) for problem in caught.value.problems] == [
        "avion-lint.yaml:2:9: there is no policy file a/b.yaml"
    ]


SETTINGS = """\
policy: ours.yaml
rules:
  slow-index: warning
  DA901: {min-rows: 3}
services:
  - path: services/users
    name: users
    rules:
      slow-index: info
      DA901: {max-rows: 6}
paths:
  - paths: [legacy]
    rules: {slow-index: off}
  - paths: [services/users/legacy/9.sql]
    rules: {slow-index: error}
"""


@pytest.mark.parametrize(
    ("service", "path", "level"),
    [
        ("", "", Level.WARNING),
        ("", "services/orders/1.sql", Level.WARNING),
        ("users", "services/users/1.sql", Level.INFO),
        ("", "services/users/1.sql", Level.INFO),
        ("users", "", Level.INFO),
        ("users", "services/users/legacy/1.sql", Level.OFF),
        ("users", "services/users/legacy/9.sql", Level.ERROR),
    ],
)
def test_the_most_special_word_decides_the_level(service, path, level):
    assert policy_of(SETTINGS, ours=OURS).level(INDEX, service=service, path=path) is level


def test_options_are_gathered_from_all_layers():
    policy = policy_of(SETTINGS, ours=OURS)

    assert policy.options(BATCH) == Options(max_rows=5, min_rows=3)
    assert policy.options(BATCH, service="users") == Options(max_rows=6, min_rows=3)
    assert policy.level(BATCH, service="users") is Level.WARNING
    assert policy.options(INDEX) is None


def test_a_rule_is_on_where_any_layer_turns_it_on():
    policy = policy_of("policy: ours.yaml\npaths: [{paths: [x], rules: {bad-name: info}}]\n", ours=OURS)

    assert policy.level(NAMES) is Level.OFF
    assert policy.is_on(NAMES)
    assert policy.is_on(INDEX)
    assert not policy.narrowed([], [INDEX]).is_on(INDEX)


def test_selecting_rules_turns_the_others_off_but_never_the_tools_own():
    policy = policy_of("policy: ours.yaml\n", ours=OURS).narrowed([NAMES], [])

    assert policy.level(INDEX) is Level.OFF
    assert policy.level(NAMES) is Level.WARNING
    assert policy.level(tool.NOT_PARSED) is Level.ERROR
    assert policy.narrowed([], [tool.NOT_PARSED]).level(tool.NOT_PARSED) is Level.OFF


def test_selecting_a_rule_does_not_overrule_settings_that_turn_it_off():
    policy = policy_of("policy: ours.yaml\nrules: {slow-index: off}\n", ours=OURS)

    assert policy.narrowed([INDEX], []).level(INDEX) is Level.OFF
