"""`avion-lint plan`: what would be run, and what is against it; nothing is changed."""

from __future__ import annotations

from argparse import Namespace

from avion_lint.cli.exit_codes import Exit
from avion_lint.cli.operating.answers import answers
from avion_lint.cli.operating.cluster import kubectl_for, planned_answer
from avion_lint.cli.operating.preparation import place_of, prepare
from avion_lint.cli.output import complain, say
from avion_lint.executor.kubernetes.seeing import under_way
from avion_lint.executor.problem import CannotRunError
from avion_lint.report import plan_text
from avion_lint.settings.environments import Mode
from avion_lint.timeline.build import timeline

_AS_A_DRY_RUN = {"plan": None, "approval": None, "dry_run": True, "again": False}


def plan(given: Namespace) -> int:
    """Print the plan; 0 where a dry run of it would pass."""
    try:
        place = place_of(given)
        kubectl = kubectl_for(given, place) if place.environment.mode is Mode.KUBERNETES else None
        left = under_way(kubectl, place.key) if kubectl else ()
        prepared = prepare(given, place)
        asked = planned_answer(prepared, kubectl, left) if kubectl else ()
    except CannotRunError as error:
        complain(f"{error.text}{f'. To mend it, {error.mend}' if error.mend else ''}")
        return Exit.UNCHECKED
    found = (*answers(Namespace(**{**vars(given), **_AS_A_DRY_RUN}), prepared), *asked)
    against = tuple(reason for answer in found for reason in answer.against)
    shown = plan_text.Shown(
        prepared.plan,
        prepared.gate.verdict,
        prepared.checks,
        prepared.estimate,
        against,
        {migration.path: timeline(migration) for migration in prepared.migrations},
        prepared.merged.commit,
    )
    say(_WRITERS[given.format](shown))
    return Exit.FINDINGS if against else Exit.CLEAN


_WRITERS = {"text": plan_text.text, "markdown": plan_text.markdown, "json": plan_text.as_json}
