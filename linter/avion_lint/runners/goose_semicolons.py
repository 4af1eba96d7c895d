"""Where goose's cuts differ from where SQL's statements end."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from avion_lint.runners.goose_lines import ending_semicolon, line_around, opens_comment
from avion_lint.runners.goose_reading import Query
from avion_lint.runners.migration import Misread, Misreading
from avion_lint.sql.lexer import (
    Lexeme,
    Token,
    code_start,
    is_whole_statement,
    statement_ends,
    tokens,
)

_NAMES = {
    Lexeme.LINE_COMMENT: "a comment",
    Lexeme.BLOCK_COMMENT: "a comment",
    Lexeme.STRING: "a string",
    Lexeme.NAME: "a quoted name",
    Lexeme.DOLLAR: "a dollar-quoted body",
}


def misread_semicolons(queries: Sequence[Query]) -> Iterator[Misreading]:
    """Find the semicolons that goose overlooks, or takes for an end where SQL has none, in one direction's queries."""
    for is_block, group in groupby(queries, key=lambda query: query.block):
        if is_block:
            for query in group:
                yield from _block(query)
        else:
            yield from _simple(list(group))


def _simple(queries: list[Query]) -> Iterator[Misreading]:
    """Look at queries that goose cut at semicolons, one after the other; the clean ones in front need no look."""
    first = next((i for i, query in enumerate(queries) if not is_whole_statement(query.chunk.text)), None)
    if first is not None:
        yield from _Cuts(queries[first:]).misreadings()


class _Cuts:
    """Queries put together again, so that what goose has cut asunder can be read as SQL."""

    def __init__(self, queries: list[Query]) -> None:
        self.queries = queries
        self.text = "\n".join(query.chunk.text for query in queries)
        self.tokens = list(tokens(self.text))
        self.token_starts = [token.start for token in self.tokens]
        self.ends = statement_ends(self.text)

    def misreadings(self) -> Iterator[Misreading]:
        start = said = 0
        for query in self.queries:
            cut = start + len(query.chunk.text)
            if said < cut < len(self.text) and (what := self._inside(cut)):
                said = self._statement_end(cut)
                yield _cut_inside(query, what)
            ends = self.ends[bisect_left(self.ends, start) : bisect_left(self.ends, cut)]
            yield from _glued(query, [end - start for end in ends])
            start = cut + 1

    def _inside(self, cut: int) -> str:
        """What goose cuts through at an offset; "" where a statement ends there."""
        if token := self._token_over(cut):
            return _NAMES[token.kind]
        following = bisect_left(self.ends, cut)
        before = self.ends[following - 1] + 1 if following else 0
        if code_start(self.text, before) >= cut:
            return ""
        comment = self._token_over(cut - 1)
        return _NAMES[comment.kind] if comment else "a statement that goes on"

    def _statement_end(self, offset: int) -> int:
        at = bisect_left(self.ends, offset)
        return self.ends[at] if at < len(self.ends) else len(self.text)

    def _token_over(self, offset: int) -> Token | None:
        at = bisect_right(self.token_starts, offset) - 1
        if at < 0 or self.tokens[at].kind is Lexeme.SEMICOLON:
            return None
        return self.tokens[at] if self.tokens[at].start < offset < self.tokens[at].end else None


def _cut_inside(query: Query, what: str) -> Misreading:
    text = query.chunk.text
    line = text.rfind("\n") + 1
    semicolon = line + ending_semicolon(text[line:])
    span = query.chunk.origin.span(semicolon, semicolon + 1)
    detail = f"goose ends the statement at this semicolon, which stands inside {what}"
    return Misreading(Misread.SEMICOLON_INSIDE, span, detail)


def _block(query: Query) -> Iterator[Misreading]:
    """Look at a query from a StatementBegin to a StatementEnd, and at what stood before it without being ended."""
    text = query.chunk.text
    ends = statement_ends(text)
    head = text[: query.before_block].rstrip()
    if head:
        ended = max((end + 1 for end in ends if end < len(head)), default=0)
        begin = code_start(text, ended)
        if begin < len(head) and not _parses(text[begin:]):
            yield _unfinished(query, begin, len(head))
    yield from _glued(query, ends)


def _parses(text: str) -> bool:
    """Whether what goose glued together is what was meant: a statement whose last part stands in the block."""
    from avion_lint.sql.parse import SyntaxProblem, parse  # noqa: PLC0415 - needed for very few files

    return not isinstance(parse(text), SyntaxProblem)


def _unfinished(query: Query, start: int, end: int) -> Misreading:
    span = query.chunk.origin.span(start, end)
    detail = "goose glues this text, which no semicolon ends, to the StatementBegin block after it"
    return Misreading(Misread.UNFINISHED_BEFORE_BLOCK, span, detail)


def _glued(query: Query, ends: list[int]) -> Iterator[Misreading]:
    """Find statements that goose sends as one query; `ends` are the offsets in the query at which one ends."""
    statements = list(_statements(query.chunk.text, ends))
    missed = next((end for (_, end), (start, _) in pairwise(statements) if _is_missed(query, end, start)), None)
    if missed is not None:
        detail = f"goose does not end the statement at this semicolon, {_why_missed(query, missed)}"
        kind, span = Misread.SEMICOLON_MISSED, query.chunk.origin.span(missed, missed + 1)
    elif len(statements) > 1:
        detail = "goose does not split these statements"
        kind, span = Misread.SEVERAL_IN_CHUNK, query.chunk.origin.span(*statements[1])
    else:
        return
    yield Misreading(kind, span, f"{detail}: {len(statements)} are sent as one query")


def _statements(text: str, ends: list[int]) -> Iterator[tuple[int, int]]:
    """Where the statements that are not empty begin, and where their semicolon (or the text) is."""
    at = 0
    for end in (*ends, len(text)):
        start = code_start(text, at) if at < end else end
        if start < end:
            yield start, end
        at = end + 1


def _is_missed(query: Query, end: int, following: int) -> bool:
    """Whether the eye sees the end of a statement: not within a block, and the next one begins on another line."""
    if query.block and end >= query.before_block:
        return False
    return query.chunk.text.find("\n", end, following) >= 0


def _why_missed(query: Query, semicolon: int) -> str:
    text = query.chunk.text
    start, stop, _ = line_around(text, semicolon, len(text))
    rest = text[semicolon + 1 : stop]
    if opens_comment(text[start:semicolon]):
        return "because it takes the `--` before it for a comment"
    if rest.startswith("--"):
        return "because no blank stands before the comment after it"
    if rest.lstrip().startswith("/*"):
        return "because a block comment follows it in its line"
    return "because it is not the last thing in its line"
