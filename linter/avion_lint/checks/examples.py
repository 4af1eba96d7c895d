"""The examples of a check as its policy gives them: texts in place, or files beside the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.checks.model import Example, ExampleText, Target
from avion_lint.problems import Problem
from avion_lint.record import record
from avion_lint.source import Document, Place
from avion_lint.yaml.nodes import Mapping, Node, Scalar, entries, get, items, text_at

_PATHS = {
    Target.WORKFLOW: ".github/workflows/example.yaml",
    Target.JOB: ".github/workflows/example.yaml",
    Target.STEP: ".github/workflows/example.yaml",
    Target.PANEL: "dashboards/example.json",
    Target.COMMAND: "scripts/example.sh",
    Target.SCRIPT: "scripts/example.sh",
    Target.ENVIRONMENT: "environments/production.yaml",
    Target.ALERT: "monitoring/example.yaml",
}
_KUBERNETES = "k8s/example.yaml"
_GOOSE, _FLYWAY = "db/migrations/00002_example.sql", "db/migration/V2__example.sql"


@record
class Beside:
    """The policy file that examples are read for, how a file beside it is read, and where to put what is wrong."""

    document: Document
    read: Callable[[str], Document | None] | None
    refuse: Callable[[Problem], None]

    def wrong(self, node: Node, message: str) -> None:
        """Note a problem with this node."""
        self.refuse((Place(self.document, node.span), message))


def read_examples(node: Node | None, target: Target, beside: Beside) -> Iterator[Example]:
    """Read `examples: {fail: […], pass: […]}`."""
    for key, passes in (("fail", False), ("pass", True)):
        for item in items(get(node, key)):
            files = tuple(_files(item, target, beside))
            if files:
                yield Example(passes, files, Place(beside.document, item.span))


def _files(item: Node, target: Target, beside: Beside) -> Iterator[ExampleText]:
    """The files of one example: a text, a text with its path, a file, several texts by their paths."""
    if isinstance(item, Scalar):
        yield ExampleText(default_path(target, item.text), item.text)
        return
    if not isinstance(item, Mapping):
        return
    text, named = text_at(item, "text"), get(item, "file")
    if isinstance(named, Scalar):
        content = beside.read(named.text) if beside.read else None
        if content is None:
            beside.wrong(named, f"there is no file {named.text} beside {beside.document.path}")
            return
        text = content.text
    if text is not None:
        yield ExampleText(text_at(item, "path") or default_path(target, text), text)
    for key in ("before", "files"):
        for entry in entries(get(item, key)):
            if isinstance(entry.value, Scalar):
                yield ExampleText(entry.key.text, entry.value.text, key == "before")


def default_path(target: Target, text: str) -> str:
    """What a file with that text is called where nobody says it."""
    if target is Target.STATEMENT:
        return _GOOSE if "+goose" in text else _FLYWAY
    if target in (Target.COMMAND, Target.SCRIPT) and text.lstrip().startswith(("apiVersion:", "kind:")):
        return _KUBERNETES
    if target in (Target.COMMAND, Target.SCRIPT) and "\njobs:" in text:
        return _PATHS[Target.JOB]
    return _PATHS.get(target, _KUBERNETES)
