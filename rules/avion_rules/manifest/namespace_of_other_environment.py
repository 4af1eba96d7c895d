"""Objects whose file or label tells another environment than their namespace."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.source import Place


@rule("KM128", subject=Manifest)
def namespace_of_other_environment(manifest: Manifest) -> Iterator[Finding]:
    """Find an object in a namespace of another environment than its file or its label tells."""
    scalar = manifest.part.scalar("metadata", "namespace")
    if scalar is None or not scalar.known or manifest.inline:
        return
    is_about = manifest.migrates is not None or _is_settings(manifest)
    there = environment_of(scalar.text)
    for words, place in _told(manifest) if there and is_about else ():
        other = environment_of(words)
        if other and other != there:
            yield manifest.finding(
                scalar,
                f"This is said to be for {other} and goes to {there}'s namespace {scalar.text}: one of the two "
                "databases gets what is meant for the other.",
                "Correct the namespace, or move the file.",
                related=(Related(place, f"for {other}, by `{words}`"),) if place else (),
            )
            return


def _is_settings(manifest: Manifest) -> bool:
    return manifest.kind in ("ConfigMap", "Secret", "ServiceAccount") and "migrat" in manifest.name.lower()


def _told(manifest: Manifest) -> Iterator[tuple[str, Place | None]]:
    """Words that tell the environment, and where they stand: the label, the file's folders from the innermost."""
    for key in ("environment", "env"):
        scalar = manifest.part.scalar("metadata", "labels", key)
        if scalar is not None and scalar.known:
            yield scalar.text, manifest.yaml.place(scalar)
    folders = [word for word in manifest.path.split("/") if environment_of(word)]
    if folders:
        yield folders[-1], None
