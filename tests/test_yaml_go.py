"""The actions that are found in a template are those that Go's own text/template finds."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from avion_lint.yaml.actions import Action, scan
from avion_lint.yaml.conditions import conditions

_PROGRAM = Path(__file__).parent / "gotemplate" / "main.go"


@pytest.fixture(scope="module")
def go(tmp_path_factory):
    found = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if found is None:
        pytest.skip("there is no Go here to compare with")
    program = tmp_path_factory.mktemp("go") / "actions"
    environment = os.environ | {"GOFLAGS": "", "GOTOOLCHAIN": "local", "GO111MODULE": "off"}
    subprocess.run([found, "build", "-o", program, _PROGRAM], check=True, env=environment, timeout=120)
    return program


def by_go(program: Path, text: str) -> list[tuple[str, str]] | None:
    """Kind and text of each action, sorted; None where Go refuses the text."""
    said = subprocess.run([program], input=text.encode(), capture_output=True, check=True, timeout=20).stdout
    found = json.loads(said)
    return None if found is None else sorted((each["Kind"], squeezed(each["Text"])) for each in found)


def squeezed(text: str) -> str:
    return re.sub(r"[\s()]", "", text)


def ours(text: str) -> list[tuple[str, str]] | None:
    actions, unended = scan(text)
    if unended or conditions(actions).wrong:
        return None
    return sorted(said for action in actions if (said := as_go_says(action)))


def as_go_says(action: Action) -> tuple[str, str] | None:
    match action.kind:
        case "if" | "with" | "range":
            return action.kind, squeezed(action.text.removeprefix(action.kind))
        case "else" if found := re.match(r"else\s+(if|with)\b(.*)", action.text, re.DOTALL):
            return found[1], squeezed(found[2])
        case "template" | "block":
            return "template", re.search(r'"(.*?)"', action.text)[1]
        case "else" | "end" | "define":
            return None
        case _:
            return action.kind, squeezed(action.text)


@pytest.mark.parametrize(
    "text",
    [
        'a: {{ .x }}{{- .y -}} {{ "}}" }} {{ `}}` }} {{ "\\"}}" }}',
        "{{ if .a }}1{{ else if eq .b `x` }}2{{ else }}3{{ end }}",
        "{{- with $x := .a }}{{ $x }}{{ else with .b }}{{ . }}{{ end }}",
        "{{ range $i, $e := .l }}{{ if $i }},{{ end }}{{ $e }}{{ else }}none{{ end }}",
        '{{ define "x" }}{{ .a }}{{ end }}{{ template "x" . }}{{ block "y" . }}{{ .b }}{{ end }}',
        "{{/* it's \"one }} */}}{{- /* two */ -}}{{ $a := 1 }}{{ $a = 2 }}{{ $a }}",
        "{{ .a\n  | quote }}\n{{ `{{ $labels.x }}` }} {{ '}' }} ${{ .x }}",
        "{{ (index .a 0).b }} {{ not (and .a (or .b .c)) }} {{.end}}",
        "{{ .a",
        "{{ if .a }}",
        "{{ end }}",
        '{{ "a }}',
        "{{ else }}",
        "{{ if .a }}{{ else }}{{ else }}{{ end }}",
        "{{ define `x` }}{{ else }}{{ end }}",
        "} }} {",
        "",
    ],
)
def test_the_same_actions_are_found(go, text):
    assert ours(text) == by_go(go, text)
