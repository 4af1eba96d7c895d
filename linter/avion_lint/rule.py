"""The door for rules: `@rule` makes a Rule of a generator, and a Rule is all that the engine knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.finding import Finding
from avion_lint.record import field, record
from avion_lint.source import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.runners.migration import Misread
    from avion_lint.sql.actions import ConstraintKind
    from avion_lint.subjects import Migration

    Sort = type | ConstraintKind | Misread
    """What a rule can be for: a sort of actions, a kind of constraints that are added to tables, a misreading."""
else:
    Sort = object

Check = Callable[..., Iterator[Finding]]
Notes = Callable[["Migration"], Iterator[object]]
"""What a rule over projects writes down of a migration while its statements are there."""


@record
class Written:
    """What is known of a check that a user wrote: where, its page, and whether it is about a subject at all."""

    place: Place
    page: str
    selects: Callable[..., bool]


@record
class Rule:
    """A check with its names.

    `subject` is the class of what it is given (avion_lint.subjects, avion_lint.delivery), or its name where the class
    need not be loaded yet; None for what the tool itself reports.
    `options` is a frozen dataclass whose fields are the rule's options and their defaults, the name that it has in the
    rule's module, or None; a rule with options is called with an instance of it as second argument. `down` tells that
    it judges Down sections as well, `any_database` that it makes sense for other databases than PostgreSQL. `on` are
    the actions, kinds of added constraints and misreadings without one of which the rule has nothing to say of a
    statement or a migration, so that it need not be asked (nor loaded); empty: it is always asked. Actions of a
    migration's Down section count for rules with `down` only.
    `notes` is for a rule over projects that needs to know of statements, which are let go before it is asked: it is
    called with each migration that is judged, and the rule's check gets all that it gave as second argument. Then `on`
    are the actions without one of which there is nothing to note.
    `by_size` tells that the harm grows with the rows of the tables worked on, and is none where they are few: what
    breaks others or fails for certain is not so.
    `module` is the dotted module that the page lies beside. `written` is there for a check that a policy holds; its
    subject is the name of what it looks at (`container`), as checks.model.Target has it.
    """

    id: str
    name: str
    summary: str
    module: str
    subject: type | str | None = None
    check: Check | None = None
    options: type | str | None = None
    down: bool = False
    any_database: bool = False
    on: tuple[Sort, ...] = ()
    by_size: bool = False
    notes: Notes | None = field(default=None, compare=False)
    written: Written | None = field(default=None, compare=False)

    @property
    def options_class(self) -> type | None:
        """The class of its options, loaded; None where it has none."""
        if not isinstance(self.options, str):
            return self.options
        from importlib import import_module  # noqa: PLC0415 - where settings give options, or the rule is asked

        made: type = getattr(import_module(self.module), self.options)
        return made

    @property
    def subject_name(self) -> str:
        """Name of the class of what it is given, "" for the tool's own."""
        return self.subject if isinstance(self.subject, str) else self.subject.__name__ if self.subject else ""

    @property
    def family(self) -> str:
        """The letters of the id, which name the family."""
        return self.id[:2]


def rule(
    id: str,  # noqa: A002 - the field's own word
    *,
    subject: type,
    options: type | None = None,
    down: bool = False,
    any_database: bool = False,
    on: tuple[Sort, ...] = (),
    by_size: bool = False,
    notes: Notes | None = None,
) -> Callable[[Check], Rule]:
    """Make a rule of the decorated generator; its name is the function's, its summary the docstring's first line.

    The other arguments are the fields of Rule.
    """

    def decorate(check: Check) -> Rule:
        summary = (check.__doc__ or "").strip().split("\n", 1)[0]
        name = check.__name__.replace("_", "-")
        module = check.__module__
        return Rule(id, name, summary, module, subject, check, options, down, any_database, on, by_size, notes)

    return decorate
