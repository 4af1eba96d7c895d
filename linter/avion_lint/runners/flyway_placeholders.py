"""Flyway's placeholders: replaced everywhere in a file, before any of it is read as SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.migration import ReadError
from avion_lint.source import Segment, SourceMap, Span

RESERVED = "flyway"
_DEFAULTS = frozenset(
    {"defaultschema", "user", "database", "timestamp", "filename", "workingdirectory", "table", "environment"}
)
_NOT_IN_NAMES = pattern(r"[^a-z0-9_]")


@record
class Script:
    """A file as Flyway's parser gets it: without byte order marks, with placeholders replaced.

    `masked` are the stretches of `text` where letters stand for a value that is not known.
    """

    text: str
    origin: SourceMap
    masked: tuple[Span, ...] = ()
    error: ReadError | None = None


@record
class _Use:
    """A placeholder at `[start, end)`, marks included; not `closed` where its suffix is missing."""

    start: int
    end: int
    name: str
    closed: bool = True


def known_placeholders(configuration: FlywayConfiguration, file_name: str) -> dict[str, str]:
    """Values by name in lower case: the given ones, and those of Flyway's own that do not depend on the database."""
    separator = configuration.placeholder_separator
    values = {**configuration.placeholders, f"{RESERVED}{separator}table": configuration.table}
    if file_name:
        values[f"{RESERVED}{separator}filename"] = file_name
    if configuration.default_schema is not None:
        values[f"{RESERVED}{separator}defaultschema"] = configuration.default_schema
    return {name.lower(): value for name, value in values.items()}


def prepare(text: str, values: Mapping[str, str] | None, configuration: FlywayConfiguration) -> Script:
    """The text as Flyway's parser gets it; `values` by name in lower case, None where nothing is replaced.

    A placeholder without a value here may have one where Flyway runs, so letters of the same length stand for it.
    It is an error only where Flyway cannot have one.
    """
    plain, origin = _without_marks(text)
    if values is None:
        return Script(plain, origin)
    return _replaced(plain, origin, values, configuration)


def replaced(text: str, values: Mapping[str, str], configuration: FlywayConfiguration) -> str | None:
    """The text with placeholders replaced and nothing else changed; None where a value is not known."""
    script = _replaced(text, SourceMap.shifted(len(text), 0), values, configuration)
    return None if script.masked or script.error else script.text


def _without_marks(text: str) -> tuple[str, SourceMap]:
    """Drop byte order marks as Flyway does: wherever one stands, but not the character behind it."""
    kept: list[tuple[int, int]] = []
    start = 0
    at = text.find("\ufeff")
    while at >= 0:
        kept.append((start, at))
        start = at + 1
        at = text.find("\ufeff", at + 2)
    kept.append((start, len(text)))
    segments: list[Segment] = []
    length = 0
    for begin, end in kept:
        segments.append(Segment(length, length + end - begin, begin, end))
        length += end - begin
    return "".join(text[begin:end] for begin, end in kept), SourceMap(tuple(segments))


def _replaced(text: str, origin: SourceMap, values: Mapping[str, str], configuration: FlywayConfiguration) -> Script:
    pieces: list[str] = []
    runs: list[Segment] = []
    masked: list[Span] = []
    copied = linear = ahead = 0  # `ahead`: how far the derived text is longer than the text up to `copied`
    for use in _uses(text, configuration.placeholder_prefix, configuration.placeholder_suffix):
        value = values.get(use.name.lower())
        pieces.append(text[copied : use.start])
        copied = use.end
        if value is None:
            problem = _certain_error(use, configuration)
            if problem is not None:
                return Script("", origin, error=ReadError(problem, origin.span(use.start, use.end)))
            masked.append(Span(use.start + ahead, use.end + ahead))
            pieces.append(_mask(use, configuration))
            continue
        pieces.append(value)
        runs.append(Segment(linear + ahead, use.start + ahead, linear, use.start))
        runs.append(Segment(use.start + ahead, use.start + ahead + len(value), use.start, use.end))
        ahead += len(value) - (use.end - use.start)
        linear = use.end
    pieces.append(text[copied:])
    runs.append(Segment(linear + ahead, len(text) + ahead, linear, len(text)))
    return Script("".join(pieces), SourceMap(_through(runs, origin)), tuple(masked))


