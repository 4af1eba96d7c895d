"""A sync of Argo CD's, or an upgrade of Helm's, that leaves out the hooks, and with them the migration."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.shell.words import Word

_SELECTIVE = ("--resource", "--label")
_REPLACING = ("--force", "--replace")


@rule("WF123", subject=Delivery)
def hooks_skipped_by_sync(delivery: Delivery) -> Iterator[Finding]:
    """Find a deployment by Argo CD or Helm that runs no hooks although a hook migrates."""
    hooks = [each for each in delivery.manifests if each.migrates and (each.argo_hooks or each.helm_hooks)]
    if not hooks and not delivery.services:
        return
    for run in delivery.runs:
        if any(each.helm_hooks for each in hooks):
            yield from _helm(run)
        for act in run.acts if "argocd" in run.script.text else ():
            if act.words[:3] != ("argocd", "app", "sync"):
                continue
            word = _leaving_out(act)
            if word is not None:
                yield run.finding(
                    word.where.place,
                    f"The migration is left out: with `{word.raw}` Argo CD runs no hooks, and the new application is "
                    "brought out over the old schema.",
                    "Sync the whole application (`argocd app sync NAME`), and wait for it (`argocd app wait NAME "
                    "--operation --health`).",
                )
            elif (word := _word(act, _REPLACING)) is not None:
                yield run.finding(
                    word.where.place,
                    f"`{word.raw}` deletes and makes anew what cannot be changed in place: pods of the application "
                    "stop, and a Job that migrates is ended in the middle.",
                    "Sync without it, and give Jobs that migrate `generateName` or a hook's delete policy instead.",
                )


def _helm(run: Run) -> Iterator[Finding]:
    for act in run.acts if "--no-hooks" in run.script.text else ():
        word = _word(act, ("--no-hooks",))
        if word is not None and act.words[:1] == ("helm",) and act.words[1:2] in (("upgrade",), ("install",)):
            yield run.finding(
                word.where.place,
                f"The migration is left out: with `{word.raw}` Helm runs no hooks, and the new application is brought "
                "out over the old schema.",
                "Take it away; where the migration is not wanted once, give the chart a value that leaves it out.",
            )


def _leaving_out(act: Act) -> Word | None:
    word = _word(act, _SELECTIVE)
    if word is not None:
        return word
    words = act.call.words
    for at, each in enumerate(words):
        if each.shape == "--strategy=apply" or (each.shape == "apply" and words[at - 1].shape == "--strategy"):
            return each
    return None


def _word(act: Act, options: tuple[str, ...]) -> Word | None:
    return next((each for each in act.call.words if each.shape.partition("=")[0] in options), None)
