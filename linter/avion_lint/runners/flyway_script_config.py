"""The script configuration beside a migration: `<its full name>.conf`."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.runners.flyway_properties import entries
from avion_lint.runners.migration import ReadError
from avion_lint.source import Document, Span

_EXECUTE_IN_TRANSACTION = "executeInTransaction"
_PLACEHOLDER_REPLACEMENT = "placeholderReplacement"
_ENCODING = "encoding"
_SHOULD_EXECUTE = "shouldExecute"  # paid editions evaluate it; the open-source one refuses it
_KNOWN = frozenset({_EXECUTE_IN_TRANSACTION, _PLACEHOLDER_REPLACEMENT, _ENCODING, _SHOULD_EXECUTE})


@record
class ScriptConfig:
    """What it says; None where it says nothing. `error` is why Flyway refuses it; its span is of the migration."""

    execute_in_transaction: bool | None = None
    placeholder_replacement: bool | None = None
    encoding: str | None = None
    error: ReadError | None = None


NO_SCRIPT_CONFIG = ScriptConfig()


def read_script_config(document: Document) -> ScriptConfig:
    """Read a script configuration; keys are case-sensitive, and an unknown one makes Flyway refuse everything."""
    found = {entry.key: entry for entry in entries(document.text)}
    for key in (_EXECUTE_IN_TRANSACTION, _PLACEHOLDER_REPLACEMENT):
        if key in found and found[key].value.lower() not in ("true", "false"):
            problem = f"Invalid value for {key} (should be either true or false): {found[key].value}"
            return _refused(problem, document, found[key].span)
    unknown = sorted(found.keys() - _KNOWN)
    if unknown:
        word = "property" if len(unknown) == 1 else "properties"
        problem = f"Unknown configuration {word}: {','.join(unknown)}. Please check your script config files"
        return _refused(problem, document, min(found[key].span for key in unknown))
    values = {key: entry.value for key, entry in found.items()}
    return ScriptConfig(
        _switch(values.get(_EXECUTE_IN_TRANSACTION)),
        _switch(values.get(_PLACEHOLDER_REPLACEMENT)),
        values.get(_ENCODING),
    )


def _switch(value: str | None) -> bool | None:
    return None if value is None else value.lower() == "true"


def _refused(problem: str, document: Document, span: Span) -> ScriptConfig:
    line = document.position(span.start).line
    return ScriptConfig(error=ReadError(f"{problem} ({document.path}, line {line})", Span(0, 0)))
