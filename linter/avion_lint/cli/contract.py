"""`avion-lint contract`: what is deprecated, whether it may be dropped by now, and the migration that drops it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from avion_lint.authoring.contraction import Deprecated, deprecated
from avion_lint.authoring.endings import dropped
from avion_lint.authoring.files import Wish, new_files
from avion_lint.authoring.names import COUNTED
from avion_lint.cli.ages import sinces
from avion_lint.cli.case import Cases, cases_of
from avion_lint.cli.contract_report import Ending, Entry, Told, as_json, text
from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.new import author, now, put
from avion_lint.cli.output import complain, say
from avion_lint.cli.roots import root_of
from avion_lint.cli.services import listing, named
from avion_lint.discovery.gather import Collected
from avion_lint.finding import Finding, Related
from avion_lint.judgement.announced import announced
from avion_lint.judgement.assess import assess, migration_paths
from avion_lint.judgement.judge import Case, judge
from avion_lint.judgement.mend import Texts, mend
from avion_lint.judgement.projects import runner_order
from avion_lint.record import record, replace
from avion_lint.runners.migration import Kind, Runner
from avion_lint.runners.script_text import Script
from avion_lint.schema.model import Schema
from avion_lint.source import Document, Place, Span
from avion_lint.subjects import Deprecation, Dialect, Project
from avion_lint.verdict import Found, Result, Verdict

# Families whose findings are about the drop itself: who still uses it, and what makes the statement fail.
_AGAINST = ("CO", "SC")
_FOLDED = (Kind.VERSIONED, Kind.REPEATABLE, Kind.CODE)


def contract(given: Namespace) -> int:
    """List what is deprecated, or write its end. Raises UsageError, SettingsError, GitError."""
    root = Path(root_of("."))
    cases = cases_of(given, datetime.now(tz=UTC).date(), with_baseline=False)
    case = cases({})
    projects = {each.service.root: each for each in assess(case.gathering, case.ground, case.settings, _no).projects}
    told: list[Told] = []
    written: dict[str, str] = {}
    for collected in _chosen(given, case, root):
        project = projects[collected.service.root]
        objects = deprecated(_schema(project), _by_settings(case, collected))
        entries = tuple(_entries(_Trial(given, root, cases, case, collected), project, objects))
        told.append(Told(collected, entries, () if given.write else _endings(root, given, project, case)))
        ready = tuple(entry.object for entry in entries if not entry.why)
        if given.write and ready:
            written |= _Trial(given, root, cases, case, collected).finished(ready)
    if given.write:
        return _write(root, told, written)
    texts = (text(each, headed=len(told) > 1, endings=given.dropped) for each in told)
    say(as_json(told) if given.format == "json" else "\n".join(texts))
    return Exit.CLEAN


def _no() -> None:
    """Tell nobody how far it is."""


def _chosen(given: Namespace, case: Case, root: Path) -> list[Collected]:
    known = [each for each in case.gathering.services if each.files and each.service.dialect is Dialect.POSTGRESQL]
    found = known if given.service is None else named(given.service, known, root)
    if not found:
        which = given.service or "this"
        raise UsageError(f"{which} is no service with migrations for PostgreSQL; {listing(known)}")
    return found


def _schema(project: Project) -> Schema:
    """The schema after all migrations."""
    folded = [each for each in project.migrations if each.kind in _FOLDED]
    return folded[-1].after if folded else project.service.start.schema


def _endings(root: Path, given: Namespace, project: Project, case: Case) -> tuple[Ending, ...]:
    """What is dropped already, with when that landed, and when the deprecation had."""
    gone = dropped(each for each in project.migrations if each.kind in _FOLDED)
    marks = {each.mark.place.document.path for each in gone if each.mark}
    since = sinces(root, given, project.service, marks | {each.path for each in gone}, case.settings)
    return tuple(
        Ending(each, since.get(each.mark.place.document.path) if each.mark else None, since.get(each.path))
        for each in gone
    )


def _by_settings(case: Case, collected: Collected) -> tuple[Deprecation, ...]:
    return announced(case.settings.deprecated, collected, case.ground.tip, case.ground.landed)


@record
class _Trial:
    """Contracting migrations that are judged before they are written."""

    given: Namespace
    root: Path
    cases: Cases
    case: Case
    collected: Collected

    def drafts(self, objects: tuple[Deprecated, ...]) -> dict[str, str]:
        """The migrations that drop objects: one for all that may run together, and one for each of the others.

        Those come first: an index is gone with its table, and dropping it afterwards would fail.
        """
        together = tuple(each for each in objects if not each.alone)
        groups: list[tuple[Deprecated, ...]] = [(each,) for each in objects if each.alone]
        groups += [together] if together else []
        texts: dict[str, str] = {}
        for group in groups:
            texts |= new_files(self.collected, self._wish(group, texts))
        return texts

    def _wish(self, objects: tuple[Deprecated, ...], before: Mapping[str, str]) -> Wish:
        one = objects[0].name.replace(".", "_") if len(objects) == 1 else "deprecated"
        up = "".join(f"{each.sql}\n" for each in objects)
        # In a goose file the way back is left to the fix, which knows the schema before.
        down = "\n" if self.collected.service.runner is Runner.GOOSE else _lost(objects) or "\n"
        script = Script(up, down, transaction=not objects[0].alone)
        base = (*self.case.ground.tip, *before)
        return Wish(f"drop_{one}", script, author(self.root, self.given), now(), base)

    def judged(self, texts: Texts) -> Verdict:
        """The verdict on drafts; nothing but them may be mended."""
        from avion_rules.fixes import all_fixers  # noqa: PLC0415 - for this command only

        case = self.cases(texts)
        closed = frozenset(migration_paths(case.gathering)) - texts.keys()
        return judge(replace(case, fixers=all_fixers, closed=closed))

    def finished(self, objects: tuple[Deprecated, ...]) -> dict[str, str]:
        """The drafts with what `avion-lint fix` adds to them: a lock_timeout, the way back."""
        from avion_rules.fixes import all_fixers  # noqa: PLC0415 - for this command only

        texts = self.drafts(objects)
        mended = mend(lambda more: self.judged({**texts, **more}), tuple(all_fixers()), unsafe=True)
        return {path: _told(text, objects) for path, text in {**texts, **mended.texts}.items()}


_DOWN = "-- +goose Down"


def _told(text: str, objects: tuple[Deprecated, ...]) -> str:
    """The text, with what is lost where no fix has filled its Down section."""
    if not text.rstrip().endswith(_DOWN):
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    dropped = tuple(each for each in objects if each.sql in text)
    return text.rstrip() + end + _lost(dropped).replace("\n", end)


def _lost(objects: tuple[Deprecated, ...]) -> str:
    return "".join(f"-- Lost for good: {each.lost} ({each.kind} {each.name}).\n" for each in objects if each.lost)


def _entries(trial: _Trial, project: Project, objects: tuple[Deprecated, ...]) -> Iterator[Entry]:
    if not objects:
        return
    texts = trial.drafts(objects)
    results = [each for each in trial.judged(texts).results if each.finding.place.document.path in texts]
    marks = {each.mark.place.document.path for each in objects if each.mark}
    named_at = _in_code(trial.case, objects)
    since = sinces(trial.root, trial.given, project.service, marks, trial.case.settings)
    for each in objects:
        minded = (result for result in results if result.rule.family in _AGAINST and result.rule.id not in _NAMED)
        against = [result for result in minded if _is_about(result, each)]
        path = each.mark.place.document.path if each.mark else ""
        why = _why(against[0]) if against else _too_early(trial, each) or named_at.get(each.name, "")
        yield Entry(each, since.get(path), why)


def _too_early(trial: _Trial, each: Deprecated) -> str:
    """Why it is too early, for objects whose drop no rule minds; "" where it is not."""
    if each.mark is None:
        return _announced_too_late(trial, each)
    if not each.mark.applied:
        return f"it is deprecated only in {each.mark.version}, which is not deployed yet"
    wanted, path = trial.collected.service.deprecated_for, each.mark.place.document.path
    order = [file.path for file in sorted(trial.collected.files, key=runner_order) if file.kind in COUNTED]
    after = len(order) - order.index(path) if path in order else 0
    passed = ", ".join(wanted.lacking(after, trial.case.ground.landed.get(path)))
    since = f"it is deprecated since {each.mark.version}, which is not long enough by the settings"
    return f"{since}: {passed}" if passed else ""


def _announced_too_late(trial: _Trial, each: Deprecated) -> str:
    wanted = trial.collected.service.deprecated_for
    entry = next((one for one in _by_settings(trial.case, trial.collected) if one.object == each.name), None)
    passed = ", ".join(entry.lacking(wanted)) if entry else ""
    return f"{entry.told('it')}, which is not long enough (`deprecated-for`): {passed}" if entry and passed else ""


_NAMED = {"CO121", "CO122"}  # that the code names them is said here with the places
_RULES = {"column": "CO102", "table": "CO101"}


def _in_code(case: Case, objects: tuple[Deprecated, ...]) -> dict[str, str]:
    """Where the application's code still has names, as a reason by name; nothing where it is not asked."""
    asked = [each for each in objects if each.kind not in ("constraint", "index")]
    if case.code is None or not asked:
        return {}
    from avion_lint.judgement.code_uses import with_uses  # noqa: PLC0415 - for this command only

    rules = {rule.id: rule for rule in case.rules}
    nowhere = Place(Document("", ""), Span(0, 0))
    pretended = [
        Found(rules[_RULES.get(each.kind, "CO103")], Finding(nowhere, "", object=each.name), "") for each in asked
    ]
    used = with_uses(pretended, case.code)
    for each in used.unchecked:
        complain(f"not checked: {each.why}{f'; {each.mend}' if each.mend else ''}")
    return {each.finding.object: _at(each.finding.related) for each in used.found if each.finding.related}


def _at(related: tuple[Related, ...]) -> str:
    places = (f"{use.place.document.path}:{use.place.start.line}: {use.message}" for use in related)
    return f"the code still has it: {'; '.join(places)}"


def _is_about(result: Result, each: Deprecated) -> bool:
    """Whether a finding stands in the line of the statement that drops the object."""
    place = result.finding.place
    line = place.document.line_span(place.start.line)
    return place.document.text[line.start : line.end].strip() == each.sql


def _why(result: Result) -> str:
    """The reason in one line: a rule of compatibility says in its remedy what must come first."""
    finding = result.finding
    words = finding.remedy if result.rule.family == "CO" and finding.remedy else finding.message
    return words.split("\n", 1)[0]


def _write(root: Path, told: list[Told], written: dict[str, str]) -> int:
    for each in told:
        for entry in each.entries:
            if entry.why:
                complain(f"{entry.object.kind} {entry.object.name} stays: {entry.why}")
    if not written:
        complain("nothing that is deprecated may be dropped now, so nothing is written")
        return Exit.CLEAN
    return put(root, written, dry_run=False)
