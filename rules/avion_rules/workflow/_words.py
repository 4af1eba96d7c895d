"""Words about workflows that several rules need: which are about migrations, and how a group is called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.doings import Doing
from avion_lint.delivery.pipeline import Stage
from avion_lint.delivery.workflow import Concurrency, Workflow
from avion_lint.pattern import pattern
from avion_lint.source import Place
from avion_lint.yaml.nodes import Entry, Mapping, Node

LOCKING = frozenset({"flyway", "liquibase", "migrate", "rails", "prisma", "sqlx"})
"""Runners that make a second run wait by a lock of their own in the database."""
_ABOUT = pattern(r"migration|flyway|goose|liquibase")
_MEMBER = pattern(r"\b(?:inputs|matrix|vars|env|github|needs|steps)\.[\w.-]+")


def listed(words: Sequence[str]) -> str:
    """Write `a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def is_about_migrations(workflow: Workflow, delivery: Delivery) -> bool:
    """Whether a workflow runs migrations, for a test or in earnest, checks them, or is called after them."""
    if any(stage.migration or stage.is_test or stage.first(Task.LINT) for stage in delivery.pipelines.of(workflow)):
        return True
    return bool(_ABOUT.search(f"{workflow.path} {workflow.name}".lower()))


def environment_name(stage: Stage) -> str:
    """The environment of a job as its group or its `environment:` would name it."""
    named = stage.job.environment
    if named:
        return named
    reached = [each.environment for each in stage.reached]
    by_branch = len(reached) > 1 and "github.ref" in stage.text
    return "${{ github.ref_name }}" if by_branch else reached[0] if len(reached) == 1 else "production"


def matrix_keys(stage: Stage) -> tuple[str, ...]:
    """The keys of a job's matrix."""
    matrix = stage.job.matrix
    entries = matrix.entries() if matrix else ()
    return tuple(entry.key.text for entry in entries if entry.key.text not in ("include", "exclude"))


def group(stage: Stage) -> str:
    """A concurrency group that serialises the job for each of its databases."""
    parts = [environment_name(stage), *(f"${{{{ matrix.{key} }}}}" for key in matrix_keys(stage))]
    return "-".join(["migrate", *parts])


def quoted(words: Iterable[str]) -> list[str]:
    """Each between backquotes."""
    return [f"`{word}`" for word in words]


def members(text: str) -> frozenset[str]:
    """The members of contexts that a text with expressions reads (`github.ref`)."""
    return frozenset(match[0] for match in _MEMBER.finditer(text))


def said(concurrency: Concurrency) -> Node | Entry:
    """Where a group is named."""
    node = concurrency.node
    entry = node.entry("group") if isinstance(node, Mapping) else None
    return entry or node


def step_of(stage: Stage, doing: Doing) -> Place:
    """Where the step that does it is named, or the job where it is all one call."""
    return doing.step.part.place("name") if doing.step is not None else stage.job.place