def _uses(text: str, prefix: str, suffix: str) -> Iterator[_Use]:
    """Placeholders as Flyway's reader meets them.

    It looks for the prefix character by character, and where one does not match it passes on all it has looked at.
    Hence `$${name}` is no placeholder, and `$$${name}` is `$$` and one.
    """
    at = text.find(prefix[0])
    while at >= 0:
        matched = 1
        while matched < len(prefix) and text[at + matched : at + matched + 1] == prefix[matched]:
            matched += 1
        if matched < len(prefix):
            at = text.find(prefix[0], at + matched + 1)
            continue
        name_start = at + len(prefix)
        end = text.find(suffix, name_start)
        if end < 0:
            # The reader then takes the suffix's length off the end of what it has read.
            yield _Use(at, len(text), text[name_start : max(name_start, len(text) - len(suffix))], closed=False)
            return
        yield _Use(at, end + len(suffix), text[name_start:end])
        at = text.find(prefix[0], end + len(suffix))


def _certain_error(use: _Use, configuration: FlywayConfiguration) -> str | None:
    """Flyway's words where no configuration can give the placeholder a value."""
    shown = f"{configuration.placeholder_prefix}{use.name}{configuration.placeholder_suffix}"
    reserved = f"{RESERVED}{configuration.placeholder_separator}"
    if use.name.lower().startswith(reserved):
        if use.name.lower().removeprefix(reserved) in _DEFAULTS:
            return None
        return f"Failed to populate value for default placeholder: {shown}"
    if use.closed and use.name and "\n" not in use.name:
        return None
    return f"No value provided for placeholder: {shown}.  Check your configuration!"


def _mask(use: _Use, configuration: FlywayConfiguration) -> str:
    before, after = len(configuration.placeholder_prefix), len(configuration.placeholder_suffix)
    name = _NOT_IN_NAMES.sub("_", use.name.lower()) if use.name.isascii() else "_" * len(use.name)
    return f"{'_' * before}{name}{'_' * after}"


def _through(runs: list[Segment], inner: SourceMap) -> tuple[Segment, ...]:
    """The runs, whose origins are offsets in the text that `inner` leads from, led on to the document."""
    runs = [run for run in runs if run.end > run.start] or runs[:1]
    if len(inner.segments) == 1 and inner.segments[0].origin == 0:
        return tuple(runs)
    led: list[Segment] = []
    parts = cut_maps(inner, ((run.origin, run.origin_end) for run in runs))
    for run, part in zip(runs, parts, strict=True):
        if run.is_linear:
            led += (_moved(segment, run.start) for segment in part.segments)
        else:
            led.append(Segment(run.start, run.end, part.segments[0].origin, part.segments[-1].origin_end))
    return tuple(led)


def _moved(segment: Segment, by: int) -> Segment:
    return Segment(segment.start + by, segment.end + by, segment.origin, segment.origin_end)


def cut_maps(origin: SourceMap, slices: Iterable[tuple[int, int]]) -> Iterator[SourceMap]:
    """The map of each slice `[start, end)` of a derived text, counted from its beginning; slices are in order."""
    parts = origin.segments
    first = 0
    for start, end in slices:
        while first + 1 < len(parts) and parts[first].end <= start:
            first += 1
        part = parts[first]
        if part.start <= start and end <= part.end and part.is_linear:
            shift = part.origin - part.start
            yield SourceMap((Segment(0, end - start, start + shift, end + shift),))
            continue
        last = first
        while last < len(parts) and parts[last].start < end:
            last += 1
        yield SourceMap(tuple(_clipped(part, start, end) for part in parts[first:last]))


def _clipped(segment: Segment, start: int, end: int) -> Segment:
    low, high = max(segment.start, start), min(segment.end, end)
    if not segment.is_linear:
        return Segment(low - start, high - start, segment.origin, segment.origin_end)
    begin = segment.origin + low - segment.start
    return Segment(low - start, high - start, begin, begin + high - low)
