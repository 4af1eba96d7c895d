"""What is said of a deprecated table or column that is dropped while released code may still name it."""

from __future__ import annotations

from avion_lint.finding import Finding, Related
from avion_lint.schema.model import Column, Table
from avion_lint.sql import actions as a
from avion_lint.subjects import Statement
from avion_rules.compatibility._standing import is_free


def is_announced(statement: Statement, made: Table | Column, name: str) -> bool:
    """Whether it is old enough to be in use, and called deprecated long enough before to be dropped."""
    return not statement.made_here(made.origin) and is_free(statement, made, name)


def named_finding(
    statement: Statement, drop: a.Drop | a.DropColumn, made: Table | Column, name: str, rule: str
) -> Finding:
    """The finding; the engine keeps it where the code of the base branch or of the last releases has the name."""
    what, code = ("column", "42703") if isinstance(drop, a.DropColumn) else ("table", "42P01")
    marked = (Related(made.deprecated.place, "called deprecated here"),) if made.deprecated else ()
    return statement.finding(
        drop,
        f"{name} was called deprecated, and code that may be running still names it: each such statement fails once "
        f"the {what} is gone (SQLSTATE {code}).",
        f"First release code without {name.rpartition('.')[2]}; drop the {what} in a later release. Where a place only "
        f"mentions the name, say so: `-- avion-lint: ignore[{rule}] reason`.",
        related=marked,
        object=name,
    )
