"""How Flyway splits a script into the statements that it sends (Parser of 11.20.3)."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.runners import flyway_tokens as tokens
from avion_lint.runners.flyway_recognition import Recognised, recognise
from avion_lint.source import Span


@record
class Oddities:
    """Where Flyway reads a statement otherwise than PostgreSQL; offsets in the script.

    `lost` is an opening parenthesis before the statement that Flyway drops, `held_by` the parenthesis because of
    which a semicolon did not end it, `dollars` are the tags that begin a dollar quote for Flyway only.
    """

    lost: int | None
    held_by: int | None
    dollars: tuple[Span, ...]


@record
class Statement:
    """A statement as Flyway sends it: `text[start:end]`.

    `first` is the offset of its first token that is no comment, whose line Flyway reports; `stop` that of the
    semicolon that ends it, or the text's length; `resume` where reading goes on, behind the data of a COPY.
    """

    start: int
    end: int
    first: int
    stop: int
    resume: int
    transactional: bool
    oddities: Oddities | None


@record
class Refusal:
    """Why Flyway gets no further, and the stretch of text that made it stop."""

    message: str
    span: Span


@record
class Split:
    """The statements of a script in order; with a refusal they end before what is refused."""

    statements: tuple[Statement, ...]
    refusal: Refusal | None = None


def split(text: str) -> Split:
    """Split a script, placeholders replaced and byte order marks dropped, as Flyway does. Linear in its length."""
    return _Splitter(text).run()


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    r"""Count line and column as Flyway reports them, from 1.

    Only a line feed begins a line, but `\r` a column too; a character beyond U+FFFF takes two columns.
    """
    before = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))
    wide = sum(character > "\uffff" for character in text[before + 1 : offset])
    return text.count("\n", 0, offset) + 1, offset - before + wide


class _Splitter:
    """The state of one reading; names are those of Statement."""

    __slots__ = (
        "after_begin", "at", "blocks", "decided", "depth", "dollars", "first", "found", "held_by", "left", "lost",
        "recognised", "refusal", "seen", "shape", "start", "text", "words",
    )  # fmt: skip

    def __init__(self, text: str) -> None:
        self.text = text
        self.shape = tokens.shape(text)
        self.found: list[Statement] = []
        self.refusal: Refusal | None = None
        self.depth = 0  # of parentheses; it lasts from statement to statement, as in Flyway
        self.left = 0  # the parenthesis with which the depth was last left or returned to 0
        self.blocks: list[str] = []
        self._begin(0)

    def _begin(self, at: int) -> None:
        self.at = self.start = at
        self.seen = False  # any token, a comment or blank lines
        self.first = -1
        self.words: tuple[str, ...] = ()
        self.recognised = Recognised.NOT_YET
        self.decided = self.after_begin = False
        self.lost: int | None = None
        self.held_by: int | None = None
        self.dollars: list[Span] = []

    def run(self) -> Split:
        """Read to the end of the text, or to what Flyway refuses."""
        match = tokens.TOKEN.match
        while self.refusal is None:
            self._pass_over()
            if not self.seen and self._plain_statement():
                continue
            token = match(self.shape, self.at)
            if token is None:
                self._end_of_text()
                break
            start, self.at = token.span()
            self._take(token.lastgroup or "", start)
        return Split(tuple(self.found), self.refusal)

    def _plain_statement(self) -> bool:
        """Take in a whole statement at once, where its first word allows it."""
        head = None if self.depth or self.lost is not None else tokens.PLAIN_HEAD.match(self.shape, self.at)
        rest = tokens.OUTSIDE.match(self.shape, head.end()) if head else None
        if head is None or rest is None or not self.shape.startswith(";", rest.end()):
            return False
        self.first, self.at = head.start(), rest.end() + 1
        self._finish(rest.end())
        return True

    def _pass_over(self) -> None:
        """Leave behind, at once, what has no bearing."""
        if not self.seen:
            idle = tokens.BEFORE
        elif self.first < 0 or self.depth < 0:
            return
        elif self.depth:
            idle = tokens.IN_PARENTHESES
        elif self.decided and not self.blocks and not self.after_begin:
            idle = tokens.OUTSIDE
        else:
            return
        found = idle.match(self.shape, self.at)
        if found is None or found.end() == self.at:
            return
        self.at = found.end()
        if not self.seen:
            self.start = self.at
            self.lost = None if self.shape.find(";", found.start(), self.at) >= 0 else self.lost

    def _take(self, kind: str, start: int) -> None:
        match kind:
            case "keyword":
                self._keyword(start)
            case "delimiter":
                self._semicolon(start)
            case "blank":
                self._nothing()
            case "space":
                self._space(start)
            case "open" | "close":
                self._parentheses(start, self.at - start if kind == "open" else start - self.at)
            case "comment":
                self.seen = True
            case "block":
                self.at = tokens.block_comment_end(self.shape, start)
                self.seen = True
            case "endless":
                self._refuse(f"Flyway never gets past the digit `{self.text[start]}`, which is not ASCII", start)
            case _:
                self._plain(start, kind)

    def _nothing(self) -> None:
        if not self.seen:
            self.start = self.at

    def _space(self, start: int) -> None:
        if self.shape.count("\n", start, self.at) > 1:  # to Flyway's tokenizer blank lines are a token
            self.seen = True
        else:
            self._nothing()

    def _parentheses(self, start: int, change: int) -> None:
        before, self.depth = self.depth, self.depth + change
        if before <= 0 < self.depth or self.depth < 0 <= before:
            self.left = start + abs(before)
        if not self.seen:
            self.start = self.at
            if change > 0 and self.lost is None:
                self.lost = start

    def _plain(self, start: int, kind: str) -> None:
        self._token(start)
        if kind == "begin":
            self.after_begin = self.after_begin or self.depth == 0
        elif kind == "other" and self.text[start] == "@" and self.depth == 0 and not self.decided:
            self._decide("@")  # Flyway takes it for a word
        elif kind == "dollar":
            tag = Span(start, self.at)
            if not tokens.is_dollar_tag(self.text[start : self.at]):
                self.dollars.append(tag)
            self.at = tokens.dollar_quote_end(self.text, start, self.at)

    def _token(self, start: int) -> None:
        self.seen = True
        if self.first < 0:
            self.first = start
        if self.depth <= 0:
            self.after_begin = False

    def _keyword(self, start: int) -> None:
        follows_begin = self.after_begin
        self._token(start)
        if self.depth:
            return
        word = self.text[start : self.at].upper()
        self.after_begin = word == "BEGIN"
        if word == "ATOMIC" and follows_begin:
            self.blocks.append(word)
        elif self.blocks:
            self._in_block(word)
        if not self.decided:
            self._decide(word)

    def _in_block(self, word: str) -> None:
        # Flyway counts a CASE only directly in the body, not one inside another CASE.
        if word == "CASE" and self.blocks[-1] == "ATOMIC":
            self.blocks.append(word)
        elif word == "END":
            self.blocks.pop()

    def _decide(self, word: str) -> None:
        self.words = (*self.words, word)
        self.recognised = recognise(self.words)
        self.decided = self.recognised is not Recognised.NOT_YET

    def _semicolon(self, start: int) -> None:
        if self.first < 0:
            self._begin(self.at)
        elif self.depth == 0 and not self.blocks:
            self._finish(start)
        else:
            if self.depth and self.held_by is None:
                self.held_by = self.left
            if self.depth <= 0:
                self.after_begin = False

    def _finish(self, stop: int) -> None:
        data_end = tokens.copy_data_end(self.text, stop) if self.recognised is Recognised.COPY_FROM_STDIN else self.at
        if data_end is None:
            self._refuse("Flyway never gets to the end of these COPY data: no line `\\.` ends them", self.first)
            return
        end = _trimmed_end(self.text, self.start, stop)
        start = _trimmed_start(self.text, self.start, end)
        found = Statement(
            start,
            end,
            self.first,
            stop,
            data_end,
            self.recognised is not Recognised.NON_TRANSACTIONAL,
            self._oddities(),
        )
        self.found.append(found)
        self._begin(data_end)

    def _oddities(self) -> Oddities | None:
        if self.lost is None and self.held_by is None and not self.dollars:
            return None
        return Oddities(self.lost, self.held_by, tuple(self.dollars))

    def _end_of_text(self) -> None:
        if self.first < 0:
            return
        if self.blocks:
            line, column = line_and_column(self.text, self.first)
            sent = self.text[self.start :]
            self._refuse(f"Incomplete statement at line {line} col {column}: {sent}", self.first)
            return
        if _trimmed_end(self.text, self.start, len(self.text)) > self.start:
            self._finish(len(self.text))

    def _refuse(self, message: str, start: int) -> None:
        self.refusal = Refusal(message, Span(start, max(start + 1, self.at)))


def _trimmed_end(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] <= " ":
        end -= 1
    return end


def _trimmed_start(text: str, start: int, end: int) -> int:
    while start < end and text[start] <= " ":
        start += 1
    return start
