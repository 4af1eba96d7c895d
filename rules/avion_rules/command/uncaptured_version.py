"""Variables that are to hold goose's version and are always empty."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_rules.command._versions import captured


@rule("SH111", subject=Run)
def uncaptured_version(run: Run) -> Iterator[Finding]:
    """Find a variable that is to hold goose's version and is always empty."""
    found = tuple(captured(run))
    if not found:
        return
    names = list(dict.fromkeys(name for name, _ in found))
    name, first = found[0]
    are = "is always empty" if len(names) == 1 else f"is always empty, and so {_listed(names[1:])}"
    yield run.finding(
        first.place,
        f"{name} {are}: goose writes the version to standard error, which `$(…)` does not take. What is compared "
        "with it, or computed from it, says nothing.",
        f"{name}=$({first.place.text} 2>&1 | awk '/goose: version/ {{print $NF}}')\n"
        f'[ -n "${name}" ] || {{ echo "version unknown" >&2; exit 1; }}',
        related=tuple(Related(act.place, f"{each} is empty too") for each, act in found[1:]),
    )


def _listed(names: list[str]) -> str:
    return f"{'is' if len(names) == 1 else 'are'} {' and '.join(names)}"
