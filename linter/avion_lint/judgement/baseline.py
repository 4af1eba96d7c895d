"""The baseline file: findings that were there when avion-lint was adopted, and that do not count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from avion_lint.problems import Problem, SettingsError
from avion_lint.record import record
from avion_lint.source import Document, Place, Span
from avion_lint.verdict import Result, place_key

VERSION = 1
_FIELDS = ("rule", "object", "fingerprint")


@record
class BaselineEntry:
    """A finding that does not count: file, rule id, object, fingerprint, and where the baseline says so."""

    path: str
    rule: str
    object: str
    fingerprint: str
    place: Place


@record
class Baseline:
    """All entries of a baseline file, by fingerprint."""

    document: Document
    entries: Mapping[str, BaselineEntry]


def render(results: Iterable[Result]) -> str:
    """Write a baseline file that holds these results: JSON, one line an entry, in the order of reports."""
    import json  # noqa: PLC0415 - needed by one command

    lines: dict[str, list[str]] = {}
    for result in sorted(results, key=lambda result: (*place_key(result), result.fingerprint)):
        values = (result.rule.id, result.finding.object, result.fingerprint)
        entry = json.dumps(dict(zip(_FIELDS, values, strict=True)), ensure_ascii=False)
        lines.setdefault(result.finding.place.document.path, []).append(f"      {entry}")
    blocks = (
        f"    {json.dumps(path, ensure_ascii=False)}: [\n" + ",\n".join(entries) + "\n    ]"
        for path, entries in lines.items()
    )
    body = ",\n".join(blocks)
    return f'{{\n  "version": {VERSION},\n  "entries": {{' + (f"\n{body}\n  " if body else "") + "}\n}\n"


def parse(document: Document) -> Baseline:
    """Read a baseline file; raises SettingsError for what is not JSON or not a baseline."""
    content = _json(document)
    if not isinstance(content, dict) or not isinstance(content.get("entries"), dict) or "version" not in content:
        raise _error(document, 0, "not a baseline: it must be a JSON object with `version` and `entries`")
    if content["version"] != VERSION:
        at = max(document.text.find('"version"'), 0)
        raise _error(document, at, f"this baseline is of version {content['version']}; only {VERSION} is known")
    problems: list[Problem] = []
    entries: dict[str, BaselineEntry] = {}
    for path, listed in content["entries"].items():
        for entry in listed if isinstance(listed, list) else (listed,):
            if not isinstance(entry, dict) or not all(isinstance(entry.get(field), str) for field in _FIELDS):
                problems.append(_problem(document, _find(document, path), _malformed(path)))
                continue
            rule, object_, fingerprint = (entry[field] for field in _FIELDS)
            place = Place(document, _find(document, fingerprint))
            entries[fingerprint] = BaselineEntry(path, rule, object_, fingerprint, place)
    if problems:
        raise SettingsError(tuple(problems))
    return Baseline(document, entries)


def _malformed(path: str) -> str:
    fields = " or ".join(f"`{field}`" for field in _FIELDS)
    return f"an entry for {path} lacks {fields} as text; write the file anew with `avion-lint baseline`"


def _json(document: Document) -> object:
    import json  # noqa: PLC0415 - needed only where there is a baseline

    mark = int(document.text.startswith("\ufeff"))
    try:
        return json.loads(document.text[mark:], object_pairs_hook=_no_repeats)
    except json.JSONDecodeError as error:
        raise _error(document, error.pos + mark, f"not JSON: {error.msg}") from None
    except _RepeatedError as error:
        at = document.text.rfind(json.dumps(error.key, ensure_ascii=False))
        raise _error(document, max(at, 0), f"`{error.key}` is given twice") from None
    except RecursionError:
        raise _error(document, 0, "not a baseline: nested too deep") from None
    except ValueError:  # a number of thousands of digits
        raise _error(document, 0, "not a baseline: a number in it is too long") from None


class _RepeatedError(Exception):
    """A JSON object names a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _no_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedError(key)
        found[key] = value
    return found


def _find(document: Document, text: str) -> Span:
    """Find a string in the file, without its quotes; the file's beginning where it is written otherwise."""
    at = document.text.find(f'"{text}"')
    return Span(at + 1, at + 1 + len(text)) if at >= 0 else Span(0, 0)


def _problem(document: Document, span: Span, message: str) -> Problem:
    return Place(document, span), message


def _error(document: Document, offset: int, message: str) -> SettingsError:
    span = Span(offset, min(offset + 1, len(document.text)))
    return SettingsError((_problem(document, span, message),))
