"""Whether every deployment gives a Job a name of its own."""

from __future__ import annotations

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.pattern import pattern

_SAME = pattern(r"\.Release\.Name|fullname|\.Chart\.Name|nameOverride|\.[Ss]ervice(?:Name)?\b|\.[Aa]pp(?:Name)?\b")
_NEW = pattern(
    r"revision|build|version|tag|sha|commit|\bnow\b|date|timestamp|rand|uuid|number|hash|run_?id|attempt", 2
)  # re.IGNORECASE
_NUMBERED = pattern(r"[-.](?=[0-9a-f]*[0-9])[0-9a-f]+$")
"""How names end that were filled in: with a number, or a commit."""
_ACTION = pattern(r"\{\{.*?\}\}")


def is_fixed(manifest: Manifest) -> bool:
    """Whether a Job is surely called the same at every deployment."""
    scalar = manifest.part.scalar("metadata", "name")
    if scalar is None or scalar.known:
        return scalar is not None and "$" not in scalar.text and not _NUMBERED.search(scalar.text)
    if manifest.inline or not manifest.yaml.is_template:
        return False
    actions = _ACTION.findall(manifest.name)
    return bool(actions) and all(_SAME.search(each) and not _NEW.search(each) for each in actions)


def is_new(manifest: Manifest) -> bool:
    """Whether a Job is surely called otherwise at every deployment."""
    scalar = manifest.part.scalar("metadata", "name")
    if scalar is None:
        return manifest.part.has("metadata", "generateName")
    return not scalar.known and bool(_NEW.search(manifest.name))
