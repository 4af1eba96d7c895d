"""Which Jobs of the repository a selector of kube-state-metrics' Job metrics means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.pattern import pattern
from avion_lint.promql.syntax import Matcher, Selector
from avion_lint.source import UNKNOWN, Place

LABELS = ("job_name", "exported_job_name")
_UNKNOWN = pattern(f"{UNKNOWN}+")
_PLAIN = pattern(r"(?:[\w:./-]|\\[.-]|\.[*+])*")  # no groups, no classes: letters and wildcards
_RISKY = pattern(r"\)[*+{]|[*+}][*+{]")
_MOST_WILDCARDS = 8
_LONGEST = 200
_TELLING = 4  # letters of a name that tell enough of it


def meant(delivery: Delivery, selector: Selector) -> tuple[Manifest, ...]:
    """Jobs that migrate and that the selector is about for certain; those of all names where it asks for none."""
    return tuple(each for each in migrating(delivery) if takes(selector, each))


def migrating(delivery: Delivery) -> Iterator[Manifest]:
    """Jobs and CronJobs that migrate."""
    return (each for each in delivery.of_kind("Job", "CronJob") if each.migrates)


def takes(selector: Selector, manifest: Manifest) -> bool | None:
    """Whether a selector takes a Job, None where the Job's name, or the selector, is not known well enough."""
    matcher = selector.matcher(*LABELS)
    if matcher is None:
        return True
    name = name_of(manifest)
    if name is None or not matcher.known:
        return None
    sure = UNKNOWN not in name
    sample = _UNKNOWN.sub("x1", name) + ("-29000000" if manifest.kind == "CronJob" else "")
    found = _holds(matcher, sample)
    if found is not False or sure:
        return found
    known = sum(each.isalpha() for each in _UNKNOWN.sub("", name))
    return False if known >= _TELLING and matcher.op == "=~" and _PLAIN.fullmatch(matcher.value) else None


def name_of(manifest: Manifest) -> str | None:
    """The name of a Job as far as it is known, U+E000 for the rest, None where it has none."""
    scalar = manifest.part.scalar("metadata", "name")
    if scalar is not None:
        return scalar.text
    generated = manifest.part.scalar("metadata", "generateName")
    return f"{generated.text}{UNKNOWN}" if generated else None


def limit(manifest: Manifest, key: str) -> tuple[float, Place] | None:
    """A number of seconds in a Job's spec and where it stands, None where there is none that is known."""
    job = manifest.job
    text = job.text(key) if job else None
    if job is None or text is None or not text.isdigit():
        return None
    return float(text), job.place(key)


def _holds(matcher: Matcher, text: str) -> bool | None:
    if matcher.op in ("=", "!="):
        return (matcher.value == text) == (matcher.op == "=")
    found = _matches(matcher.value, text)
    return None if found is None else found == (matcher.op == "=~")


def _matches(expression: str, text: str) -> bool | None:
    """Whether Prometheus' anchored regular expression takes a text; None where that is not to be tried."""
    wildcards = expression.count("*") + expression.count("+")
    if len(expression) > _LONGEST or len(text) > _LONGEST or wildcards > _MOST_WILDCARDS or _RISKY.search(expression):
        return None
    try:
        return re.fullmatch(expression, text) is not None
    except re.error:
        return None
