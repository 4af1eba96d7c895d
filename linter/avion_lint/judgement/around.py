"""Runs rules over what stands around the SQL: workflows, manifests, scripts, settings, alerts, and all at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from avion_lint import tool
from avion_lint.checks.belonging import Belonging, at_place, places
from avion_lint.checks.model import Target
from avion_lint.checks.rules import word_of
from avion_lint.checks.targets import Subject as Checked
from avion_lint.checks.targets import subjects as checked
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import Environment
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.monitoring import AlertRule, Panel
from avion_lint.delivery.part import one_line
from avion_lint.delivery.runs import Run
from avion_lint.delivery.unread import Unread
from avion_lint.delivery.workflow import Workflow
from avion_lint.finding import Finding
from avion_lint.judgement.engine import Outcome, broken
from avion_lint.judgement.suppression import Suppression, Suppressions
from avion_lint.judgement.yaml_comments import suppressions_in
from avion_lint.record import field, record
from avion_lint.rule import Rule
from avion_lint.rule_names import RuleNames
from avion_lint.shapes.load import Missing
from avion_lint.shell.script import Script
from avion_lint.source import Document, Place
from avion_lint.verdict import Found, Unchecked
from avion_lint.yaml.nodes import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.in_config_maps import Before


@record
class Around:
    """What stands around the SQL, what of it could not be read, and ConfigMaps with migrations as they were."""

    delivery: Delivery
    unread: tuple[Unread, ...] = ()
    before: Before | None = None


# As engine.OptionsOf, with the environment as well.
OptionsIn = Callable[[Rule, str, str, str], object | None]
Stretches = Mapping[str, tuple[tuple[int, int, str], ...]]
Subject = Delivery | Workflow | Manifest | Run | Environment | AlertRule | Panel


@record
class Judged:
    """What came of judging it: findings, what could not be checked, comments that turn rules off, the files."""

    found: tuple[Found, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    suppressions: Mapping[str, tuple[Suppression, ...]] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()


def judge_around(
    around: Around,
    rules: Iterable[Rule],
    options: OptionsIn,
    names: RuleNames,
    belonging: Belonging | None = None,
) -> Judged:
    """Run all rules for what stands around the SQL, and read what its comments turn off."""
    outcome = run_around(rules, around.delivery, options, belonging)
    documents = tuple(each for each in around.delivery.documents if each.path in around.delivery.judged)
    read = dict(_comments(around.delivery, documents, names))
    invalid = (Found(tool.INVALID_SUPPRESSION, each, "") for said in read.values() for each in said.invalid)
    wrong = (Found(tool.NOT_JUDGED, _not_judged(each.place, each.why), "") for each in around.unread if each.place)
    unchecked = (Unchecked(each.path, None, each.why, each.mend) for each in around.unread if not each.place)
    return Judged(
        (*outcome.found, *wrong, *invalid),
        (*outcome.unchecked, *unchecked),
        {path: said.found for path, said in read.items()},
        documents,
    )


def _comments(
    delivery: Delivery, documents: tuple[Document, ...], names: RuleNames
) -> Iterator[tuple[str, Suppressions]]:
    """What the comments of each file turn off, by its path."""
    roots: dict[str, list[Node]] = {}
    for yaml in delivery.texts:
        roots.setdefault(yaml.path, []).extend(yaml.stream.roots)
    scripts: dict[str, list[Script]] = {}
    for run in delivery.runs:
        scripts.setdefault(run.path, []).append(run.script)
    for document in documents:
        if "avion" in document.text:
            path = document.path
            yield path, suppressions_in(document, roots.get(path, ()), scripts.get(path, ()), names)


def _not_judged(place: Place, why: str) -> Finding:
    """What is said of a part of a file that could not be read."""
    message = f"{why[:1].upper()}{why[1:]}. What it is about was not judged."
    return Finding(one_line(place), message, object=place.document.path)


def run_around(
    rules: Iterable[Rule], delivery: Delivery, options: OptionsIn, belonging: Belonging | None = None
) -> Outcome:
    """Run the rules. A rule that raises does not stop the others: what it was to check is told as unchecked.

    `belonging` tells what is of which environment, where that matters.
    """
    by_subject: dict[str, list[Rule]] = {}
    for rule in rules:
        by_subject.setdefault(word_of(rule), []).append(rule)
    found: list[Found] = []
    wrong: list[Unchecked] = []
    missing: dict[str, Unchecked] = {}
    stretches = places(delivery, belonging) if belonging else {}
    for subject, path in _all_subjects(delivery, by_subject, belonging):
        environment = _environment(subject, belonging)
        for rule in by_subject.get(_word(subject), ()):
            if rule.check is None:
                continue
            try:
                given = options(rule, "", path, environment)
                findings = tuple(rule.check(subject) if rule.options is None else rule.check(subject, given))
            except Missing as error:
                missing.setdefault(str(error), Unchecked(error.path or path, None, str(error), error.mend))
            except Exception as error:  # noqa: BLE001 - whatever a rule raises, the rest must be judged
                wrong.append(broken(rule, path, error))
            else:
                asked = (each for each in findings if _is_asked_for(each, delivery))
                found.extend(
                    Found(rule, each, "", environment=_of_finding(each, environment, stretches, belonging))
                    for each in asked
                )
    return Outcome(tuple(found), (*wrong, *missing.values()))


def _word(subject: Subject | Checked) -> str:
    """The word by which rules say what they look at."""
    return str(subject.target) if isinstance(subject, Checked) else type(subject).__name__


def _environment(subject: Subject | Checked, belonging: Belonging | None) -> str:
    if isinstance(subject, Checked):
        return subject.environment
    return belonging.of(subject) if belonging else ""


def _of_finding(finding: Finding, environment: str, stretches: Stretches, belonging: Belonging | None) -> str:
    """The environment of a finding: that of what it was found in, or of the place that it is about."""
    if environment or belonging is None:
        return environment
    return at_place(stretches, finding.place, belonging)


def _all_subjects(
    delivery: Delivery, wanted: Collection[str], belonging: Belonging | None
) -> Iterator[tuple[Subject | Checked, str]]:
    """What our rules look at, and then what a policy's checks look at."""
    yield from _subjects(delivery)
    targets = [target for target in Target if target in wanted]
    if targets:
        yield from ((each, each.path) for each in checked(delivery, targets, belonging))


def _subjects(delivery: Delivery) -> Iterator[tuple[Subject, str]]:
    """Everything that is judged, each with its path; the whole comes first."""
    yield delivery, ""
    several: tuple[Iterable[Workflow | Manifest | Run | Environment], ...] = (
        delivery.workflows,
        delivery.manifests,
        delivery.runs,
        delivery.environments,
    )
    for group in several:
        yield from ((each, each.path) for each in group if each.path in delivery.judged)
    shown: tuple[AlertRule | Panel, ...] = (*delivery.alerts, *delivery.panels)
    yield from ((each, each.path) for each in shown if each.path in delivery.judged)


def _is_asked_for(finding: Finding, delivery: Delivery) -> bool:
    """Whether a finding is about a file that is judged, be it as one of the places that explain it."""
    places = (finding.place, *(related.place for related in finding.related))
    return any(place.document.path in delivery.judged for place in places)
