"""What columns are made of: types, expressions, conditions and partition bounds."""

from __future__ import annotations

from avion_lint.record import field, record


@record
class Type:
    """A type as written: canonical name (`integer`, `character varying`), modifiers, whether an array."""

    name: str
    modifiers: tuple[int, ...] = ()
    array: bool = False

    def __str__(self) -> str:
        modifiers = f"({','.join(map(str, self.modifiers))})" if self.modifiers else ""
        name, with_zone, zone = self.name.partition(" with")  # as in `timestamp(3) without time zone`
        return f"{name}{modifiers}{with_zone}{zone}{'[]' if self.array else ''}"


@record
class Expression:
    """What matters of an expression: the functions it calls and the columns it reads; constant when neither.

    `casts` is set where it is one column and nothing else: the types that it is cast to, one after the other.
    `sql` is the expression itself where a schema keeps it, "" elsewhere and where it has a form that is not known.
    """

    functions: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    casts: tuple[Type, ...] | None = None
    sql: str = field(default="", compare=False)

    @property
    def is_constant(self) -> bool:
        """Whether it calls nothing and reads nothing."""
        return not self.functions and not self.columns


@record
class Term:
    """A condition of which a CHECK is made with AND: `column operator value`; the value is a constant, unquoted.

    `operator` is one of `<`, `<=`, `=`, `>=`, `>`, or `is not null` (then the value is "").
    """

    column: str
    operator: str
    value: str


@record
class Bound:
    """FOR VALUES of a partition: `range`, `list` or `hash`, with constants unquoted.

    In `lower` and `upper` None stands for MINVALUE and MAXVALUE, in `values` for NULL, anywhere for what is no
    constant.
    """

    strategy: str
    lower: tuple[str | None, ...] = ()
    upper: tuple[str | None, ...] = ()
    values: tuple[str | None, ...] = ()
