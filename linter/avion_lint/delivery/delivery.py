"""Everything around the SQL of a repository, and the questions that go across files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.delivery.environment import Environment
from avion_lint.delivery.files import ScriptFile
from avion_lint.delivery.kinds import KUSTOMIZATIONS
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.monitoring import AlertRule, Panel, Query
from avion_lint.delivery.part import YamlText
from avion_lint.delivery.pipeline import Pipelines, pipelines
from avion_lint.delivery.runs import Run
from avion_lint.delivery.workflow import Workflow
from avion_lint.record import cached_property, record
from avion_lint.source import Document


@record
class ServiceFolder:
    """A service that the repository has migrations for: its name, the folder of its migrations, its runner."""

    name: str
    root: str
    runner: str


@record(caches=True)
class Delivery:
    """All files around the SQL that could be read, by kind; manifests in steps and scripts are among the manifests.

    `charts` pairs the folder of a Helm chart with its values, `documents` and `texts` are all files and what YAML they
    hold. `judged` are the paths that findings are asked for. `kubernetes` is the version (`1.31`) that the settings
    name, "" where they name none.
    """

    workflows: tuple[Workflow, ...] = ()
    manifests: tuple[Manifest, ...] = ()
    scripts: tuple[ScriptFile, ...] = ()
    environments: tuple[Environment, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    panels: tuple[Panel, ...] = ()
    runs: tuple[Run, ...] = ()
    services: tuple[ServiceFolder, ...] = ()
    charts: tuple[tuple[str, YamlText], ...] = ()
    documents: tuple[Document, ...] = ()
    texts: tuple[YamlText, ...] = ()
    judged: frozenset[str] = frozenset()
    kubernetes: str = ""

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """PromQL of all alert rules and panels."""
        owners: tuple[AlertRule | Panel, ...] = (*self.alerts, *self.panels)
        return tuple(query for owner in owners for query in owner.queries)

    def of_kind(self, *kinds: str) -> Iterator[Manifest]:
        """Kubernetes objects of these kinds."""
        return (manifest for kind in kinds for manifest in self.by_kind.get(kind, ()))

    @cached_property
    def by_kind(self) -> dict[str, tuple[Manifest, ...]]:
        """Objects by kind."""
        found: dict[str, list[Manifest]] = {}
        for manifest in self.manifests:
            found.setdefault(manifest.kind, []).append(manifest)
        return {kind: tuple(manifests) for kind, manifests in found.items()}

    @cached_property
    def by_home(self) -> dict[str, tuple[Manifest, ...]]:
        """Objects by what brings them to the cluster together (`Manifest.home`), without those in scripts."""
        found: dict[str, list[Manifest]] = {}
        for manifest in self.manifests:
            if not manifest.inline:
                found.setdefault(manifest.home, []).append(manifest)
        return {home: tuple(manifests) for home, manifests in found.items()}

    def find(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """The object of that kind and name; where a namespace is given and known on both sides, it must agree."""
        for manifest in self.by_name.get((kind, name), ()):
            if namespace is None or manifest.namespace in (None, namespace):
                return manifest
        return None

    @cached_property
    def by_name(self) -> dict[tuple[str, str], tuple[Manifest, ...]]:
        """Objects by kind and name (as written, with a template's actions)."""
        found: dict[tuple[str, str], list[Manifest]] = {}
        for manifest in self.manifests:
            found.setdefault((manifest.kind, manifest.name), []).append(manifest)
        return {key: tuple(manifests) for key, manifests in found.items()}

    def is_patch(self, manifest: Manifest) -> bool:
        """Whether a file is only a part of an object, which Kustomize lays over the rest of it."""
        named = self._patches.get(manifest.path.rpartition("/")[0], "")
        return manifest.path.rpartition("/")[2] in named or manifest.part.has("$patch")

    @cached_property
    def _patches(self) -> dict[str, str]:
        """What kustomizations say of patches, as text, by the folder of the files that it may name."""
        found: dict[str, str] = {}
        for document in self.documents:
            folder, _, name = document.path.rpartition("/")
            start = document.text.find("patches") if name in KUSTOMIZATIONS else -1
            if start >= 0:
                for each in (folder, *_below(folder, self.manifests)):
                    found[each] = found.get(each, "") + document.text[start:]
        return found

    @cached_property
    def pipelines(self) -> Pipelines:
        """What the jobs of its workflows do, calls followed."""
        return pipelines(self.workflows, self.scripts, self.manifests, self.runs)


def _below(folder: str, manifests: Iterable[Manifest]) -> set[str]:
    """Folders of objects inside a folder."""
    folders = {manifest.path.rpartition("/")[0] for manifest in manifests}
    return {each for each in folders if each.startswith(f"{folder}/" if folder else "") and each != folder}
