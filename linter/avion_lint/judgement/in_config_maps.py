"""Judges migrations that stand in ConfigMaps as those of their runner, and leads what is found to the YAML file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import basename

from avion_lint.delivery.config_maps import Kept, kept, kept_in
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import one_line
from avion_lint.discovery.gather import Gathering, gather
from avion_lint.discovery.tree import MemoryTree
from avion_lint.finding import Related
from avion_lint.history.ground import Ground, against_base, alone
from avion_lint.judgement.assess import assess, migration_paths
from avion_lint.judgement.engine import Engine
from avion_lint.judgement.history_of_texts import history_of
from avion_lint.judgement.judging import Judging
from avion_lint.judgement.suppression import Suppression
from avion_lint.record import record, replace
from avion_lint.rule import Rule
from avion_lint.runners.migration import Runner
from avion_lint.settings.model import ServiceSettings, Settings
from avion_lint.source import Document, Excerpt, Place, Span
from avion_lint.subjects import Migration
from avion_lint.verdict import Found, Unchecked


@record
class Before:
    """The YAML files of ConfigMaps as the base branch has them, and what that is called; texts by path.

    A file that is judged and not among them is new.
    """

    base: str
    texts: Mapping[str, str]


@record
class Judged:
    """What came of it: findings at their places in the YAML files, what could not be checked, the migrations.

    The migrations' own places are those of files of their own; `places` leads from them to YAML.
    """

    places: Places
    found: tuple[Found, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    migrations: tuple[Migration, ...] = ()


@record
class Places:
    """Where the files that are judged stand in YAML: excerpts by path, and ConfigMaps by the folder they would be."""

    excerpts: Mapping[str, Excerpt]
    roots: Mapping[str, Kept]

    def place(self, place: Place) -> Place:
        """The place in the YAML file, on one line; for a file that is gone, where the ConfigMap's data begin."""
        path = place.document.path
        excerpt = self.excerpts.get(path)
        if excerpt is not None:
            return one_line(excerpt.place(place.span if place.document.text == excerpt.text else _START))
        kept_at = self._root(path)
        return kept_at.manifest.part.place("data") if kept_at is not None else place

    def _root(self, path: str) -> Kept | None:
        return next((each for root, each in self.roots.items() if path == root or path.startswith(f"{root}/")), None)

    def found(self, found: Found) -> Found:
        """A finding as one of the YAML file; it cannot be mended by text there."""
        finding = found.finding
        related = tuple(Related(self.place(each.place), each.message) for each in finding.related)
        return replace(found, finding=replace(finding, place=self.place(finding.place), related=related, fix=None))

    def suppression(self, suppression: Suppression) -> Suppression:
        """A comment of the SQL as one of the YAML file, that holds for the same statements."""
        excerpt = self.excerpts[suppression.place.document.path]
        scope = suppression.scope or Span(0, len(excerpt.text))
        return replace(suppression, place=excerpt.place(suppression.place.span), scope=excerpt.span(scope))

    def unchecked(self, unchecked: Unchecked) -> Unchecked:
        """What could not be checked, told of the YAML file."""
        excerpt, kept_at = self.excerpts.get(unchecked.path), self._root(unchecked.path)
        if kept_at is None:
            return unchecked
        lines = excerpt.text.split("\n")[: (unchecked.line or 1) - 1] if excerpt else []
        line = excerpt.place(Span(at := sum(len(each) + 1 for each in lines), at)).start.line if excerpt else None
        return replace(unchecked, path=kept_at.manifest.path, line=line)


_START = Span(0, 0)


def judge_config_maps(
    delivery: Delivery,
    before: Before | None,
    rules: tuple[Rule, ...],
    settings: Settings,
    options: Callable[..., object | None],
) -> Judged:
    """Judge the migrations of all ConfigMaps in judged files; without `before` each is as new as it can be."""
    users = tuple(each for each in delivery.manifests if each.pod is not None)
    maps = (each for each in delivery.of_kind("ConfigMap") if each.path in delivery.judged and each.name)
    found = tuple(kept(maps, users))
    unknown = tuple(_not_known(found))
    places = Places(dict(_excerpts(found)), {each.root: each for each in found})
    if not places.excerpts:
        return Judged(places, unchecked=unknown)
    own = replace(settings, services=(*settings.services, *_services(found, settings)))
    beside = dict(_beside(found))
    gathering = gather(MemoryTree({path: each.text for path, each in places.excerpts.items()} | beside), own)
    judging = Judging(Engine(rules, options), None, keeps=True)
    ground = _ground(gathering, before, users, beside)
    assessment = assess(gathering, ground, own, lambda: None, take=judging.take)
    outcome = judging.outcome(assessment.projects, assessment.changes)
    unclear = (*assessment.unchecked, *outcome.unchecked)
    return Judged(
        places,
        tuple(places.found(each) for each in (*assessment.found, *outcome.found)),
        (*unknown, *(places.unchecked(each) for each in unclear)),
        tuple(each for made in assessment.projects for each in made.judged),
    )


def _ground(
    gathering: Gathering, before: Before | None, users: tuple[Manifest, ...], beside: Mapping[str, str]
) -> Ground:
    paths = migration_paths(gathering)
    if before is None:
        return alone(paths, "every migration is judged")
    then = (each for path, text in before.texts.items() for each in kept_in(Document(path, text), users))
    texts = {path: each.text for path, each in _excerpts(then)}
    now = {file.path: file.document.text for each in gathering.services for file in each.files}
    return against_base(history_of({**now, **beside}, {**texts, **beside}, gathering, before.base), paths)


def _excerpts(found: Iterable[Kept]) -> Iterator[tuple[str, Excerpt]]:
    for each in found:
        yield from ((f"{each.root}/{file.name}", file.excerpt) for file in each.files if file.is_known)


def _not_known(found: Iterable[Kept]) -> Iterator[Unchecked]:
    """Migrations of which a template writes a part."""
    for each in found:
        for file in each.files:
            if not file.is_known:
                line = file.excerpt.place(_START).start.line
                why = f"the migration {file.name} of {each.manifest.title}: a template writes a part of it"
                yield Unchecked(each.manifest.path, line, why)


def _services(found: Iterable[Kept], settings: Settings) -> Iterator[ServiceSettings]:
    """Who runs them, where what mounts them tells it and the settings do not."""
    for each in found:
        said = settings.service_at(each.root)
        if each.runner and said.runner is None:
            yield replace(said, path=each.root, runner=Runner(each.runner))


def _beside(found: Iterable[Kept]) -> Iterator[tuple[str, str]]:
    """The objects that mount them, whose variables are settings of Flyway's."""
    for each in found:
        if each.runner == Runner.FLYWAY:
            for number, manifest in enumerate(each.mounted):
                yield f"{each.root}/{number}-{basename(manifest.path)}", manifest.yaml.document.text
