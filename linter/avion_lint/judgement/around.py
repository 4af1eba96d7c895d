"""Runs rules over what stands around the SQL: workflows, manifests, scripts, settings, alerts, and all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from avion_lint import tool
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import Environment
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.monitoring import AlertRule, Panel
from avion_lint.delivery.part import one_line
from avion_lint.delivery.runs import Run
from avion_lint.delivery.unread import Unread
from avion_lint.delivery.workflow import Workflow
from avion_lint.finding import Finding
from avion_lint.judgement.engine import OptionsOf, Outcome, broken
from avion_lint.judgement.suppression import Suppression
from avion_lint.judgement.yaml_comments import suppressions_in
from avion_lint.record import field, record
from avion_lint.rule import Rule
from avion_lint.rule_names import RuleNames
from avion_lint.source import Document, Place
from avion_lint.verdict import Found, Unchecked


@record
class Around:
    """What stands around the SQL, and what of it could not be read."""

    delivery: Delivery
    unread: tuple[Unread, ...] = ()


Subject = Delivery | Workflow | Manifest | Run | Environment | AlertRule | Panel


@record
class Judged:
    """What came of judging it: findings, what could not be checked, comments that turn rules off, the files."""

    found: tuple[Found, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    suppressions: Mapping[str, tuple[Suppression, ...]] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()


def judge_around(around: Around, rules: Iterable[Rule], options: OptionsOf, names: RuleNames) -> Judged:
    """Run all rules for what stands around the SQL, and read what its comments turn off."""
    outcome = run_around(rules, around.delivery, options)
    documents = tuple(each for each in around.delivery.documents if each.path in around.delivery.judged)
    read = {each.path: suppressions_in(each, around.delivery, names) for each in documents if "avion" in each.text}
    invalid = (Found(tool.INVALID_SUPPRESSION, each, "") for said in read.values() for each in said.invalid)
    wrong = (Found(tool.NOT_JUDGED, _not_judged(each.place, each.why), "") for each in around.unread if each.place)
    unchecked = (Unchecked(each.path, None, each.why, each.mend) for each in around.unread if not each.place)
    return Judged(
        (*outcome.found, *wrong, *invalid),
        (*outcome.unchecked, *unchecked),
        {path: said.found for path, said in read.items()},
        documents,
    )


def _not_judged(place: Place, why: str) -> Finding:
    """What is said of a part of a file that could not be read."""
    message = f"{why[:1].upper()}{why[1:]}. What it is about was not judged."
    return Finding(one_line(place), message, object=place.document.path)


def run_around(rules: Iterable[Rule], delivery: Delivery, options: OptionsOf) -> Outcome:
    """Run the rules. A rule that raises does not stop the others: what it was to check is told as unchecked."""
    by_subject: dict[str, list[Rule]] = {}
    for rule in rules:
        by_subject.setdefault(rule.subject_name, []).append(rule)
    found: list[Found] = []
    wrong: list[Unchecked] = []
    for subject, path in _subjects(delivery):
        for rule in by_subject.get(type(subject).__name__, ()):
            if rule.check is None:
                continue
            given = options(rule, "", path)
            try:
                findings = tuple(rule.check(subject) if rule.options is None else rule.check(subject, given))
            except Exception as error:  # noqa: BLE001 - whatever a rule raises, the rest must be judged
                wrong.append(broken(rule, path, error))
            else:
                found.extend(Found(rule, each, "") for each in findings if _is_asked_for(each, delivery))
    return Outcome(tuple(found), tuple(wrong))


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
