"""Checks as rules, so that levels, suppressions, exceptions, baselines and reports treat them as any other."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.checks.model import Check, Parameter, Target
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import Rule
from avion_lint.subjects import Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from avion_lint.delivery.delivery import Delivery

MODULE = "avion_lint.checks.rules"


def rule_of(check: Check) -> Rule:
    """The rule that a check is; its parameters are the rule's options."""
    options = _options(check) if check.parameters else None

    def values(given: object | None) -> dict[str, Any]:
        return {each.name: getattr(given, each.name) if given else each.default for each in check.parameters}

    def around(delivery: Delivery, given: object | None = None) -> Iterator[Finding]:
        from avion_lint.checks import evaluate  # noqa: PLC0415 - JSON Schema, only where there are checks

        return evaluate.around(check, values(given), delivery)

    def of_statement(statement: Statement, given: object | None = None) -> Iterator[Finding]:
        from avion_lint.checks import evaluate  # noqa: PLC0415 - as above

        return evaluate.of_statement(check, values(given), statement)

    if check.select.target is Target.STATEMENT:
        return Rule(check.id, check.name, check.summary, MODULE, Statement, of_statement, options, down=False)
    return Rule(check.id, check.name, check.summary, MODULE, "Delivery", around, options)


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
