"""From what rules found to what counts: levels, suppressions, exceptions, the baseline, and which serve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from avion_lint import globs, tool
from avion_lint.clock import date
from avion_lint.finding import Finding, Level
from avion_lint.judgement.fingerprint import fingerprint, normalised
from avion_lint.policy.in_force import Policy
from avion_lint.record import field, record
from avion_lint.settings.model import Exemption
from avion_lint.stretches import finder
from avion_lint.verdict import Found, Result, Sized, Suppressed, SuppressedBy, place_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.baseline import Baseline, BaselineEntry
    from avion_lint.judgement.suppression import Suppression

_UNCLEAR = frozenset({tool.NOT_PARSED.id, tool.NOT_READABLE.id, tool.NOT_JUDGED.id})


@record
class Scale:
    """What findings are weighed with.

    `suppressions` are those of every file read, by path. `judged` maps the path of every file judged in this
    run to its service; `applied` are those among them whose text must not change any more. `known` are the
    paths of all files that there are, migrations or not (None: not known). `whole` tells that the run judged
    all that can be judged, so that what matched nothing matches nothing. `unclear` are paths that could not
    be checked in full.
    """

    policy: Policy
    today: date
    exemptions: tuple[Exemption, ...] = ()
    suppressions: Mapping[str, tuple[Suppression, ...]] = field(default_factory=dict)
    baseline: Baseline | None = None
    judged: Mapping[str, str] = field(default_factory=dict)
    applied: Collection[str] = frozenset()
    known: Collection[str] | None = None
    whole: bool = False
    unclear: Collection[str] = frozenset()


@record
class Weighed:
    """What counts and what does not, each in the order of reports."""

    results: tuple[Result, ...]
    suppressed: tuple[Suppressed, ...]


@record
class _Held:
    """A result with everything that keeps it from counting."""

    result: Result
    comments: tuple[Suppression, ...]
    exemptions: tuple[Exemption, ...]
    entry: BaselineEntry | None

    def suppressed(self) -> Suppressed | None:
        """Name what keeps it from counting, the nearest to the finding first; None where nothing does."""
        match self:
            case _Held(comments=(comment, *_)):
                return Suppressed(self.result, SuppressedBy.COMMENT, comment.reason)
            case _Held(exemptions=(exemption, *_)):
                reason = f"{exemption.reason} ({exemption.owner}, until {exemption.expires})"
                return Suppressed(self.result, SuppressedBy.EXCEPTION, reason)
            case _Held(entry=entry) if entry is not None:
                return Suppressed(self.result, SuppressedBy.BASELINE, f"in {entry.place.document.path}")
            case _Held(result=Result(size=Sized(small=str(small)))) if small:
                return Suppressed(self.result, SuppressedBy.SIZE, small)
            case _:
                return None


def weigh(found: Iterable[Found], scale: Scale) -> Weighed:
    """Weigh what the rules found, and add what is to be said of suppressions, exceptions and baseline.

    A finding of a rule that is off where it is made is dropped.
    """
    policy, found = scale.policy, tuple(found)
    # Where a file was not understood, its findings are not all there, so nothing in it serves no purpose.
    unclear = {each.finding.place.document.path for each in found if each.rule.id in _UNCLEAR}
    unclear |= set(scale.unclear)
    comments = _Comments(scale.suppressions)
    held = [_held(result, scale, comments) for result in _results(found, policy)]
    held += [
        _Held(result, (), (), _entry(result, scale))
        for result in _results(_about_suppressions(held, scale, unclear), policy)
    ]
    stale = _results(_stale(held, scale.baseline, scale, unclear), policy) if scale.baseline else ()
    counting = [each.result for each in held if each.suppressed() is None]
    suppressed = [entry for each in held if (entry := each.suppressed())]
    return Weighed(
        tuple(sorted([*counting, *stale], key=place_key)),
        tuple(sorted(suppressed, key=lambda entry: place_key(entry.result))),
    )


def _results(found: Iterable[Found], policy: Policy) -> Iterator[Result]:
    before: Counter[tuple[str, str, str, str]] = Counter()
    for each in sorted(found, key=_order):
        rule, finding = each.rule, each.finding
        path = finding.place.document.path
        identity = (rule.id, path, finding.object, normalised(finding.place.text))
        occurrence, before[identity] = before[identity], before[identity] + 1
        level = policy.level(rule, service=each.service, path=path, environment=each.environment)
        if level is not Level.OFF:
            weight = _louder(level) if each.size and each.size.louder else level
            yield Result(rule, weight, finding, each.service, fingerprint(*identity, occurrence), each.size)


def _louder(level: Level) -> Level:
    return Level(min(level + 1, Level.ERROR))


def _order(found: Found) -> tuple[tuple[str, int, int], str, str, str]:
    return (found.finding.place.sort_key, found.rule.id, found.finding.object, found.finding.message)


def _held(result: Result, scale: Scale, comments: _Comments) -> _Held:
    return _Held(
        result,
        comments.covering(result),
        tuple(each for each in scale.exemptions if _holds(each, scale.today) and _exempts(each, result)),
        _entry(result, scale),
    )


class _Comments:
    """Finds the comments that are about a result; of those in a file only few are asked."""

    def __init__(self, suppressions: Mapping[str, tuple[Suppression, ...]]) -> None:
        self._all = suppressions
        self._known: dict[tuple[str, str], Callable[[int], list[Suppression]]] = {}

    def covering(self, result: Result) -> tuple[Suppression, ...]:
        """In the order of the file."""
        place = result.finding.place
        key = (place.document.path, result.rule.id)
        if key[0] not in self._all:
            return ()
        if key not in self._known:
            own = (each for each in self._all[key[0]] if each.rule.id == key[1])
            self._known[key] = finder((each.scope, each) for each in own)
        return tuple(each for each in self._known[key](place.span.start) if each.covers(result.rule, place))


def _entry(result: Result, scale: Scale) -> BaselineEntry | None:
    return scale.baseline.entries.get(result.fingerprint) if scale.baseline else None


def _holds(exemption: Exemption, today: date) -> bool:
    return today <= exemption.expires


def _exempts(exemption: Exemption, result: Result) -> bool:
    path = result.finding.place.document.path
    return (
        exemption.rule.id == result.rule.id
        and globs.fits(exemption.object, result.finding.object)
        and _reaches(exemption, path, result.service)
    )


def _reaches(exemption: Exemption, path: str, service: str) -> bool:
    """Whether the exception is for this file of this service."""
    if exemption.service and not globs.fits(exemption.service, service):
        return False
    return not exemption.path or globs.matches(exemption.path, path)


def _about_suppressions(held: list[_Held], scale: Scale, unclear: Collection[str]) -> Iterator[Found]:
    yield from _unused_comments(held, scale, unclear)
    yield from _expired(scale)
    if scale.whole:
        yield from _unused_exemptions(held, scale, unclear)


def _unused_comments(held: list[_Held], scale: Scale, unclear: Collection[str]) -> Iterator[Found]:
    used = {comment for each in held for comment in each.comments}
    for path in sorted(scale.judged.keys() - unclear - set(scale.applied)):
        service = scale.judged[path]
        for comment in scale.suppressions.get(path, ()):
            on = scale.policy.level(comment.rule, service=service, path=path)
            if on and comment not in used:
                name = comment.rule.name
                message = f"The comment turns off {name}, which finds nothing here."
                finding = Finding(comment.place, message, f"Take `{name}` out of the comment.", object=name)
                yield Found(tool.UNUSED_SUPPRESSION, finding, service)


def _what(exemption: Exemption) -> str:
    return f"{exemption.rule.name} on {exemption.object}"


def _expired(scale: Scale) -> Iterator[Found]:
    for each in scale.exemptions:
        if not _holds(each, scale.today):
            message = f"The exception for {_what(each)} ended on {each.expires}; what it accepted counts again."
            remedy = f"Mend what it accepted and remove it, or agree on a new day with its owner, {each.owner}."
            finding = Finding(each.place, message, remedy, object=_what(each))
            yield Found(tool.EXPIRED_EXCEPTION, finding, each.service)


def _unused_exemptions(held: list[_Held], scale: Scale, unclear: Collection[str]) -> Iterator[Found]:
    used = {each for result in held for each in result.exemptions}
    for each in scale.exemptions:
        hidden = any(_reaches(each, path, scale.judged.get(path, "")) for path in unclear)
        if _holds(each, scale.today) and each not in used and not hidden and scale.policy.is_on(each.rule):
            message = f"The exception for {_what(each)} accepts nothing: there is no such finding."
            finding = Finding(each.place, message, "Remove it.", object=_what(each))
            yield Found(tool.UNUSED_EXCEPTION, finding, each.service)


def _is_on(entry: BaselineEntry, scale: Scale) -> bool:
    setting = scale.policy.pack.get(entry.rule)
    service = scale.judged.get(entry.path, "")
    return setting is not None and bool(scale.policy.level(setting.rule, service=service, path=entry.path))


def _stale(held: list[_Held], baseline: Baseline, scale: Scale, unclear: Collection[str]) -> Iterator[Found]:
    found = {each.result.fingerprint for each in held}
    for entry in baseline.entries.values():
        if entry.fingerprint in found or entry.path in unclear or not _is_on(entry, scale):
            continue
        if entry.path in scale.judged:
            message = f"The baseline holds {entry.rule} on {entry.object or entry.path}, which is found no more."
        elif scale.whole and scale.known is not None and entry.path not in scale.known:
            message = f"The baseline holds {entry.rule} on {entry.path}, a file that is not there any more."
        else:
            continue
        remedy = "Write the baseline anew with `avion-lint baseline`."
        finding = Finding(entry.place, message, remedy, object=f"{entry.rule} {entry.path} {entry.object}".rstrip())
        yield Found(tool.STALE_BASELINE_ENTRY, finding, scale.judged.get(entry.path, ""))
