"""Domains that get stricter, and the tables that use them."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement


@rule("LK132", subject=Statement, on=(a.AlterDomain,), by_size=True)
def domain_scans(statement: Statement) -> Iterator[Finding]:
    """Find a change of a domain that reads all rows of the tables that use it while every write to them waits."""
    for change in statement.of(a.AlterDomain):
        used = [effect.relation for effect in statement.effects(change) if statement.in_use(effect.relation, change)]
        if used:
            yield statement.finding(
                change,
                f"Blocks every write to {_listed(used)} while all rows there are read: the domain {change.domain} is "
                "used "
                "in them, and the locks are held until the transaction ends.",
                _remedy(change, used),
                object=change.domain,
            )


def _listed(names: list[a.Name]) -> str:
    words = [str(name) for name in dict.fromkeys(names)]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _remedy(change: a.AlterDomain, used: list[a.Name]) -> str:
    checks = (
        "Check it on each table instead, where it can be added NOT VALID and validated later without blocking writes:\n"
        + "\n".join(f"ALTER TABLE {name.sql} ADD CONSTRAINT … CHECK (…) NOT VALID;" for name in dict.fromkeys(used))
    )
    if change.form != "add":
        return checks
    return (
        "Add it NOT VALID: new rows must hold it at once, and no old row is read. VALIDATE CONSTRAINT of a domain "
        "reads "
        f"them with the same lock. {checks}"
    )
