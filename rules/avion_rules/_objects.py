"""What several rules about Kubernetes objects ask: which objects migrate, what their numbers are, what fills them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.delivery.part import Part
from avion_lint.finding import Related
from avion_lint.pattern import pattern
from avion_lint.yaml.nodes import Key, Listing, Mapping, Node, Scalar, find

_LONG_LIVED = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "DeploymentConfig"})
APPLICATIONS = _LONG_LIVED
"""Kinds that keep an application running."""

_INTEGER = pattern(r"-?[0-9]+")


def is_migration(manifest: Manifest) -> bool:
    """Whether it is a Job or CronJob of Kubernetes' own that changes a database's schema."""
    return manifest.migrates is not None and is_job(manifest)


def is_job(manifest: Manifest) -> bool:
    """Whether it is a Job or CronJob of Kubernetes' own (other projects call their kinds so as well)."""
    return manifest.kind in ("Job", "CronJob") and manifest.api_version.startswith("batch/")


def why(manifest: Manifest) -> tuple[Related, ...]:
    """Where it stands why the object is taken for a migration."""
    reason = manifest.migrates
    return (Related(reason.place, f"taken for a migration because {reason.text}"),) if reason else ()


def migrating(manifest: Manifest) -> tuple[Container, ...]:
    """The containers that migrate; where only name or label of the object tell it, all that are there for its work."""
    found = tuple(each for each in manifest.containers if each.migrates)
    if found or manifest.migrates is None:
        return found
    return tuple(each for each in manifest.containers if not each.is_init)


def runner_of(container: Container) -> str:
    """`goose`, `flyway` or another tool that the container migrates with; "" where that is not known."""
    reason = container.migrates
    if reason is None:
        return ""
    return next((tool for tool in _TOOLS if tool in reason.text.lower()), "")


_TOOLS = ("goose", "flyway", "liquibase", "alembic", "atlas", "dbmate", "prisma", "migrate")


def does(container: Container, *tasks: Task) -> bool:
    """Whether one of the container's commands does one of these things."""
    return any(act.does(*tasks) for act in container.acts)


def said(part: Part, *path: Key) -> Iterator[tuple[Scalar, str]]:
    """What stands under a path, in every branch of a template, with what it says; default values are filled in."""
    for scalar in part.alternatives(*path):
        text = part.yaml.rendered(scalar)
        if text is not None:
            yield scalar, text


def integers(part: Part, *path: Key) -> Iterator[tuple[Scalar, int]]:
    """The same for whole numbers."""
    for scalar, text in said(part, *path):
        if _INTEGER.fullmatch(text):
            yield scalar, int(text)


def when(part: Part, node: Node) -> str:
    """Under which conditions of the template a node is there though its object is, as words for a clause's end."""
    roots = (root for root in part.yaml.stream.roots if root.span.start <= node.span.start < root.span.end)
    around = part.yaml.conditions(next(roots, part.node))
    conditions = [
        str(each) for each in part.yaml.conditions(node) if each.kind in ("if", "with") and each not in around
    ]
    return f" ({', '.join(conditions)})" if conditions else ""


def default(part: Part, condition: str) -> Node | bool | None:
    """What a chart's default values say to a condition that only looks one up; False where they lack it.

    None where the condition is another one, or the values are not known.
    """
    found = _LOOK_UP.fullmatch(condition.strip())
    if found is None or part.yaml.values is None:
        return None
    return find(part.yaml.values, found[1][1:].split(".")) or False


def is_filled(value: Node | bool) -> bool | None:
    """Whether Go's templates take a value for true; None where it is not known."""
    match value:
        case bool():
            return value
        case Scalar():
            return bool(value.value) if value.known else None
        case Mapping():
            return bool(value.entries)
        case Listing():
            return bool(value.items)


def is_off(part: Part, node: Node) -> bool:
    """Whether a chart's default values surely leave a node of its template out."""
    for condition in part.yaml.conditions(node):
        value = default(part, condition.text) if condition.kind in ("if", "with") else None
        if value is not None and is_filled(value) is condition.negated:
            return True
    return False


_LOOK_UP = pattern(r"\$?\.Values((?:\.\w+)+)")


def environment(manifest: Manifest) -> str:
    """The environment that an object is for, told by its labels, its namespace, its name or its file; "" if unknown."""
    labels = manifest.labels()
    words = (labels.get("environment", ""), labels.get("env", ""), manifest.namespace or "", manifest.name)
    found = (environment_of(each) for each in (*words, *reversed(manifest.path.split("/"))))
    return next((each for each in found if each), "")


def neighbours(one: Manifest, other: Manifest) -> bool:
    """Whether two objects are surely brought to the cluster together: the same chart's templates, or one folder."""
    return not other.inline and not one.inline and one.home == other.home
