"""Lock timelines as one HTML page that stands by itself: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from avion_lint.report.plain import harmless, harmless_lines
from avion_lint.sql.effects import Lock
from avion_lint.timeline.model import Deed, Held, Holder, Lane, Step, Timeline
from avion_lint.timeline.words import (
    MOST_REMARKS,
    Remark,
    blocks,
    called,
    deed_words,
    remarks,
    stretch_words,
    summary,
)

_COLUMNS = 24  # relations that get a column
_WIDE = 8  # more of them stand closer together
_SHORT = {
    Lock.ACCESS_SHARE: "AS",
    Lock.ROW_SHARE: "RS",
    Lock.ROW_EXCLUSIVE: "RE",
    Lock.SHARE_UPDATE_EXCLUSIVE: "SUE",
    Lock.SHARE: "S",
    Lock.SHARE_ROW_EXCLUSIVE: "SRE",
    Lock.EXCLUSIVE: "E",
    Lock.ACCESS_EXCLUSIVE: "AE",
}
_LONG = 400  # characters of a statement that are shown before it is opened


def render(timelines: Iterable[Timeline]) -> str:
    """The page, UTF-8; whatever a migration holds is text in it and nothing else."""
    found = tuple(timelines)
    style = (files("avion_lint.report") / "timeline.css").read_text(encoding="utf-8")
    body = "\n".join(part for each in found for part in _section(each))
    one = harmless(found[0].path) if len({each.path for each in found}) == 1 else f"{len(found)} sections"
    return _PAGE.format(title=escape(f"Lock timeline: {one}"), style=style, body=body, key="\n".join(_key(found)))


_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
<footer>
{key}
</footer>
</body>
</html>
"""


def _section(timeline: Timeline) -> Iterator[str]:
    yield "<section>"
    yield f"<h1>{_text(timeline.path)}</h1>"
    tags = (str(timeline.runner), str(timeline.direction), f"PostgreSQL {timeline.postgres}", timeline.service)
    yield f'<p class="tags">{"".join(f"<span>{_text(tag)}</span>" for tag in tags if tag)}</p>'
    for gap in timeline.gaps:
        yield f'<p class="fails">{_text(gap)}</p>'
    if timeline.steps:
        yield f'<p class="summary">{_text(summary(timeline))}</p>'
        yield f'<p class="quiet">{_text(" ".join(stretch_words(timeline)))}</p>'
        yield from _remarks(timeline)
        yield from _table(timeline)
    elif not timeline.gaps:
        yield '<p class="quiet">It holds no statements.</p>'
    yield "</section>"


def _remarks(timeline: Timeline) -> Iterator[str]:
    said = tuple(remarks(timeline))
    if not said:
        return
    yield from _listed(timeline, said[:MOST_REMARKS])
    if len(said) > MOST_REMARKS:
        yield f"<details><summary>{len(said) - MOST_REMARKS:,} more</summary>"
        yield from _listed(timeline, said[MOST_REMARKS:])
        yield "</details>"


def _listed(timeline: Timeline, said: Iterable[Remark]) -> Iterator[str]:
    yield '<ul class="remarks">'
    for remark in said:
        yield f'<li class="{_sort(timeline.lanes[remark.lane].worst.lock)}">{_text(remark.text)}</li>'
    yield "</ul>"


# --- the table ---------------------------------------------------------------------------------------------------


def _table(timeline: Timeline) -> Iterator[str]:
    shown = timeline.felt()[:_COLUMNS]
    yield f'<div class="scroll"><table class="{"many" if len(shown) > _WIDE else "few"}">'
    yield '<thead><tr><th scope="col" class="number">#</th><th scope="col" class="number">line</th>'
    for at in shown:
        lane = timeline.lanes[at]
        name = _text(called(lane))
        yield f'<th scope="col" class="lane" title="{name}"><span>{name}</span></th>'
    yield '<th scope="col" class="sql">statement</th></tr></thead>'
    yield "<tbody>"
    for step in timeline.steps:
        yield from _row(timeline, step, shown)
    yield "</tbody></table></div>"
    hidden = len(timeline.felt()) - len(shown)
    if hidden > 0:
        yield f'<p class="quiet">{hidden:,} more relations are locked, no more strongly than the last of these.</p>'


