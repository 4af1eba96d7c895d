"""Which files of a repository bring migrations to production, told from their paths and from words in them."""

from __future__ import annotations

from collections.abc import Collection
from posixpath import basename, dirname

from avion_lint.enumeration import StrEnum


class Kind(StrEnum):
    """What a file is read as."""

    WORKFLOW = "workflow"
    ACTION = "action"
    SCRIPT = "script"
    YAML = "YAML"
    DASHBOARD = "dashboard"


_YAML = (".yaml", ".yml", ".yaml.gotmpl", ".yml.gotmpl")
_SCRIPTS = (".sh", ".bash", ".ksh")
_READ = (*_YAML, *_SCRIPTS, ".json")
_OTHERS = frozenset({"node_modules", "vendor", "testdata", ".terraform"})
_OWN = frozenset({"avion-lint.yaml", "pnpm-lock.yaml", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml"})


KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml"})
"""Names by which Kustomize finds what it puts together."""


def kind_of(path: str) -> Kind | None:
    """What a file is read as, going by its path; None for what is not read."""
    if not path.endswith(_READ):  # most paths of a repository
        return None
    name = basename(path)
    if name in _OWN or not _OTHERS.isdisjoint(path.split("/")):
        return None
    if name.endswith(_YAML):
        return _kind_of_yaml(path, name)
    if name.endswith(_SCRIPTS):
        return Kind.SCRIPT
    is_dashboard = name.endswith(".json") and ("dashboard" in path.lower() or "grafana" in path.lower())
    return Kind.DASHBOARD if is_dashboard else None


def _kind_of_yaml(path: str, name: str) -> Kind | None:
    if dirname(path).endswith(".github/workflows"):
        return Kind.WORKFLOW
    if name in ("action.yml", "action.yaml"):
        return Kind.ACTION
    return None if ".github/" in path else Kind.YAML


def is_chart_template(path: str, paths: Collection[str]) -> bool:
    """Whether a file is one of a Helm chart's templates, so that its braces are Helm's."""
    folder = dirname(path)
    while folder:
        if basename(folder) == "templates" and f"{dirname(folder)}/Chart.yaml".lstrip("/") in paths:
            return True
        folder = dirname(folder)
    return False


def chart_of(path: str, paths: Collection[str]) -> str | None:
    """Folder of the Helm chart that a file belongs to, None where it belongs to none."""
    folder = dirname(path)
    while True:
        if f"{folder}/Chart.yaml".lstrip("/") in paths:
            return folder
        if not folder:
            return None
        folder = dirname(folder)


def is_values_file(path: str) -> bool:
    """Whether a file is called as the default values of a Helm chart are."""
    return basename(path) in ("values.yaml", "values.yml")


def may_hold_objects(text: str) -> bool:
    """Whether a YAML file may hold Kubernetes objects."""
    return "apiVersion:" in text and "kind:" in text


def may_hold_alerts(text: str) -> bool:
    """Whether a YAML file may hold alert rules."""
    return "groups:" in text and "rules:" in text and "expr:" in text
