"""What a check's schema may say, what its own keywords see, and what hostile ones are kept from."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from avion_lint.checks.model import Direction
from avion_lint.checks.pointers import resolved
from avion_lint.checks.schema import broken
from avion_lint.checks.strictness import looser
from avion_lint.checks.trees import OpenDict, OpenList
from avion_lint.checks.vocabulary import wrong_words
from avion_lint.shell.grammar import is_available
from avion_lint.yaml.nodes import UNKNOWN_VALUE
from tests.cli_helper import Run
from tests.forked_helper import avion_lint

NEEDS_SHELL = pytest.mark.skipif(not is_available(), reason="tree-sitter-bash is not installed")


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "path", "said"),
    [
        ({"requried": ["a"]}, ("requried",), "did you mean `required`?"),
        ({"properties": {"a": {"typ": "string"}}}, ("properties", "a", "typ"), "did you mean `type`?"),
        ({"$ref": "http://127.0.0.1:1/x"}, ("$ref",), "nothing is fetched"),
        ({"$ref": "other.json#/x"}, ("$ref",), "nothing is fetched"),
        ({"$ref": "#/$defs/b", "$defs": {"a": {}}}, ("$ref",), "there is no #/$defs/b"),
        ({"$ref": "#"}, ("$ref",), "leads to the schema that it stands in"),
        ({"pattern": "("}, ("pattern",), "is no regular expression"),
        ({"patternProperties": {"[": {}}}, ("patternProperties", "["), "is no regular expression"),
        ({"x-duration-max": "soon"}, ("x-duration-max",), "must be a duration"),
        ({"x-quantity-min": "1Q"}, ("x-quantity-min",), "must be a quantity"),
        ({"x-equal-to": "spec"}, ("x-equal-to",), "must be a pointer"),
        ({"x-shell": {"forbids": ["down"]}}, ("x-shell",), "knows no `down`"),
        ({"x-shell": {"errexit": False}}, ("x-shell",), "`errexit` can only be true"),
        ({"x-image-digest": "yes"}, ("x-image-digest",), "must be true or false"),
    ],
)
def test_a_schema_that_would_pass_over_things_in_silence_is_refused(schema: Any, path: Any, said: str) -> None:
    ((where, why),) = wrong_words(schema)

    assert where == path
    assert said in why


def test_names_of_properties_and_constants_are_no_words_of_the_schema() -> None:
    schema = {
        "properties": {"pattern": {"const": {"$ref": "x"}}, "requried": True},
        "$defs": {"a": {"enum": [{"b": 1}]}},
    }

    assert list(wrong_words(schema)) == []


# --- keywords -------------------------------------------------------------------------------------------------------

POD = {"metadata": {"name": "a"}, "spec": {"volumes": [{"name": "one"}, {"name": "two"}], "user": UNKNOWN_VALUE}}


@pytest.mark.parametrize(
    ("schema", "value", "holds"),
    [
        ({"x-equal-to": "/metadata/name"}, "a", True),
        ({"x-equal-to": "/metadata/name"}, "b", False),
        ({"x-equal-to": "/metadata/namespace"}, "a", False),
        ({"x-equal-to": "/spec/user"}, "anyone", True),
        ({"x-refers-to": "/spec/volumes/*/name"}, "two", True),
        ({"x-refers-to": "/spec/volumes/*/name"}, "three", False),
        ({"x-refers-to": "/spec/volumes/0/name"}, "two", False),
        ({"items": {"x-refers-to": "/spec/volumes/*/name"}}, ["one", "three"], False),
    ],
)
def test_a_pointer_leads_to_another_place_of_the_document(schema: Any, value: Any, holds: bool) -> None:
    assert (not list(broken(resolved(schema, POD, None), value))) is holds


@pytest.mark.parametrize("root", [OpenDict(), {"a": OpenList()}, {"a": UNKNOWN_VALUE}])
def test_what_a_template_may_put_at_a_pointer_is_not_held_against_anybody(root: Any) -> None:
    for word in ("x-equal-to", "x-refers-to"):
        assert list(broken(resolved({word: "/a/*"}, root, None), "x")) == []


@NEEDS_SHELL
@pytest.mark.parametrize(
    ("wish", "script", "holds"),
    [
        ({"errexit": True}, "set -e\na\nb\n", True),
        ({"errexit": True}, "a\nb\n", False),
        ({"errexit": True}, "goose up", True),
        ({"errexit": True, "shell": "github"}, "a\nb\n", True),
        ({"pipefail": True}, "pg_dump x | gzip", False),
        ({"pipefail": True, "shell": "bash"}, "set -o pipefail\npg_dump x | gzip", True),
        ({"pipefail": True, "shell": "bash -o pipefail -c"}, "pg_dump x | gzip", True),
        ({"forbids": ["roll-back"]}, "goose down", False),
        ({"forbids": "roll-back"}, "goose up", True),
        ({"forbids": ["ddl"]}, "psql -c 'DROP TABLE users'", False),
        ({"forbids": ["ddl"]}, "psql -c 'DELETE FROM users'", True),
        ({"requires": ["back-up"]}, "goose up", False),
        ({"requires": ["back-up"]}, "pg_dump x > y\ngoose up", True),
    ],
)
def test_a_script_is_asked_what_its_shell_and_commands_do(wish: Any, script: str, holds: bool) -> None:
    assert (not list(broken({"x-shell": wish}, script))) is holds


@pytest.mark.parametrize(
    ("value", "than", "direction", "expected"),
    [
        ("10m", "300s", Direction.LOWER, True),
        ("5m", "300s", Direction.LOWER, False),
        (7, 30, Direction.HIGHER, True),
        ("1Gi", "512Mi", Direction.HIGHER, False),
        (False, True, Direction.TRUE, True),
        (True, False, Direction.FALSE, True),
        (False, False, Direction.TRUE, False),
    ],
)
def test_values_are_compared_by_what_they_mean(value: Any, than: Any, direction: Direction, expected: bool) -> None:
    assert looser(value, than, direction) is expected


# --- from the command line ------------------------------------------------------------------------------------------


def files(tmp_path: Path, given: dict[str, str]) -> Path:
    for path, text in given.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text.encode())
    return tmp_path


def judged(tmp_path: Path, check: str, given: dict[str, str], *arguments: str) -> Run:
    head = "extends: default\nchecks:\n  - id: XA101\n    name: own-check\n"
    text = f"{head}    message: 'It says {{value}} at {{path}}.'\n{check}"
    root = files(tmp_path, {"avion-lint.yaml": "policy: ours.yaml\n", "ours.yaml": text, **given})
    return avion_lint("--no-git", "--all", "--format", "json", "--select", "XA101", *arguments, cwd=root)


CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {tier: db}}\ndata:\n  wait: VALUE\n"
STEP = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          goose up\n"
ALERT = "groups:\n- name: a\n  rules:\n  - alert: Down\n    expr: up == 0\n    for: 1m\n"


@pytest.mark.parametrize(
    ("check", "path", "text", "line"),
    [
        ("    select: {target: configmap-data}\n    deny: {required: [wait]}\n", "k/a.yaml", CONFIG, 5),
        ("    select: {apiVersion: v*, labels: {tier: db}}\n    assert: {required: [x]}\n", "k/a.yaml", CONFIG, 1),
        (
            "    select: {target: run}\n    assert: {properties: {does: {const: []}}}\n",
            ".github/workflows/a.yml",
            STEP,
            7,
        ),
        (
            "    select: {target: command}\n    deny: {properties: {name: {const: goose}}}\n",
            "a.sh",
            "#!/bin/sh\ngoose up\n",
            2,
        ),
        ("    select: {target: alert}\n    assert: {properties: {for: {x-duration-min: 5m}}}\n", "m/a.yaml", ALERT, 6),
    ],
)
def test_each_target_is_found_at_its_line(tmp_path: Path, check: str, path: str, text: str, line: int) -> None:
    run = judged(tmp_path, check, {path: text})

    assert run.found == [("XA101", path, line)], run.err


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_places_are_true_with_emoji_and_carriage_returns(tmp_path: Path, newline: str) -> None:
    text = CONFIG.replace("name: a,", "name: 移行-🚚,").replace("VALUE", "'🚚 9m' # 🚚").replace("\n", newline)
    check = "    assert: {properties: {data: {properties: {wait: {maxLength: 1}}}}}\n"

    run = judged(tmp_path, check, {"k/a.yaml": text})

    assert (run.found, run.of("XA101")["column"]) == ([("XA101", "k/a.yaml", 5)], 9)
    assert run.of("XA101")["message"] == "It says 🚚 9m at data/wait."


def test_a_pattern_that_takes_for_ever_is_ended_and_told(tmp_path: Path) -> None:
    check = "    assert: {properties: {data: {properties: {wait: {pattern: '^(a+)+$'}}}}}\n"
    begun = time.monotonic()

    run = judged(tmp_path, check, {"k/a.yaml": CONFIG.replace("VALUE", "a" * 60 + "!")})

    assert time.monotonic() - begun < 20
    assert run.code == 3
    (unchecked,) = (each for each in run.report["unchecked"] if "own-check" in each["why"])
    assert "takes more than 2 s" in unchecked["why"]


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("    assert: {requried: [a]}\n", "ours.yaml:6:14: no keyword is called `requried`; did you mean `required`?"),
        ("    select: {table: users}\n    assert: {}\n", "`table` selects statements only"),
        (
            "    select: {target: statement, kind: Job}\n    assert: {}\n",
            "`kind` does not select",
        ),
        ("    select: {target: statement, action: AddColum}\n    assert: {}\n", "did you mean `AddColumn`?"),
        ("    remedy: '{params.x}'\n    assert: {}\n", "there is no {params.x} to put in"),
        (
            "    params: {x: {default: soon, stricter: lower}}\n    assert: {const: {$param: x}}\n",
            "`lower` is not stricter",
        ),
        ("    params: {x: {default: {a: 1}}}\n    assert: {const: {$param: x}}\n", "must be text, a number"),
        ("    assert: {type: strin}\n", "this is no JSON Schema"),
        ("    level: warn\n    assert: {}\n", "must be one of"),
    ],
)
def test_what_is_wrong_with_a_check_is_told(tmp_path: Path, check: str, said: str) -> None:
    run = judged(tmp_path, check, {})

    assert run.code == 2
    assert said in run.err


def test_a_run_without_checks_loads_no_json_schema(tmp_path: Path) -> None:
    root = files(tmp_path, {"db/migrations/00001_a.sql": "-- +goose Up\nCREATE TABLE a (b int);\n", "k/a.yaml": CONFIG})

    loaded = set(_modules(root))

    assert {"avion_lint.judgement.around", "avion_lint.cli.lint"} <= loaded
    assert not {each for each in loaded if each.split(".")[0] == "jsonschema"}


def _modules(root: Path) -> Iterator[str]:
    import os  # noqa: PLC0415 - for this process alone
    import subprocess  # noqa: PLC0415 - as above
    import sys  # noqa: PLC0415 - as above

    from tests.cli_helper import environment  # noqa: PLC0415 - as above

    program = (
        "import sys; from avion_lint.cli import run; run(['--no-git']); print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env=environment(root.parent), capture_output=True, check=True
    )
    yield from os.fsdecode(done.stderr).split()
