"""Fields of Kubernetes objects and keys of GitHub workflows that are none, lack, or say what they cannot say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.workflow import Workflow
from avion_lint.pattern import pattern
from avion_lint.shapes.fit import Fitting, Misfit
from avion_lint.shapes.load import Missing, github, kubernetes, versions
from avion_lint.shapes.shape import Shapes
from avion_lint.shapes.words import Wrong, said
from avion_lint.yaml.nodes import Entry, Key, Scalar


def is_served(api_version: str, kind: str, version: str, path: str = "") -> bool | None:
    """Whether Kubernetes of that version ("" the newest known) has such objects; None for a kind that is not its own.

    Raises Missing where nothing is installed that could tell, of the file at `path`.
    """
    if not versions():
        raise Missing(path)
    known = kinds(version or _newest())
    if (api_version, kind) in known:
        return True
    group = api_version.rpartition("/")[0]
    others = (each for each, name in known if name == kind and each.rpartition("/")[0] == group)
    return False if any(others) or any((api_version, kind) in kinds(each) for each in versions()) else None


def of_manifest(manifest: Manifest, version: str, *, is_patch: bool) -> tuple[Wrong, ...]:
    """What is wrong with the fields of an object, of a kind that Kubernetes has itself.

    `version` is that of Kubernetes, "" for one that is not known: then a field that any version has is none that is
    wrong. `is_patch` tells that it is only a part of an object. Raises Missing as `is_served` does.
    """
    try:
        newest = version or _newest()
        if len(manifest.part.alternatives("apiVersion")) > 1:  # which fields it has depends on the cluster
            return ()
        found = tuple(each for each in _misfits(manifest, newest, is_patch=is_patch) if not _depends(manifest, each))
        if not version:
            found = _in_all_versions(manifest, found, is_patch=is_patch)
        shapes = _shapes(newest, manifest.api_version, manifest.kind) if found else None
    except Missing:
        raise Missing(manifest.path) from None
    if shapes is None:
        return ()
    return tuple(said(each, shapes, lambda path: _field_path(manifest.kind, path), "field") for each in found)


def of_workflow(workflow: Workflow) -> tuple[Wrong, ...]:
    """What is wrong with the keys of a workflow, or of an action of the repository's own. Raises Missing."""
    try:
        schema = github("actions" if workflow.is_action else "workflows")
    except Missing:
        raise Missing(workflow.path) from None
    shapes = Shapes(schema.get("definitions", {}), schema, loose=True)
    fitting = Fitting(shapes, _is_sure_for_github, _sorts_for_github, optional=_NOT_ASKED_FOR)
    found = fitting.misfits(workflow.part.node)
    return tuple(said(each, shapes, _key_path, "key") for each in found)


_DEFAULTED = frozenset({"apiGroup", "serviceName", "podSelector", "spec"})
"""Keys that the schemas ask for and that the API server fills in, or takes an empty one for (RoleRef …)."""
_HOLDER = pattern(r"[$<>{}%@]|__|^[A-Z][A-Z0-9]*_[A-Z0-9_]+$")
_ASKS = pattern(r"Capabilities|semverCompare|apiVersion|kubeVersion", 2)  # re.IGNORECASE
_TRUTHS = frozenset({"y", "n", "yes", "no", "on", "off"})
_NUMERAL = pattern(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?|0b[01_]+")


def _newest() -> str:
    known = versions()
    if not known:
        raise Missing
    return known[-1]


@cache
def kinds(version: str) -> Mapping[tuple[str, str], str]:
    """Names of schemas by the API's version and the kind."""
    found: dict[tuple[str, str], str] = {}
    for name, schema in kubernetes(version).items():
        for each in schema.get("x-kubernetes-group-version-kind", ()):
            api = "/".join(part for part in (each["group"], each["version"]) if part)
            found[(api, each["kind"])] = name
    return found


def _shapes(version: str, api_version: str, kind: str) -> Shapes | None:
    name = kinds(version).get((api_version, kind))
    schemas = kubernetes(version)
    return Shapes(schemas, schemas[name]) if name else None


def _misfits(manifest: Manifest, version: str, *, is_patch: bool) -> Iterator[Misfit]:
    shapes = _shapes(version, manifest.api_version, manifest.kind)
    if shapes is None:
        return iter(())
    complete = not is_patch
    fitting = Fitting(shapes, _is_sure_for_kubernetes, _sorts_for_kubernetes, _DEFAULTED, complete=complete)
    return fitting.misfits(manifest.part.node)


def _in_all_versions(manifest: Manifest, found: tuple[Misfit, ...], *, is_patch: bool) -> tuple[Misfit, ...]:
    """What does not fit whichever version of Kubernetes it is for."""
    for version in versions()[-2::-1]:
        if found and kinds(version).get((manifest.api_version, manifest.kind)):
            same = {(each.fault, each.path, each.word) for each in _misfits(manifest, version, is_patch=is_patch)}
            found = tuple(each for each in found if (each.fault, each.path, each.word) in same)
    return found


def _depends(manifest: Manifest, misfit: Misfit) -> bool:
    """Whether a template asks the cluster what it knows before it writes this."""
    at = misfit.at.key if isinstance(misfit.at, Entry) else misfit.at
    return any(_ASKS.search(str(each)) for each in manifest.yaml.conditions(at))


def _is_sure_for_kubernetes(scalar: Scalar) -> bool:
    """Whether a scalar is what Kubernetes will be given: no template fills it, and no other tool will."""
    return scalar.known and not _HOLDER.search(scalar.text)


def _sorts_for_kubernetes(scalar: Scalar) -> Collection[str]:
    """Sorts as kubectl takes them, by YAML 1.1: `yes` and `n` are truth values."""
    if scalar.quoted:
        return ("string",)
    match scalar.value:
        case bool():
            return ("boolean",)
        case int():
            return ("integer", "number")
        case float() as number:
            return ("integer", "number") if number.is_integer() else ("number",)
    if scalar.text.lower() in _TRUTHS:
        return ("boolean",)
    return ("integer", "number", "string") if _NUMERAL.fullmatch(scalar.text) else ("string",)


def _field_path(kind: str, path: tuple[Key, ...]) -> str:
    return kind + "".join(f"[{key}]" if isinstance(key, int) or key == "*" else f".{key}" for key in path)


_NOT_ASKED_FOR = frozenset({"description", "name", "matrix"})
"""Keys that the schemas ask for and GitHub does without."""


def _is_sure_for_github(scalar: Scalar) -> bool:
    return scalar.known and "${{" not in scalar.text


def _sorts_for_github(scalar: Scalar) -> Collection[str]:
    """Sorts as GitHub takes them: a number or a truth value does where text is asked for."""
    match scalar.value:
        case bool():
            return ("boolean", "string")
        case int() | float():
            return ("integer", "number", "string")
    return ("string",)


def _key_path(path: tuple[Key, ...]) -> str:
    words = ""
    for key in path:
        words += f"[{key}]" if isinstance(key, int) or key == "*" else f".{key}" if words else key
    return words or "a workflow"
