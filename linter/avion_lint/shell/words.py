"""Words of a command: what the shell makes of their quotes, and what is not known before it runs."""

from __future__ import annotations

from avion_lint.enumeration import Enum
from avion_lint.record import record
from avion_lint.shell.origin import Piece, Stretch, derive, nothing_at
from avion_lint.source import UNKNOWN, Excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.shell.syntax import Node


class PartKind(Enum):
    """What a part of a word is."""

    LITERAL = "literal"
    VARIABLE = "variable"
    SUBSTITUTION = "substitution"
    ARITHMETIC = "arithmetic"
    PROCESS = "process substitution"
    UNKNOWN = "unknown"


@record
class Part:
    """A part of a word, `[start, end)` of the script.

    `text` is what the shell makes of a literal, the name of a variable, the expression of an arithmetic expansion, the
    expression of GitHub's (empty for a template's), the script of a substitution. `operator` is a variable's
    (`:-`, `##` …) and `operand` what follows it, as written.
    """

    kind: PartKind
    text: str
    start: int
    end: int
    quoted: bool
    operator: str = ""
    operand: str = ""
    body: tuple[Node, ...] = ()

    @property
    def may_be_empty(self) -> bool:
        """Whether nothing may come of it."""
        match self.kind:
            case PartKind.LITERAL:
                return not self.text
            case PartKind.VARIABLE:
                return self.text not in {"?", "#", "$", "0"} and not self._has_default
            case PartKind.ARITHMETIC | PartKind.PROCESS:
                return False
        return True

    @property
    def _has_default(self) -> bool:
        return self.operator in {":?", "?", "#"} or (self.operator == ":-" and bool(self.operand.strip("\"'")))


@record
class Word:
    """A word of a command as it stands in the script, and its parts in order."""

    where: Stretch
    parts: tuple[Part, ...]

    @property
    def text(self) -> str | None:
        """What the shell makes of it, if that is known; globs and braces stay as written."""
        if len(self.parts) == 1:
            return self.parts[0].text if self.parts[0].kind is PartKind.LITERAL else None
        texts = []
        for part in self.parts:
            if part.kind is not PartKind.LITERAL:
                return None
            texts.append(part.text)
        return "".join(texts)

    @property
    def shape(self) -> str:
        """What the shell makes of it, with one U+E000 for every part that is not known."""
        if len(self.parts) == 1:
            return self.parts[0].text if self.parts[0].kind is PartKind.LITERAL else UNKNOWN
        return "".join(part.text if part.kind is PartKind.LITERAL else UNKNOWN for part in self.parts)

    @property
    def raw(self) -> str:
        """The word as it is written in the document."""
        return self.where.place.text

    @property
    def is_quoted(self) -> bool:
        """Whether any part of it is quoted; then it is one word at least, though it be empty."""
        return any(part.quoted for part in self.parts)

    @property
    def may_be_empty(self) -> bool:
        """Whether it may be the empty text, or vanish."""
        return all(part.may_be_empty for part in self.parts)

    @property
    def may_split(self) -> bool:
        """Whether it may become several words, or none."""
        return any(
            not part.quoted and part.kind not in {PartKind.LITERAL, PartKind.ARITHMETIC, PartKind.PROCESS}
            for part in self.parts
        )

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables that it reads, in order."""
        return tuple(part.text for part in self.parts if part.kind is PartKind.VARIABLE)

    def derived(self) -> Excerpt:
        """What the shell makes of it, mapped to the document; unknown parts are runs of U+E000 of their own length."""
        pieces = [
            Piece(part.text, part.start, part.end)
            if part.kind is PartKind.LITERAL
            else Piece(UNKNOWN * (part.end - part.start), part.start, part.end, known=False)
            for part in self.parts
        ]
        made = derive(pieces, self.where.text)
        return made if made.text else nothing_at(self.where.text, self.where.start)

    def place_of(self, part: Part) -> Stretch:
        """Where one of its parts stands."""
        return Stretch(self.where.text, part.start, part.end)


def tail(word: Word, start: int) -> Word:
    """The word without the first `start` characters of its known text (`--command=` of `--command=x`)."""
    parts: list[Part] = []
    for part in word.parts:
        size = len(part.text) if part.kind is PartKind.LITERAL else 0
        if part.kind is PartKind.LITERAL and start > 0:
            cut = min(start, size)
            start -= cut
            if cut < size:
                begin = part.start + cut if size == part.end - part.start else part.start
                parts.append(Part(part.kind, part.text[cut:], begin, part.end, part.quoted))
            continue
        parts.append(part)
    begin = parts[0].start if parts else word.where.end
    return Word(Stretch(word.where.text, begin, word.where.end), tuple(parts))


def literal(text: str, outer: Excerpt, start: int, end: int) -> Word:
    """A word that is known and unquoted."""
    return Word(Stretch(outer, start, end), (Part(PartKind.LITERAL, text, start, end, quoted=False),))
