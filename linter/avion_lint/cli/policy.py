"""`avion-lint policy test` and `avion-lint policy show`: a policy tried on its examples, and what it comes to."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.checks.model import Check
from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import load_settings, rules_here, under
from avion_lint.cli.output import complain, say
from avion_lint.cli.roots import root_of
from avion_lint.cli.steered import Steered, steer
from avion_lint.judgement.trial import Trial, tried
from avion_lint.problems import describe
from avion_lint.report.plain import harmless
from avion_lint.report.policy import Shown, as_json, as_text, shown
from avion_lint.report.wording import plural


def test(given: Namespace) -> int:
    """Try each check of the policies on its examples; 1 where one does not do as it says, 3 where there is none."""
    root = root_of(given.policies[0] if given.policies else ".")
    trials = [tried(check) for check in _checks(given, root)]
    if not trials:
        complain("there is nothing to test: no check stands in the policy (`checks:`)")
        return Exit.UNCHECKED
    for trial in trials:
        say(_told(trial))
    say(_summed_up(trials))
    return Exit.FINDINGS if any(each.wrong or each.untested for each in trials) else Exit.CLEAN


def _checks(given: Namespace, root: str) -> tuple[Check, ...]:
    """The checks of the files that are named, or of the policy of the settings."""
    if not given.policies:
        own = rules_here(root, given.settings)
        load_settings(root, given.settings, own.rules)  # which says what is wrong with the policy's name
        return own.checks
    found: dict[str, Check] = {}
    for path in given.policies:
        if not Path(path).is_file():
            raise UsageError(f"{path}: no such file")
        own = rules_here(root, None, _as_file(root, path))
        found |= {f"{check.place.document.path} {check.id}": check for check in own.checks}
    return tuple(found.values())


def _as_file(root: str, path: str) -> str:
    """The path from the root, in a form that no policy's name has."""
    inside = under(root, path)
    if not inside.endswith((".yaml", ".yml")):
        raise UsageError(f"{path}: a policy is a YAML file (.yaml, .yml)")
    return inside


def _told(trial: Trial) -> str:
    """Lines about one check."""
    check, where = trial.check, describe((trial.check.place, ""))
    lines = [f"{describe((place, harmless(message)))}\n" for place, message in trial.wrong]
    if trial.untested:
        lines.append(f"{where}{check.id} {check.name} is not tested enough: {trial.untested}\n")
    if lines:
        return "".join(lines)
    return f"{where}{check.id} {check.name}: {plural(trial.failing + trial.passing, 'example')} as it should be\n"


def _summed_up(trials: list[Trial]) -> str:
    examples = sum(each.failing + each.passing for each in trials)
    wrong = sum(len(each.wrong) for each in trials)
    untested = sum(bool(each.untested) for each in trials)
    said = f"{plural(len(trials), 'check')}, {plural(examples, 'example')}"
    if not wrong and not untested:
        return f"{said}: all as they should be\n"
    return f"{said}: {wrong} not as it should be, {plural(untested, 'check')} not tested enough\n"


def show(given: Namespace) -> int:
    """Print every rule with its level, its options and where each of them is said."""
    root = root_of(".")
    steered = steer(given, root, datetime.now(tz=UTC).date())
    environment = _environment(given.environment, steered)
    found = shown(steered.rules, steered.policy, environment, everything=given.all)
    name = given.policy or steered.settings.policy
    about = Shown(name, given.environment or "", environment, steered.steering.said, found)
    say(as_json(about) if given.format == "json" else as_text(about))
    return Exit.CLEAN


def _environment(asked: str | None, steered: Steered) -> str:
    """The environment of the policy that is meant: of that name, or of the profile that the settings give to it."""
    if not asked:
        return ""
    names = tuple(each.name for each in steered.policy.environments)
    profiles = {each.name: str(each.profile) for each in steered.settings.environments}
    from avion_lint.checks.belonging import Belonging  # noqa: PLC0415 - only where an environment is asked for

    meant = Belonging(names, profiles=profiles).word(asked)
    if meant in names or asked in profiles:
        return meant
    from avion_lint.problems import suggestion  # noqa: PLC0415 - only for a mistake

    known = tuple(sorted({*names, *profiles}))
    listed = f"; there are {', '.join(known)}" if known else "; the policy has no `environments:`"
    raise UsageError(f"no environment is called `{asked}`{suggestion(asked, known) or listed}")
