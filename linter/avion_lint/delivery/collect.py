"""From files to all that stands around the SQL: each file read as what it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from avion_lint.delivery.commands import Commanding
from avion_lint.delivery.delivery import Delivery, ServiceFolder
from avion_lint.delivery.environment import Environment, environment
from avion_lint.delivery.files import ScriptFile
from avion_lint.delivery.inline import inline_manifests
from avion_lint.delivery.kinds import (
    KUSTOMIZATIONS,
    Kind,
    chart_of,
    is_chart_template,
    is_values_file,
    kind_of,
    may_hold_alerts,
    may_hold_objects,
)
from avion_lint.delivery.kubernetes import Manifest, manifests
from avion_lint.delivery.monitoring import AlertRule, Panel, alert_rules, panels
from avion_lint.delivery.part import Part, YamlText
from avion_lint.delivery.runs import Run
from avion_lint.delivery.unread import Unread
from avion_lint.delivery.workflow import Workflow, read_action, read_workflow
from avion_lint.discovery.tree import Read, Unreadable
from avion_lint.record import field, record
from avion_lint.source import Document, Excerpt, Place
from avion_lint.yaml.nodes import Listing, Mapping, Node
from avion_lint.yaml.stream import Stream, read_stream


@record(frozen=False)
class _Collected:
    """What has been read until now."""

    judged: frozenset[str]
    commanding: Commanding = field(default_factory=Commanding)
    workflows: list[Workflow] = field(default_factory=list)
    manifests: list[Manifest] = field(default_factory=list)
    scripts: list[ScriptFile] = field(default_factory=list)
    environments: list[Environment] = field(default_factory=list)
    alerts: list[AlertRule] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    charts: list[tuple[str, YamlText]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    texts: list[YamlText] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    values: dict[str, Node | None] = field(default_factory=dict)


def collect(
    paths: Collection[str],
    read: Read,
    judged: Iterable[str],
    services: Iterable[ServiceFolder] = (),
    kubernetes: str = "",
) -> tuple[Delivery, tuple[Unread, ...]]:
    """Read all files among `paths` that bring migrations to production; `judged` are those that findings are asked for.

    What cannot be read is told for the judged ones. `kubernetes` is the version that the settings name.
    """
    known = frozenset(paths)
    collected = _Collected(frozenset(judged))
    for path in sorted(known, key=lambda each: (not is_values_file(each), each)):  # templates need their values
        kind = kind_of(path)
        if kind is None:
            continue
        content = read(path)
        if isinstance(content, Unreadable):
            collected.unread.append(Unread(path, f"the file {content.why}", content.mend))
            continue
        _take(collected, kind, content, known)
    runs = tuple(_runs(collected))
    unread = (*collected.unread, *collected.commanding.unread(), *_unchecked_queries(collected))
    delivery = Delivery(
        tuple(collected.workflows),
        tuple(collected.manifests),
        tuple(collected.scripts),
        tuple(collected.environments),
        tuple(collected.alerts),
        tuple(collected.panels),
        runs,
        tuple(services),
        tuple(collected.charts),
        tuple(collected.documents),
        tuple(collected.texts),
        collected.judged,
        kubernetes,
    )
    return delivery, tuple(each for each in unread if each.path in collected.judged)


def _take(collected: _Collected, kind: Kind, document: Document, paths: Collection[str]) -> None:
    match kind:
        case Kind.SCRIPT:
            collected.documents.append(document)
            collected.scripts.append(_script(collected, document))
        case Kind.WORKFLOW | Kind.ACTION:
            yaml = _yaml(collected, document, template=False)
            reader = read_workflow if kind is Kind.WORKFLOW else read_action
            root = next(iter(yaml.stream.roots), None)
            if isinstance(root, Mapping):
                workflow = reader(Part(yaml, root), collected.commanding)
                collected.workflows.append(workflow)
                collected.manifests.extend(each for _, step in workflow.steps() for each in step.manifests)
            elif not yaml.stream.problems:
                collected.unread.append(_no_mapping(document, kind, root))
        case Kind.DASHBOARD:
            if '"expr"' in document.text:
                collected.panels.extend(panels(_yaml(collected, document, template=False)))
        case Kind.YAML:
            _take_yaml(collected, document, paths)


def _no_mapping(document: Document, kind: Kind, root: Node | None) -> Unread:
    """What is said of a workflow or an action that GitHub refuses as a whole."""
    what = (
        "a list" if isinstance(root, Listing) else "one value" if root and root.span.end > root.span.start else "empty"
    )
    keys = "`on` and `jobs`" if kind is Kind.WORKFLOW else "`runs`"
    why = f"GitHub does not take this {kind}: it is {what}, and has to be a mapping with {keys}"
    return Unread(document.path, why, place=Place(document, document.line_span(1)))


def _script(collected: _Collected, document: Document) -> ScriptFile:
    script = collected.commanding.of_file(document)
    stream = Stream(document, (), ())
    yaml = YamlText(Excerpt.whole(document), stream, document.path in collected.judged)
    found = inline_manifests(script, yaml, collected.commanding) if script else ()
    collected.manifests.extend(found)
    return ScriptFile(document, script, found)


def _take_yaml(collected: _Collected, document: Document, paths: Collection[str]) -> None:
    """A YAML file whose path does not tell its kind: objects, alert rules, settings, values of a chart."""
    text, path = document.text, document.path
    folder, _, name = path.rpartition("/")
    is_values = name.startswith("values")
    objects, alerts = may_hold_objects(text), may_hold_alerts(text)
    settings = _may_hold_settings(text)
    if not (is_values or objects or alerts or settings or name in KUSTOMIZATIONS):
        return
    in_chart = is_chart_template(path, paths)
    chart = chart_of(path, paths) if in_chart else None
    yaml = _yaml(collected, document, template=True if in_chart else None, chart=chart)
    if is_values_file(path) and f"{folder}/Chart.yaml".lstrip("/") in paths:
        collected.charts.append((folder, yaml))
        collected.values[folder] = next(iter(yaml.stream.roots), None)
    if objects:
        collected.manifests.extend(manifests(yaml, collected.commanding))
    if alerts:
        collected.alerts.extend(alert_rules(yaml))
    if settings:
        collected.environments.extend(_environments(yaml))


def _yaml(collected: _Collected, document: Document, *, template: bool | None, chart: str | None = None) -> YamlText:
    stream = read_stream(document, template=template)
    judged = document.path in collected.judged
    collected.documents.append(document)
    for place, message in stream.problems:
        collected.unread.append(Unread(document.path, message, place=place))
    values = collected.values.get(chart) if chart is not None else None
    yaml = YamlText(Excerpt.whole(document), stream, judged, chart, values)
    collected.texts.append(yaml)
    return yaml


_TELLING = (
    ("auto_run", "autoRun", "auto-run"),
    ("backup_", "backupEnabled", "backupRetention", "backup-"),
    ("rollback_on_failure", "rollbackOnFailure", "rollback-on-failure"),
    ("max_retries", "maxRetries", "max-retries"),
    ("approval_required", "approvalRequired", "approval-required"),
    ("timeout_seconds", "timeoutSeconds", "timeout-seconds"),
    ("dry_run", "dryRun", "dry-run"),
)


def _may_hold_settings(text: str) -> bool:
    return sum(any(word in text for word in words) for words in _TELLING) > 1


def _environments(yaml: YamlText) -> Iterator[Environment]:
    """Settings in the data of ConfigMaps, at the top of a file, or under keys of its first two levels."""
    for root in yaml.stream.roots:
        part = Part(yaml, root)
        name = part.text("metadata", "name") or ""
        named = "\n".join((part.text("metadata", "namespace") or "", name, yaml.path))
        data = part.part("data") if part.text("kind") == "ConfigMap" else None
        candidates = [(data, named)] if data is not None else list(_levels(part, yaml.path))
        for candidate, words in candidates:
            found = environment(candidate, words, part if data is not None else None)
            if found is not None:
                yield found


def _levels(part: Part, path: str) -> Iterator[tuple[Part, str]]:
    yield part, path
    for entry in part.entries():
        if isinstance(entry.value, Mapping):
            inner = Part(part.yaml, entry.value)
            yield inner, f"{entry.key.text}\n{path}"
            for below in inner.entries():
                if isinstance(below.value, Mapping):
                    yield Part(part.yaml, below.value), f"{below.key.text}\n{entry.key.text}\n{path}"


def _unchecked_queries(collected: _Collected) -> Iterator[Unread]:
    """Files with PromQL where nothing is installed that could tell whether Prometheus reads it."""
    from avion_lint.promql.checking import EXTRA, is_available  # noqa: PLC0415 - few repositories have PromQL

    paths = dict.fromkeys((*(each.path for each in collected.alerts), *(each.path for each in collected.panels)))
    if paths and not is_available():
        for path in paths:
            yield Unread(path, "the PromQL in it: what checks it is not installed", f"pip install '{EXTRA}'")


def _runs(collected: _Collected) -> Iterator[Run]:
    """All scripts, each with who runs it."""
    for workflow in collected.workflows:
        for job, step in workflow.steps():
            if step.script is not None:
                yield Run(step.script, workflow.part.yaml.document, workflow=workflow, job=job, step=step)
    for file in collected.scripts:
        if file.script is not None:
            yield Run(file.script, file.document)
    for manifest in collected.manifests:
        for container in manifest.containers:
            if container.script is not None:
                yield Run(container.script, manifest.yaml.document, manifest=manifest, container=container)
