"""What databases themselves say is applied, put in the place of what the base branch says; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from avion_lint import tool
from avion_lint.applied.model import AppliedState, Row
from avion_lint.applied.text import text_sha256
from avion_lint.discovery.gather import Collected, Gathering, name_of, owner
from avion_lint.finding import Finding
from avion_lint.history.changes import Change
from avion_lint.history.deployments import Deployment
from avion_lint.history.ground import Ground
from avion_lint.record import record, replace
from avion_lint.runners.flyway_checksum import checksum
from avion_lint.runners.migration import FileName, Kind, MigrationFile, Runner
from avion_lint.source import Document, Place, Span
from avion_lint.verdict import Found, Unchecked

States = Mapping[str, AppliedState]
"""Applied states by the root of their service."""

_IN_FILES = ("SQL", "SQL_BASELINE")  # Java migrations may be anywhere
_COUNTED = (Kind.VERSIONED, Kind.CODE, Kind.BASELINE, Kind.REPEATABLE)


def with_states(ground: Ground, gathering: Gathering, states: States, *, as_landed: bool = False) -> Ground:
    """The same ground where the services with a state go by it: applied is what it lists, all else is judged.

    An edit that gives a file the very text that was run is none. `as_landed` tells that every migration is judged as
    new as it was when it landed, which no state changes.
    """
    if not states:
        return ground
    deployments, judged, edited = dict(ground.deployments), set(ground.judged), set(ground.edited)
    tip, witnesses = set(ground.tip), dict(ground.witnesses)
    changes = tuple(change for change in ground.changes if _stands(change, gathering, states))
    touched = {change.path for change in changes if change.before is not None and change.is_told}
    for collected in gathering.services:
        state = states.get(collected.service.root)
        if state is None:
            continue
        for file in _counted(collected):
            path = file.path
            if as_landed:
                continue
            if has(state, file):
                deployments[path] = Deployment(0, state.title, applied=True)
                witnesses[path] = state.witness
                if path not in touched:
                    judged.discard(path)
                    edited.discard(path)
            else:
                deployments[path] = Deployment(1, "what is applied next", applied=False)
                judged.add(path)
                edited.discard(path)
        tip = {path for path in tip if _applied(path, collected, state)}
    witnesses |= dict(_witnesses(changes, gathering, states))
    count = sum(len(state.rows) for state in dict.fromkeys(states.values()))
    titles = ", ".join(sorted({f"{state.title} ({state.document.path})" for state in states.values()}))
    # What the base branch alone would leave to judge is said of no service that goes by an export.
    base = ground.assumed.removesuffix(": nothing is new, so nothing is judged").removesuffix(", so nothing is judged")
    assumed = f"{base}; of services with an export, what it lists is applied: {count:,} in {titles}"
    return replace(
        ground,
        deployments=deployments,
        judged=frozenset(judged),
        edited=frozenset(edited),
        tip=frozenset(tip),
        ahead=ground.ahead & tip,
        changes=changes,
        witnesses=witnesses,
        assumed=assumed,
        missing=ground.missing if len(states) < len(gathering.services) else None,
    )


def _counted(collected: Collected) -> Iterator[MigrationFile]:
    return (file for file in collected.files if file.kind in _COUNTED and file.path not in collected.shared)


def _name(file: MigrationFile) -> FileName:
    return FileName(file.kind, file.version, file.description)


def has(state: AppliedState, file: MigrationFile) -> bool:
    """Whether a migration is applied; a repeatable one only with the text that it has now."""
    if file.kind is Kind.REPEATABLE:
        row = state.row(_name(file))
        return row is not None and not row.failed and row.checksum == checksum(file.document.text)
    return state.has(_name(file))


def _applied(path: str, collected: Collected, state: AppliedState) -> bool:
    """Whether a path of the base branch is another service's, or applied."""
    name = name_of(collected, path) if _inside(path, collected) else None
    return name is None or state.has(name)


def _inside(path: str, collected: Collected) -> bool:
    root = collected.service.root
    return not root or path.startswith(f"{root}/")


def _stands(change: Change, gathering: Gathering, states: States) -> bool:
    """Whether a change is one still, measured by what the database has run."""
    if change.before is None:
        return True
    collected = owner(change.before.path, gathering)
    state = states.get(collected.service.root) if collected else None
    name = name_of(collected, change.before.path) if collected else None
    if state is None or name is None:
        return True
    if not state.has(name):
        return False
    row = state.row(name)
    same_name = change.renamed_from is None and change.after is not None
    return not (same_name and row is not None and change.after is not None and _is_text_of(row, change.after, state))


def _is_text_of(row: Row, document: Document, state: AppliedState) -> bool:
    """Whether this is surely the text that was run."""
    if state.runner is Runner.FLYWAY:
        return row.checksum is not None and row.checksum == checksum(document.text)
    return bool(row.sha256) and row.sha256 == text_sha256(document.text)


def _witnesses(changes: tuple[Change, ...], gathering: Gathering, states: States) -> Iterator[tuple[str, str]]:
    for change in changes:
        collected = owner(change.before.path, gathering) if change.before else None
        if collected and change.before and collected.service.root in states:
            yield change.before.path, states[collected.service.root].witness


