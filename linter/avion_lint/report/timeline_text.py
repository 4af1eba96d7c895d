"""Lock timelines drawn for a terminal: statements downwards, a column for each relation that they lock."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.report.plain import cells, harmless, width
from avion_lint.report.style import Paint, Style
from avion_lint.sql.effects import Lock
from avion_lint.timeline.model import Holder, Step, Timeline, Work
from avion_lint.timeline.words import MOST_REMARKS, blocks, called, remarks, span_words, stretch_words, summary

_LETTERS = "ABCDEFGHIJKL"  # of the relations that get a column
_LEAST = 60


@record
class Signs:
    """The characters of a drawing."""

    everything: str = "█"
    writes: str = "▓"
    schema: str = "▒"
    weak: str = "│"
    none: str = "·"
    top: str = "┌"
    middle: str = "│"
    bottom: str = "└"
    only: str = "["
    dot: str = "·"
    cut: str = "…"

    def of(self, lock: Lock) -> str:
        """The sign of a lock, by what it keeps waiting."""
        if lock is Lock.ACCESS_EXCLUSIVE:
            return self.everything
        if lock.blocks:
            return self.writes
        return self.schema if lock is Lock.SHARE_UPDATE_EXCLUSIVE else self.weak


ASCII = Signs("#", "=", "+", "|", ".", "/", "|", "\\", "[", "-", "~")
_MARKS = {Work.REWRITE: "R", Work.BUILD: "B", Work.SCAN: "S", Work.CHANGE: "C"}
_MARK_WORDS = {"R": "writes it anew", "B": "builds an index", "S": "reads it in full", "C": "changes many rows"}


@record
class Look:
    """How to draw: colours or none, characters, and how many columns there are."""

    style: Style
    signs: Signs = Signs()
    columns: int = 80

    @property
    def ascii(self) -> bool:
        """Whether nothing but ASCII may be written."""
        return self.signs.cut.isascii()


def render(timeline: Timeline, look: Look) -> str:
    """One timeline as text; no line is longer than `look.columns` (at least 60)."""
    lines = "".join(f"{line.rstrip()}\n" for line in _lines(timeline, look))
    return lines.encode("ascii", "replace").decode("ascii") if look.ascii else lines


def _lines(timeline: Timeline, look: Look) -> Iterator[str]:
    dot = f" {look.signs.dot} "
    title = f"{timeline.path}{dot}{timeline.direction}{dot}PostgreSQL {timeline.postgres}"
    yield from (look.style.paint(Paint.PLACE, line) for line in _wrapped(title, look))
    for words in timeline.gaps:
        yield from (look.style.paint(Paint.ERROR, line) for line in _wrapped(_plain(words, look), look, "  "))
    if not timeline.steps:
        yield from () if timeline.gaps else ("  It holds no statements.",)
        return
    yield from _wrapped(_plain(summary(timeline), look), look, "  ")
    for words in stretch_words(timeline):
        yield from (look.style.paint(Paint.QUIET, line) for line in _wrapped(_plain(words, look), look, "  "))
    shown = timeline.felt()[: len(_LETTERS)]
    yield ""
    yield from _legend(timeline, shown, look)
    yield from _drawing(timeline, shown, look)
    yield from _key(timeline, shown, look)
    said = list(remarks(timeline))
    if said:
        yield ""
    bullet = f"  {look.signs.dot} "
    for remark in said[:MOST_REMARKS]:
        yield from _wrapped(_plain(remark.text, look), look, bullet, " " * len(bullet))
    if len(said) > MOST_REMARKS:
        yield f"{bullet}{len(said) - MOST_REMARKS:,} more relations are held while others wait."


# --- relations ---------------------------------------------------------------------------------------------------


def _legend(timeline: Timeline, shown: tuple[int, ...], look: Look) -> Iterator[str]:
    for letter, at in zip(_LETTERS, shown, strict=False):
        lane = timeline.lanes[at]
        sign = look.style.paint(_paint(lane.worst.lock), look.signs.of(lane.worst.lock))
        sure = "" if lane.worst.sure else "perhaps "
        words = f"{called(lane)}: {sure}{lane.worst.lock}, {span_words(lane.worst)}"
        lines = _wrapped(_plain(words, look), look, " " * 6)
        yield f"  {letter} {sign} {next(lines)[6:]}"
        yield from lines
    hidden = len(timeline.felt()) - len(shown)
    if hidden > 0:
        yield f"      and {hidden:,} more that are held no more strongly than the last of these"
    if shown:
        yield ""


def _key(timeline: Timeline, shown: tuple[int, ...], look: Look) -> Iterator[str]:
    used = {held.lock for at in shown for held in timeline.lanes[at].held}
    if used:
        yield ""
    for lock in sorted(used, key=lambda each: -each.strength):
        first = f"  {look.signs.of(lock)} "
        words = f"{lock} blocks {blocks(lock)}"
        yield from (look.style.paint(Paint.QUIET, line) for line in _wrapped(_plain(words, look), look, first, " " * 4))
    marks = {_MARKS[deed.work] for step in timeline.steps for deed in step.deeds if deed.lane in shown}
    words = "   ".join(f"{mark} {said}" for mark, said in _MARK_WORDS.items() if mark in marks)
    if words:
        yield look.style.paint(Paint.QUIET, f"  {words}")


# --- the drawing -------------------------------------------------------------------------------------------------


def _drawing(timeline: Timeline, shown: tuple[int, ...], look: Look) -> Iterator[str]:
    digits = len(str(len(timeline.steps)))
    lines = max(len(str(step.line)) for step in timeline.steps)
    letters = "  ".join(_LETTERS[: len(shown)])
    yield look.style.paint(Paint.QUIET, f"  {'#':>{digits + 2}}  {'line':>{max(lines, 4)}}  {letters}".rstrip())
    for step in timeline.steps:
        sides = f"  {_bracket(timeline, step, look)}{step.number:>{digits + 1}}  {step.line:>{max(lines, 4)}}  "
        row = "".join(_cell(timeline, step, at, look) for at in shown)
        room = look.columns - len(sides) - 3 * len(shown)
        text = _cut(step.text if step.reached else f"(not run) {step.text}", max(room, 10), look)
        yield f"{sides}{row}{text if step.reached else look.style.paint(Paint.QUIET, text)}"
        yield from _beneath(timeline, step, shown, look, " " * len(sides))


def _beneath(timeline: Timeline, step: Step, shown: tuple[int, ...], look: Look, indent: str) -> Iterator[str]:
    """What has to be said of a statement below it, beside the lanes that go on."""
    side = "".join(_cell(timeline, step, at, look, marked=False) for at in shown)
    bare = indent + " " * 3 * len(shown)
    bracket = _bracket(timeline, step, look, below=True)
    said = [f"{at}. {phase}" for at, phase in enumerate(step.phases, 1)]
    said += [step.unseen] if step.unseen else []
    failure = f"fails with {step.failure.sqlstate}: {step.failure.why}" if step.failure else ""
    for words in (*said, *([failure] if failure else [])):
        for line in _wrapped(_plain(words, look), look, bare + "  "):
            paint = Paint.ERROR if words == failure else Paint.QUIET
            yield f"  {bracket}{indent[3:]}{side}{look.style.paint(paint, line[len(bare) :])}"


def _bracket(timeline: Timeline, step: Step, look: Look, *, below: bool = False) -> str:
    stretch, signs = timeline.stretches[step.stretch], look.signs
    if stretch.holder is Holder.STATEMENT:
        return " "
    if below:
        return signs.middle if step.number < stretch.last else " "
    if stretch.first == stretch.last:
        return signs.only
    if step.number == stretch.first:
        return signs.top
    return signs.bottom if step.number == stretch.last else signs.middle


def _cell(timeline: Timeline, step: Step, at: int, look: Look, *, marked: bool = True) -> str:
    """Three columns: the lock that is held while the statement runs, and what it does to the relation."""
    held = timeline.lanes[at].at(step.number)
    mark = _mark(step, at) if marked else " "
    if held is None:
        return f"{look.style.paint(Paint.QUIET, look.signs.none if marked else ' ')}{mark} "
    return f"{look.style.paint(_paint(held.lock), look.signs.of(held.lock) + mark)} "


def _mark(step: Step, at: int) -> str:
    return next((_MARKS[deed.work] for deed in step.deeds if deed.lane == at), " ")


def _paint(lock: Lock) -> Paint:
    if lock is Lock.ACCESS_EXCLUSIVE:
        return Paint.ERROR
    if lock.blocks:
        return Paint.WARNING
    return Paint.INFO if lock is Lock.SHARE_UPDATE_EXCLUSIVE else Paint.QUIET


# --- text --------------------------------------------------------------------------------------------------------


def _plain(words: str, look: Look) -> str:
    return words.replace("…", "...") if look.ascii else words


def _cut(text: str, room: int, look: Look) -> str:
    """A statement on one line, cut where it is long, with nothing in it that a terminal would obey."""
    flat = cells(" ".join(text[: 8 * room].split()))
    if sum(map(width, flat)) <= room and len(text) <= 8 * room:
        return "".join(flat)
    shown, used = [], 0
    for cell in flat:
        used += width(cell)
        if used > room - 1:
            break
        shown.append(cell)
    return "".join(shown) + look.signs.cut


def _wrapped(words: str, look: Look, indent: str = "", later: str | None = None) -> Iterator[str]:
    """Words on as many lines as they need; a word that no line can hold is broken."""
    room = max(look.columns, _LEAST)
    line, begin = indent, indent
    empty = True
    for word in _words(words, room - len(indent)):
        taken = width(line) + (0 if empty else 1) + width(word)
        if not empty and taken > room:
            yield line
            begin = indent if later is None else later
            line, empty = begin, True
        line += word if empty else f" {word}"
        empty = False
    yield line


def _words(words: str, room: int) -> Iterator[str]:
    for word in harmless(words).split(" "):
        rest = word
        while width(rest) > room:
            yield rest[: room // 2]
            rest = rest[room // 2 :]
        yield rest
