"""Checks as rules, so that levels, suppressions, exceptions, baselines and reports treat them as any other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from avion_lint.checks.model import Check, Parameter, Target
from avion_lint.checks.page import general, page_of
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import Rule, Written
from avion_lint.subjects import Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MODULE = "avion_lint.checks.rules"


def rule_of(check: Check) -> Rule:
    """The rule that a check is; its parameters are the rule's options."""
    options = _options(check) if check.parameters else None
    known: dict[object, Any] = {}

    def ready(given: object | None) -> Any:
        from avion_lint.checks.evaluate import prepared  # noqa: PLC0415 - JSON Schema, only where there are checks

        if given not in known:
            known[given] = prepared(check, _given(check, given))
        return known[given]

    def around(subject: Any, given: object | None = None) -> Iterator[Finding]:
        from avion_lint.checks import evaluate  # noqa: PLC0415 - as above

        return evaluate.around(ready(given), subject) if evaluate.selects(check.select, subject) else iter(())

    def of_statement(statement: Any, given: object | None = None) -> Iterator[Finding]:
        from avion_lint.checks import evaluate  # noqa: PLC0415 - as above

        if not isinstance(statement, Statement):  # SQL by hand is among what stands around migrations
            return around(statement, given)
        if not evaluate.selects_statement(check.select, statement):
            return iter(())
        return evaluate.of_statement(ready(given), statement)

    written = Written(check.place, page_of(check), partial(_selects, check))
    summary = general(check, check.summary)
    if check.select.target is Target.STATEMENT:
        return Rule(
            check.id, check.name, summary, MODULE, Statement, of_statement, options, down=False, written=written
        )
    subject = str(check.select.target)
    return Rule(check.id, check.name, summary, MODULE, subject, around, options, written=written)


def _given(check: Check, given: object | None) -> dict[str, Any]:
    """Values of the parameters; lists are lists again, as a schema has them."""
    values = {each.name: getattr(given, each.name) if given else each.default for each in check.parameters}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _selects(check: Check, subject: Any) -> bool:
    from avion_lint.checks import evaluate  # noqa: PLC0415 - as above

    if isinstance(subject, Statement):
        return check.select.target is Target.STATEMENT and evaluate.selects_statement(check.select, subject)
    return evaluate.selects(check.select, subject)


def _options(check: Check) -> type:
    """A class with a field for each parameter, as rules written in Python have one."""
    fields: dict[str, Any] = {each.name: _default(each) for each in check.parameters}
    body = {**fields, "__annotations__": {each.name: _type(each) for each in check.parameters}, "__module__": MODULE}
    made: type = record(type("Parameters", (), body))
    return made


def _default(parameter: Parameter) -> object:
    return tuple(parameter.default) if isinstance(parameter.default, list) else parameter.default


def _type(parameter: Parameter) -> Any:
    match parameter.default:
        case bool():
            return bool
        case int() | float():
            return float if isinstance(parameter.default, float) else int
        case list():
            return tuple[str, ...]
    return str


def word_of(rule: Rule) -> str:
    """The word of what a rule looks at around the SQL: a target of checks, or a class's name."""
    return str(Target.STATEMENT) if rule.written and rule.subject is Statement else rule.subject_name