# --- what contradicts -------------------------------------------------------------------------------------------


@record
class Testimony:
    """What is found of the states themselves."""

    found: tuple[Found, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()


def testimony(
    before: Ground, ground: Ground, gathering: Gathering, states: States, *, days: Mapping[str, int], today: date
) -> Testimony:
    """Where states are too old, or contradict the files; `before` is the ground without them.

    `days` says by the root of the service after how many days a state is too old.
    """
    found: list[Found] = []
    unchecked: dict[str, Unchecked] = {}
    for collected in gathering.services:
        state = states.get(collected.service.root)
        if state is None:
            continue
        name = collected.service.name
        found.extend(
            Found(tool.OLD_APPLIED_STATE, each, name) for each in _old(state, days[collected.service.root], today)
        )
        contradicting = contradictions(state, collected, before, ground)
        found.extend(Found(tool.APPLIED_STATE_CONTRADICTS, each, name) for each in contradicting)
        if state.exported is None:
            newest = f"; its newest row is of {state.newest}" if state.newest else ""
            why = f"whether it is too old: it does not tell when it was exported{newest}"
            mend = (
                "say so in avion-lint.yaml: applied: {file: …, exported: YYYY-MM-DD}, or use `avion-lint applied pull`"
            )
            unchecked[state.document.path] = Unchecked(state.document.path, None, why, mend)
    return Testimony(tuple(found), tuple(unchecked.values()))


def _old(state: AppliedState, days: int, today: date) -> Iterator[Finding]:
    if state.exported is None or (today - state.exported).days <= days:
        return
    age = (today - state.exported).days
    message = (
        f"{state.title} was exported on {state.exported}, {age:,} days ago: what was applied since then is not known, "
        "and a change to it would pass."
    )
    remedy = "Export it anew with `avion-lint applied pull`."
    place = Place(state.document, Span(0, 0))
    yield Finding(place, message, remedy, object=state.document.path)


def contradictions(state: AppliedState, collected: Collected, before: Ground, ground: Ground) -> Iterator[Finding]:
    """What a state has run otherwise than the files say: failed, without a file, with another text."""
    files = {_key(_name(file)): file for file in _counted(collected)}
    base = {_key(name) for path in before.tip if _inside(path, collected) and (name := name_of(collected, path))}
    told = {change.path for change in ground.changes if change.before is not None}
    for row in state.rows:
        key = row.version or row.description
        file = files.get(key)
        shown = str(row.version or row.description)
        if row.failed:
            message = f"{shown} failed in {state.name or 'the database'}: Flyway refuses to go on until that is mended."
            yield Finding(row.place, message, "Mend the database by hand, then run `flyway repair`.", object=shown)
        elif file is None and key not in base and row.type in _IN_FILES:
            yield _unknown(row, state, collected, ground)
        elif file is not None and file.path not in told:
            message = _another_text(row, file, state)
            if message:
                remedy = (
                    "Put back what was run (`avion-lint history --audit` tells which commit changed it), and make the "
                    "change in a new migration."
                )
                yield Finding(row.place, message, remedy, object=shown)


def _key(name: FileName) -> object:
    return name.version or name.description


def _is_cut(recorded: str, description: str) -> bool:
    """Whether Flyway recorded only the beginning of a long description, or none."""
    return not recorded or (recorded.endswith("...") and description.startswith(recorded.removesuffix("...")))


def _unknown(row: Row, state: AppliedState, collected: Collected, ground: Ground) -> Finding:
    shown = f"version {row.version}" if row.version else f"`{row.description}`"
    nor = f", and {base} has none either" if (base := ground.base_of(collected.service.root)) else ""
    message = f"{state.title} has run {shown}, for which {collected.service.name} has no file here{nor}."
    remedy = (
        "Put its file back or fetch the branch that has it; where the export is another service's, name the right one."
    )
    return Finding(row.place, message, remedy, object=str(row.version or row.description))


def _another_text(row: Row, file: MigrationFile, state: AppliedState) -> str:
    """Why a file is not what was run; "" where it is, or where that cannot be told."""
    if file.kind is Kind.REPEATABLE or row.type not in _IN_FILES:
        return ""
    name = state.name or "the database"
    if state.runner is Runner.GOOSE:
        if not row.sha256 or not file.document.text or row.sha256 == text_sha256(file.document.text):
            return ""
        return (
            f"{file.path} is not the file that was there when version {row.version} was first seen applied in {name}."
        )
    here = checksum(file.document.text)
    if row.checksum is not None and here != row.checksum:
        return (
            f"{file.path} is not the file that was run in {name}: Flyway recorded the checksum {row.checksum}, and the "
            f"file's is {here}; `migrate` and `validate` end with a checksum mismatch."
        )
    if row.description != file.description and not _is_cut(row.description, file.description):
        return (
            f"{file.path} has another description than {name} recorded, `{row.description}`: `migrate` and `validate` "
            "end with a description mismatch."
        )
    return ""