def _row(timeline: Timeline, step: Step, shown: Sequence[int]) -> Iterator[str]:
    stretch = timeline.stretches[step.stretch]
    sorts = [
        *(["opens"] if step.number == stretch.first else []),
        *(["closes"] if step.number == stretch.last else []),
        *(["alone"] if stretch.holder is Holder.STATEMENT else ["block"]),
        *([] if step.reached else ["unreached"]),
    ]
    yield f'<tr class="{" ".join(sorts)}"><th scope="row" class="number">{step.number}</th>'
    yield f'<td class="number">{step.line}</td>'
    yield "".join(_cell(timeline, step, at) for at in shown)
    yield f'<td class="sql">{_statement(step)}{"".join(_beneath(step))}</td></tr>'


def _cell(timeline: Timeline, step: Step, at: int) -> str:
    lane = timeline.lanes[at]
    held = lane.at(step.number)
    if held is None:
        return "<td></td>"
    ends = [
        *(["from"] if _begins(lane, held, step) else []),
        *(["to"] if lane.at(step.number + 1) is None or step.number == held.last else []),
    ]
    told = [deed for deed in step.deeds if deed.lane == at]
    shown = _SHORT[held.lock] if "from" in ends else ""
    words = f"{called(lane)}: {'' if held.sure else 'perhaps '}{held.lock}"
    spoken = _text("; ".join([words, *map(deed_words, told)]))
    work = f'<b class="work">{_work(told)}</b>' if told else ""
    classes = " ".join(["bar", _sort(held.lock), *ends, *([] if held.sure else ["unsure"])])
    return (
        f'<td class="held" title="{spoken}"><i class="{classes}" aria-hidden="true">{shown}{work}</i>'
        f'<span class="spoken">{spoken}</span></td>'
    )


def _begins(lane: Lane, held: Held, step: Step) -> bool:
    return held.first == step.number or lane.at(step.number - 1) != held


def _work(told: Sequence[Deed]) -> str:
    return _text(str(told[0].work))


def _sort(lock: Lock) -> str:
    """The class of a lock, by what it keeps waiting."""
    if lock is Lock.ACCESS_EXCLUSIVE:
        return "all"
    if lock.blocks:
        return "writes"
    return "schema" if lock is Lock.SHARE_UPDATE_EXCLUSIVE else "weak"


# --- statements --------------------------------------------------------------------------------------------------


def _statement(step: Step) -> str:
    lines = harmless_lines(step.text)
    text = "\n".join(lines)
    if len(text) <= _LONG and len(lines) <= 6:  # noqa: PLR2004 - what is read at a glance
        return f"<code>{escape(text)}</code>"
    head = "\n".join(lines[:3])[:_LONG]
    return f"<details><summary><code>{escape(head)} …</code></summary><code>{escape(text)}</code></details>"


def _beneath(step: Step) -> Iterator[str]:
    if not step.reached:
        yield '<p class="quiet">Not run: a statement above fails.</p>'
    if step.failure:
        yield f'<p class="fails">Fails with {escape(step.failure.sqlstate)}: {_text(step.failure.why)}.</p>'
    if step.unseen:
        yield f'<p class="quiet">It may do more: {_text(step.unseen)}.</p>'
    if step.deeds:
        yield f'<p class="did">{_text("; ".join(map(deed_words, step.deeds)))}</p>'
    if step.phases:
        yield f'<ol class="phases">{"".join(f"<li>{_text(phase)}</li>" for phase in step.phases)}</ol>'


def _key(found: Iterable[Timeline]) -> Iterator[str]:
    used = {held.lock for each in found for at in each.felt() for held in each.lanes[at].held}
    if used:
        yield "<h2>Locks</h2><dl>"
        for lock in sorted(used, key=lambda each: -each.strength):
            yield f'<dt><i class="bar from to {_sort(lock)}" aria-hidden="true">{_SHORT[lock]}</i> {lock}</dt>'
            yield f"<dd>blocks {_text(blocks(lock))}</dd>"
        yield "</dl>"
        yield (
            '<p class="quiet">Whoever waits for a lock keeps those behind it waiting as well, even where the lock '
            "that is held would let them through.</p>"
        )


def _text(words: str) -> str:
    return escape(harmless(words))
