"""Waits for a Job to complete that do not see it fail."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules.command._words import is_about_migrations, names_migration

_DONE, _FAIL = pattern(r"[Cc]omplete|succeeded"), pattern(r"fail|timeout|exit", 2)  # re.IGNORECASE
_DEFAULT = "30 seconds"  # kubectl wait --help: --timeout=30s


_SEES = ('"Failed"', "'Failed'", "*Failed*", "Failed)", ".status.failed", "=failed", "=Failed")


@rule("SH103", subject=Run)
def wait_blind_to_failure(run: Run) -> Iterator[Finding]:
    """Find a wait for a Job to complete that does not see it fail."""
    waits = [
        act for act in run.acts if _waits_for(act, "complete") and (is_about_migrations(run) or names_migration(act))
    ]
    if any(_waits_for(act, "failed") for act in run.acts) or any(mark in run.script.text for mark in _SEES):
        return
    yield from _polling(run)
    for act in waits:
        limit = _option(act, "--timeout")
        known = _DEFAULT if not limit else "" if "\ue000" in limit else limit
        until = f"{known} have passed" if known else "its time is over"
        yield run.finding(
            act.place,
            f"Does not see the Job fail: `kubectl wait --for=condition=complete` goes on until {until}, and then "
            "tells a timeout whatever happened.",
            _remedy(act),
        )


def _polling(run: Run) -> Iterator[Finding]:
    """A loop that asks whether a Job is complete, and for nothing else."""
    for act in run.acts if is_about_migrations(run) else ():
        loop = act.call.command.loops[-1] if act.call.command.loops else None
        if loop is None or act.words[:2] != ("kubectl", "get") or not any(map(_asks_status, act.words)):
            continue
        text = loop.where.place.text
        if _DONE.search(text) and not _FAIL.search(text):
            yield run.finding(
                act.place,
                "Does not see the Job fail: the loop asks only whether it is complete, until its time is over.",
                'Ask for both ends: `case "$state" in *Complete* | *Failed*) break ;; esac`, and for which of them it '
                "was behind the loop.",
            )


def _asks_status(word: str) -> bool:
    return "jsonpath" in word and "status" in word


def _waits_for(act: Act, condition: str) -> bool:
    if act.words[:1] != ("kubectl",) or "wait" not in act.words:
        return False
    asked = _option(act, "--for").lower()
    return asked.startswith(f"condition={condition}") and any(_is_job(word) for word in act.words)


def _is_job(word: str) -> bool:
    return word.partition("/")[0] in {"job", "jobs", "job.batch", "jobs.batch"}


def _option(act: Act, name: str) -> str:
    for number, word in enumerate(act.words):
        if word == name and number + 1 < len(act.words):
            return act.words[number + 1]
        if word.startswith(f"{name}="):
            return word[len(name) + 1 :]
    return ""


def _remedy(act: Act) -> str:
    words = [word.raw for word in act.call.words]
    job = next((word for word in words if _is_job(word.strip("\"'"))), "job/NAME")
    if "/" not in job:
        job = next((f"job/{word}" for word in words[words.index(job) + 1 :] if not word.startswith("-")), "job/NAME")
    at = next((number for number, word in enumerate(words) if word in {"-n", "--namespace"}), None)
    namespace = f" -n {words[at + 1]}" if at is not None and at + 1 < len(words) else ""
    path = """-o jsonpath='{.status.conditions[?(@.status=="True")].type}'"""
    return (
        "Ask for both ends:\nstate=\nfor _ in $(seq 120); do\n"
        f"  state=$(kubectl get {job}{namespace} {path})\n"
        '  case "$state" in *Complete* | *Failed*) break ;; esac\n  sleep 5\ndone\n'
        f'case "$state" in *Complete*) ;; *) kubectl logs {job}{namespace} >&2; exit 1 ;; esac'
    )
