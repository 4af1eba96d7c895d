"""The trail's two places against each other: what only one of them has, and what that means; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from avion_lint.executor.trail.table import Owner, is_whole
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.executor.trail.audit import Entry


@record
class Odd:
    """What the two do not agree on; `wrong` where somebody must have had a hand in it."""

    text: str
    wrong: bool


def together(file: Sequence[Entry], table: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries of both, each once, in the order of their times where the table has any that the file has not."""
    known = {entry["hash"] for entry in file}
    more = [entry for entry in table if entry["hash"] not in known]
    return tuple(sorted((*file, *more), key=lambda entry: str(entry["at"]))) if more else tuple(file)


def compared(file: Sequence[Entry], table: Sequence[Entry], owner: Owner) -> Iterator[Odd]:
    """What the file and the table have otherwise of a service, told by the first of each sort."""
    changed = [entry for entry in table if not is_whole(entry)]
    if changed:
        number = "1 entry" if len(changed) == 1 else f"{len(changed)} entries"
        words = "was changed after it was" if len(changed) == 1 else "were changed after they were"
        yield Odd(f"{number} of the table {words} written: {_shown(changed[0])}", wrong=True)
    own = [entry for entry in file if (entry.get("service"), entry.get("environment")) == _pair(owner)]
    there, here = {entry["hash"] for entry in table}, {entry["hash"] for entry in file}
    yield from _not_in_table([entry for entry in own if entry["hash"] not in there], own, there)
    yield from _not_in_file([entry for entry in table if is_whole(entry) and entry["hash"] not in here], here)


def _not_in_table(missing: list[Entry], own: list[Entry], there: set[str]) -> Iterator[Odd]:
    """What the table lacks: it was taken out where a later run has been there, which would have brought it."""
    begins = [at for at, entry in enumerate(own) if entry["hash"] in there and str(entry["event"]).endswith("-begun")]
    last = max((at for at in begins if own[at]["event"] != "step-begun"), default=-1)
    gone = [entry for entry in missing if own.index(entry) < last]
    if gone:
        yield Odd(f"{_counted(gone)} taken out of the table: {_shown(gone[0])}", wrong=True)
    late = len(missing) - len(gone)
    if late:
        words = "not in the table yet: the database was away, and the next run brings them"
        yield Odd(f"{late} {'entry is' if late == 1 else 'entries are'} {words}", wrong=False)


def _not_in_file(missing: list[Entry], here: set[str]) -> Iterator[Odd]:
    """What the file lacks: it was cut away where it follows on what the file has, else another machine wrote it."""
    known = set(here)
    cut = []
    for entry in missing:
        if entry["previous"] in known:
            cut.append(entry)
            known.add(entry["hash"])
    if cut:
        yield Odd(f"{_counted(cut)} cut away from the file: {_shown(cut[0])}", wrong=True)
    others = {entry["run"] for entry in missing} - {entry["run"] for entry in cut}
    if others:
        words = "1 run is" if len(others) == 1 else f"{len(others)} runs are"
        yield Odd(f"{words} only in the table: written on another machine, or before this file was begun", wrong=False)


def _pair(owner: Owner) -> tuple[str, str]:
    return owner.service, owner.environment


def _counted(found: list[Entry]) -> str:
    return "1 entry was" if len(found) == 1 else f"{len(found)} entries were"


def _shown(entry: Entry) -> str:
    return f"{entry['event'] or 'something'} of run {entry['run'] or '?'} at {entry['at'] or '?'}"
