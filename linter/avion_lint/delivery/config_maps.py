"""Migrations that stand in ConfigMaps, with what brings them to their runner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from avion_lint.delivery.commands import Commanding
from avion_lint.delivery.kubernetes import Container, Manifest, manifests
from avion_lint.delivery.part import YamlText
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import UNKNOWN, Document, Excerpt
from avion_lint.yaml.nodes import Scalar
from avion_lint.yaml.stream import read_stream

_NAME = pattern(r"(?:[VUR][0-9._]*__.*|.*)\.sql")
_FLYWAY_NAME = pattern(r"(?:[VU][0-9][0-9._]*|R)__.*\.sql")
_BESIDE = (".sql", ".sql.conf", "flyway.conf", "flyway.toml")
_RUNNERS = ("goose", "flyway")


@record
class KeptFile:
    """A file that a ConfigMap holds: its name, its text with where it stands, and whether all of the text is known."""

    name: str
    excerpt: Excerpt

    @property
    def is_known(self) -> bool:
        """Whether no template fills a part of it."""
        return UNKNOWN not in self.excerpt.text


@record
class Kept:
    """A ConfigMap that holds migrations.

    `runner` is who runs them as far as what mounts it tells, "" where nothing does; `mounted` are the objects that do.
    """

    manifest: Manifest
    files: tuple[KeptFile, ...]
    runner: str = ""
    mounted: tuple[Manifest, ...] = ()

    @property
    def root(self) -> str:
        """The folder that its files would stand in, were the ConfigMap one."""
        name = "".join(letter if letter.isalnum() or letter in "-._" else "_" for letter in self.manifest.name)
        return f"{self.manifest.path}/{name}"


def may_keep(text: str) -> bool:
    """Whether a YAML file may hold migrations in a ConfigMap."""
    return "ConfigMap" in text and ".sql" in text


def kept(config_maps: Iterable[Manifest], others: Iterable[Manifest]) -> Iterator[Kept]:
    """ConfigMaps with migrations: what a goose or a Flyway of `others` is given, or what is named or marked as such."""
    known = tuple(others)
    for manifest in config_maps:
        files = tuple(_files(manifest))
        if not any(_NAME.fullmatch(each.name) for each in files):
            continue
        users = tuple(each for each in known if any(True for _ in _runners(each, manifest)))
        runner = next((runner for each in users for runner in _runners(each, manifest)), "")
        if runner or any(_is_marked(each) for each in files):
            yield Kept(manifest, files, runner, users)


def kept_in(document: Document, others: Iterable[Manifest]) -> tuple[Kept, ...]:
    """The same for one file, as it was before."""
    stream = read_stream(document)
    found = manifests(YamlText(Excerpt.whole(document), stream), Commanding())
    return tuple(kept((each for each in found if each.kind == "ConfigMap"), others))


def _files(manifest: Manifest) -> Iterator[KeptFile]:
    for entry in manifest.part.entries("data"):
        value = entry.value
        if isinstance(value, Scalar) and entry.key.known and entry.key.text.endswith(_BESIDE):
            excerpt = manifest.yaml.text_of(value)
            text = f"{excerpt.text}{UNKNOWN}" if value.is_open else excerpt.text
            yield KeptFile(entry.key.text, Excerpt(excerpt.document, text, excerpt.origin))


def _is_marked(file: KeptFile) -> bool:
    return "+goose Up" in file.excerpt.text or _FLYWAY_NAME.fullmatch(file.name) is not None


def _runners(manifest: Manifest, config_map: Manifest) -> Iterator[str]:
    """Runners of an object's containers that see the ConfigMap."""
    pod = manifest.pod
    if (
        pod is None
        or pod.spec is None
        or config_map.namespace not in (None, manifest.namespace or config_map.namespace)
    ):
        return
    volumes = _volumes(manifest)
    for container in pod.containers:
        mounts = {mount.text("name") for mount in container.part.parts("volumeMounts")}
        if any(volumes.get(name or "") == config_map.name for name in mounts):
            runner = _runner(container)
            if runner:
                yield runner


def _volumes(manifest: Manifest) -> Mapping[str, str]:
    """Names of ConfigMaps by the names of the volumes that they are."""
    spec = manifest.pod.spec if manifest.pod else None
    found: dict[str, str] = {}
    for part in spec.parts("volumes") if spec else ():
        name = part.scalar("configMap", "name")
        sources = (each.scalar("configMap", "name") for each in part.parts("projected", "sources"))
        scalar = name or next((each for each in sources if each), None)
        if scalar is not None:
            found[part.text("name") or ""] = manifest.yaml.as_written(scalar)
    return found


def _runner(container: Container) -> str:
    reason = container.migrates
    return next((name for name in _RUNNERS if reason and name in reason.text.lower()), "")
