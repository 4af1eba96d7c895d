"""Extensions that nobody has allowed."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@record
class Options:
    """`allowed`: the extensions that migrations may create, by name."""

    allowed: tuple[str, ...] = ()
    STRICTER = (("allowed", "fewer"),)


@rule("DE121", subject=Statement, options=Options, on=(a.CreateObject,))
def unlisted_extension(statement: Statement, options: Options) -> Iterator[Finding]:
    """Find a CREATE EXTENSION of an extension that the policy does not list."""
    for made in statement.of(a.CreateObject):
        if made.kind is a.ObjectKind.EXTENSION and made.name.name not in options.allowed:
            yield statement.finding(
                made,
                f"The policy does not list the extension {made.name}: it must be installed on every server, and often "
                "only a superuser may create it.",
                f"List it under `unlisted-extension: {{allowed: [{made.name}]}}` once every server has it.",
                object=made.name,
            )
