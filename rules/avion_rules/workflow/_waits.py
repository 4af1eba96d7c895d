"""Waits for Jobs of Kubernetes in workflows, also Helm's and Argo CD's for their hooks, and how long each lasts."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.deeds import Task
from avion_lint.delivery.doings import Doing
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.pipeline import Stage
from avion_lint.pattern import pattern
from avion_lint.record import record

_DURATION = pattern(r"(\d+(?:\.\d+)?)(h|m|s|ms)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_UNLESS_TOLD = {"kubectl wait": 30.0, "helm": 300.0}  # kubectl wait --help: --timeout=30s; helm upgrade --help: 5m0s


@record
class Wait:
    """A wait for a Job that a workflow made; `seconds` is None where it has no end or is not known.

    `by` is `helm` or `argocd` where one of these waits for its hook.
    """

    doing: Doing
    manifest: Manifest
    seconds: float | None
    by: str = ""


def waits(stage: Stage) -> Iterator[Wait]:
    """Every wait of a job for the Job that it made last."""
    made: Manifest | None = None
    for doing in stage.doings:
        by = _deploying(doing)
        if by and doing.manifest is not None:
            yield Wait(doing, doing.manifest, _seconds(doing, by), by)
        elif doing.manifest is not None and doing.manifest.job is not None:
            made = doing.manifest
        elif doing.task is Task.WAIT and doing.text == "kubectl wait" and made is not None and _is_final(doing):
            yield Wait(doing, made, _seconds(doing))


def _deploying(doing: Doing) -> str:
    """`helm` or `argocd` where one of them runs the Job as its hook, and waits for it."""
    job, words = doing.manifest, _words(doing)
    if job is None or job.kind != "Job":
        return ""
    if words[:1] == ["helm"] and words[1:2] in (["upgrade"], ["install"]) and job.helm_hooks:
        return "helm"
    return "argocd" if words[:3] == ["argocd", "app", "sync"] and (job.argo_hooks or job.helm_hooks) else ""


def _words(doing: Doing) -> list[str]:
    return [word.shape for word in doing.call.words] if doing.call else []


def _is_final(doing: Doing) -> bool:
    """Whether it waits for a Job, and no loop around it looks again."""
    call = doing.call
    loop = call.command.loops[-1] if call is not None and call.command.loops else None
    if call is not None and loop is not None:
        named = {name for word in call.words for name in word.variables}
        if loop.keyword != "for" or loop.variable not in named:
            return False
    return any(
        word.startswith(("job/", "jobs/", "job.batch/")) or word in ("job", "jobs") for word in _words(doing)[2:]
    )


def _seconds(doing: Doing, by: str = "kubectl wait") -> float | None:
    words = _words(doing)
    for at, word in enumerate(words):
        if word.startswith("--timeout="):
            return seconds(word.partition("=")[2])
        if word == "--timeout" and at + 1 < len(words):
            return seconds(words[at + 1])
    return _UNLESS_TOLD.get(by)


def seconds(text: str) -> float | None:
    """Seconds of a duration of Go's (`5m30s`), or of a bare number; None for what is none, or has no end."""
    if text.isdigit():
        return float(text)
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
