"""What a rule has to say: a place, the effect in plain words, and what to do instead."""

from __future__ import annotations

from avion_lint.enumeration import IntEnum
from avion_lint.record import record
from avion_lint.source import Document, Place


class Level(IntEnum):
    """How much a finding weighs; the policy decides it, never the rule."""

    OFF = 0
    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()

    @staticmethod
    def parse(word: str) -> Level:
        """Level by its lower-case name; raises KeyError for any other word."""
        return _LEVELS[word]


_LEVELS = {str(level): level for level in Level}


@record
class Related:
    """A further place that explains a finding."""

    place: Place
    message: str


@record
class Edit:
    """Text that takes the place of a stretch of a document; an empty stretch inserts, an empty text deletes.

    Line ends in `text` are line feeds; whoever applies it writes those of the document.
    """

    place: Place
    text: str


@record
class Fix:
    """Edits that mend a finding, and files to be made with them; all of it or nothing.

    `title` says what is done, in the imperative. `safe` tells that it may be done without anybody reading it first,
    `reveals` that the runner could not read the file as it is meant, so that more may be found once it can. `unless` is
    what must not happen in later migrations (avion_lint.fixer.order.Unless), None once that is known.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    files: tuple[Document, ...] = ()
    safe: bool = True
    reveals: bool = False
    unless: object = None


@record
class Finding:
    """One thing that a rule found.

    `message` says the effect in plain words, as one or two sentences.
    `remedy` says how to do it safely; it must work on this runner, table and PostgreSQL version.
    `object` names what is touched (`public.users`, `users.email`, a version), so that exceptions and baselines
    hold when lines move. `fix` does what the remedy says, where that can be done by changing text. `hidden` tells that
    the text at the place is a secret, which no report may show.
    """

    place: Place
    message: str
    remedy: str = ""
    related: tuple[Related, ...] = ()
    object: str = ""
    fix: Fix | None = None
    hidden: bool = False
