"""Lists of services as workflows and scripts write them down: matrices, loops, choices, and folders of migrations."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import commonprefix

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Workflow
from avion_lint.record import record
from avion_lint.shell.syntax import Repeat
from avion_lint.shell.walk import walk
from avion_lint.source import Document, Place, Span
from avion_lint.yaml.nodes import Listing, Node, Scalar

_FEWEST = 3
_ENDS = "-_/"


@record
class ServiceList:
    """A list of names; `title` says whose it is, `names` are without what all of them begin with."""

    title: str
    place: Place
    names: frozenset[str]
    workflow: Workflow | None = None


def service_lists(delivery: Delivery) -> Iterator[ServiceList]:
    """Every list of three names or more, in the order of files."""
    for workflow in delivery.workflows:
        yield from _matrices(workflow)
        yield from _choices(workflow)
    for run in delivery.runs:
        yield from _loops(run)
    if len(delivery.services) >= _FEWEST:
        first = min(delivery.services, key=lambda service: service.root)
        place = Place(Document(first.root, ""), Span(0, 0))
        yield ServiceList("folders of migrations", place, _names([each.name for each in delivery.services]))


def _matrices(workflow: Workflow) -> Iterator[ServiceList]:
    for job in workflow.jobs:
        for entry in job.matrix.entries() if job.matrix else ():
            names = _plain(entry.value)
            if names:
                yield ServiceList(f"matrix of {job.id}", workflow.part.yaml.place(entry), names, workflow)


def _choices(workflow: Workflow) -> Iterator[ServiceList]:
    trigger = workflow.trigger("workflow_dispatch")
    for entry in trigger.entries("inputs") if trigger else ():
        options = trigger.part("inputs", entry.key.text, "options") if trigger else None
        names = _plain(options.node) if options else None
        if names:
            yield ServiceList(f"choices of {entry.key.text}", workflow.part.yaml.place(entry), names, workflow)


def _loops(run: Run) -> Iterator[ServiceList]:
    for node, _ in walk(run.script.body) if "for " in run.script.text else ():
        if isinstance(node, Repeat) and node.keyword == "for" and len(node.words) >= _FEWEST:
            texts = [word.text for word in node.words]
            known = [text for text in texts if text is not None]
            if len(known) == len(texts) and all(map(_is_name, known)):
                yield ServiceList(f"loop in {run.title}", node.words[0].where.place, _names(known), run.workflow)


def _plain(node: Node) -> frozenset[str] | None:
    items = node.items if isinstance(node, Listing) else ()
    texts = [item.text for item in items if isinstance(item, Scalar) and item.known and _is_name(item.text)]
    return _names(texts) if len(texts) == len(items) >= _FEWEST else None


def _is_name(text: str) -> bool:
    return text[:1].isalpha() and all(char.isalnum() or char in "-_/." for char in text)


def _names(texts: list[str]) -> frozenset[str]:
    shared = commonprefix(texts)
    cut = max(shared.rfind(end) for end in _ENDS) + 1
    return frozenset(text[cut:].lower() for text in texts)
