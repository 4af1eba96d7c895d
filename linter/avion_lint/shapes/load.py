"""Loads the schemas that `kubernetes-validate` and `check-jsonschema` carry; neither package is imported."""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

EXTRA = "avion-lint[schemas]"
_KUBERNETES = ("kubernetes_validate", "kubernetes-json-schema")
_GITHUB = ("check_jsonschema", "builtin_schemas", "vendor")
_NAME = "v{}.0-local-strict"


# What the API server takes and the schemas, being those of OpenAPI, leave to it (Kubernetes' API reference).
_VALUES = (
    ("batch.v1.CronJobSpec", "concurrencyPolicy", "Allow Forbid Replace"),
    ("batch.v1.JobSpec", "completionMode", "NonIndexed Indexed"),
    ("batch.v1.JobSpec", "podReplacementPolicy", "TerminatingOrFailed Failed"),
    ("core.v1.PodSpec", "restartPolicy", "Always OnFailure Never"),
    ("core.v1.PodSpec", "dnsPolicy", "ClusterFirst ClusterFirstWithHostNet Default None"),
    ("core.v1.Container", "imagePullPolicy", "Always IfNotPresent Never"),
    ("core.v1.Container", "terminationMessagePolicy", "File FallbackToLogsOnError"),
    ("core.v1.ServiceSpec", "type", "ClusterIP NodePort LoadBalancer ExternalName"),
    ("apps.v1.DeploymentStrategy", "type", "Recreate RollingUpdate"),
    ("apps.v1.StatefulSetUpdateStrategy", "type", "RollingUpdate OnDelete"),
)


class Missing(Exception):  # noqa: N818 - it says what is missing, and is told as such
    """Fields are not checked because what knows them is not installed; `path` is the file that they stand in."""

    def __init__(self, path: str = "") -> None:
        super().__init__("fields, here and in other files: the schemas that know them are not installed")
        self.path = path
        self.mend = f"pip install '{EXTRA}'"


def _folder(package: str, *below: str) -> Path | None:
    """A folder of an installed package, None where there is none; the package is found and not imported."""
    from importlib.util import find_spec  # noqa: PLC0415 - only where fields are checked
    from pathlib import Path  # noqa: PLC0415 - as above

    spec = find_spec(package)
    folders = (spec.submodule_search_locations or ()) if spec else ()
    return next((path for each in folders if (path := Path(each, *below)).is_dir()), None)


@cache
def versions() -> tuple[str, ...]:
    """Versions of Kubernetes (`1.31`) whose fields are known, the oldest first; none where nothing is installed."""
    folder = _folder(*_KUBERNETES)
    names = (path.name for path in folder.iterdir()) if folder else ()
    start, _, end = _NAME.partition("{}")
    found = {name.removeprefix(start).removesuffix(end) for name in names if name.endswith(end)}
    known = (each for each in found if all(part.isdecimal() for part in each.split(".")))
    return tuple(sorted(known, key=lambda each: tuple(map(int, each.split(".")))))


@cache
def kubernetes(version: str) -> Mapping[str, Any]:
    """Schemas of one of `versions()` by their names (`io.k8s.api.batch.v1.Job`); raises Missing."""
    folder = _folder(*_KUBERNETES)
    if folder is None:
        raise Missing
    found = _read(folder / _NAME.format(version) / "_definitions.json").get("$defs")
    if not isinstance(found, dict):
        raise Missing
    for schema, key, values in _VALUES:
        said = found.get(f"io.k8s.api.{schema}", {}).get("properties", {}).get(key)
        if said is not None:
            said["enum"] = values.split()
    return found


@cache
def github(name: str) -> Mapping[str, Any]:
    """SchemaStore's schema of `workflows` or `actions`; raises Missing."""
    folder = _folder(*_GITHUB)
    if folder is None:
        raise Missing
    return _read(folder / f"github-{name}.json")


def _read(path: Path) -> Mapping[str, Any]:
    import json  # noqa: PLC0415 - only where fields are checked

    try:
        found: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):  # a release that keeps them elsewhere is as good as none
        raise Missing from None
    return found
