"""Reads PromQL into trees with places; what it does not understand it leaves to whoever says what is wrong."""

from __future__ import annotations

from avion_lint.promql.lexer import Kind, NoWordError, Token, tokens
from avion_lint.promql.syntax import (
    Aggregate,
    Binary,
    Call,
    Matcher,
    Negation,
    Node,
    Number,
    Selector,
    Subquery,
    Text,
    Unknown,
)
from avion_lint.promql.units import seconds
from avion_lint.record import field, record
from avion_lint.source import Span

AGGREGATES = frozenset(
    {
        "sum", "min", "max", "avg", "group", "stddev", "stdvar", "count", "count_values",
        "bottomk", "topk", "quantile", "limitk", "limit_ratio",
    }
)  # fmt: skip
_BINDING = {
    "or": 1,
    "and": 2, "unless": 2,
    "==": 3, "!=": 3, "<=": 3, "<": 3, ">=": 3, ">": 3,
    "+": 4, "-": 4,
    "*": 5, "/": 5, "%": 5, "atan2": 5,
    "^": 7,
}  # fmt: skip
_UNARY = 6  # binds less than `^`: -2^2 is -4
_MOST_DEPTH = 100
_NOT_A_NUMBER = float("nan")


class NotReadError(Exception):
    """An expression is not understood from a place on."""

    def __init__(self, span: Span) -> None:
        super().__init__(f"not understood from {span.start} on")
        self.span = span


def parse(text: str) -> Node:
    """Tree of an expression; NotReadError or NoWordError where it is none that is known here."""
    reader = _Reader(text, list(tokens(text)))
    node = reader.expression(0)
    if reader.at < len(reader.words):
        raise NotReadError(reader.words[reader.at].span)
    return node


def read(text: str) -> Node | None:
    """Tree of an expression, None where it cannot be read."""
    try:
        return parse(text)
    except (NotReadError, NoWordError):
        return None


@record(frozen=False)
class _Reader:
    """The words, and how far they have been read."""

    text: str
    words: list[Token]
    at: int = 0
    depth: int = field(default=0)

    def peek(self) -> Token | None:
        return self.words[self.at] if self.at < len(self.words) else None

    def is_next(self, *texts: str) -> bool:
        word = self.peek()
        return word is not None and word.kind in (Kind.MARK, Kind.NAME) and word.text.lower() in texts

    def next(self) -> Token:
        word = self.peek()
        if word is None:
            raise NotReadError(Span(max(len(self.text) - 1, 0), len(self.text)))
        self.at += 1
        return word

    def expect(self, text: str) -> Token:
        word = self.next()
        if word.text != text:
            raise NotReadError(word.span)
        return word

    def end(self) -> int:
        """Where the last word that was read ends."""
        return self.words[self.at - 1].span.end

    def expression(self, least: int) -> Node:
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise NotReadError(self.next().span)
        left = self.unary()
        while (word := self.peek()) is not None:
            op = word.text.lower()
            binding = _BINDING.get(op) if word.kind in (Kind.MARK, Kind.NAME) else None
            if binding is None or binding < least:
                break
            left = self.binary(left, self.next(), op, binding)
        self.depth -= 1
        return left

    def binary(self, left: Node, word: Token, op: str, binding: int) -> Node:
        is_bool = self.is_next("bool") and bool(self.next())
        matching, labels = self.matching("on", "ignoring")
        group, _ = self.matching("group_left", "group_right")
        self.matching("fill", "fill_left", "fill_right")
        right = self.expression(binding if op == "^" else binding + 1)
        span = Span(left.span.start, right.span.end)
        return Binary(span, op, word.span, left, right, is_bool, matching, labels, group)

    def matching(self, *names: str) -> tuple[str, tuple[str, ...]]:
        if not self.is_next(*names):
            return "", ()
        name = self.next().text.lower()
        return name, self.labels() if self.is_next("(") else ()

    def labels(self) -> tuple[str, ...]:
        self.expect("(")
        found: list[str] = []
        while not self.is_next(")"):
            word = self.next()
            if word.text != ",":
                found.append(_unquoted(word.text) if word.kind is Kind.TEXT else word.text)
        self.expect(")")
        return tuple(found)

    def unary(self) -> Node:
        if not self.is_next("-", "+"):
            return self.postfix(self.primary())
        sign = self.next()
        of = self.expression(_UNARY)
        return Negation(Span(sign.span.start, of.span.end), of) if sign.text == "-" else of

    def primary(self) -> Node:
        word = self.next()
        match word.kind:
            case Kind.NUMBER:
                return Number(word.span, _number(word.text))
            case Kind.DURATION:
                return Number(word.span, seconds(word.text) or 0.0)
            case Kind.TEXT:
                return Text(word.span, _unquoted(word.text))
            case Kind.VARIABLE if not self.is_next("{", "("):
                return Unknown(word.span)
            case Kind.NAME | Kind.VARIABLE:
                return self.named(word)
            case Kind.MARK if word.text == "(":
                inner = self.expression(0)
                self.expect(")")
                return inner
            case Kind.MARK if word.text == "{":
                self.at -= 1
                return self.selector("", word.span.start)
        raise NotReadError(word.span)

    def named(self, word: Token) -> Node:
        name = word.text
        if name.lower() in AGGREGATES and self.is_next("(", "by", "without"):
            return self.aggregate(word)
        if self.is_next("("):
            arguments = self.arguments()
            return Call(Span(word.span.start, self.end()), name, word.span, arguments)
        if name.lower() in ("inf", "nan"):
            return Number(word.span, float(name))
        return self.selector(name if word.kind is Kind.NAME else "", word.span.start)

    def aggregate(self, word: Token) -> Node:
        grouping, labels = self.matching("by", "without")
        arguments = self.arguments()
        if not grouping:
            grouping, labels = self.matching("by", "without")
        if not arguments:
            raise NotReadError(word.span)
        parameter = arguments[0] if len(arguments) > 1 else None
        span = Span(word.span.start, self.end())
        return Aggregate(span, word.text.lower(), word.span, arguments[-1], parameter, grouping, labels)

    def arguments(self) -> tuple[Node, ...]:
        self.expect("(")
        found: list[Node] = []
        while not self.is_next(")"):
            found.append(self.expression(0))
            if not self.is_next(")"):
                self.expect(",")
        self.expect(")")
        return tuple(found)

    def selector(self, name: str, start: int) -> Node:
        matchers: list[Matcher] = []
        if self.is_next("{"):
            self.next()
            while not self.is_next("}"):
                matchers.append(self.matcher())
                if not self.is_next("}") and self.next().text not in (",", "or"):
                    raise NotReadError(self.words[self.at - 1].span)
            self.expect("}")
        named = next((each.value for each in matchers if each.label == "__name__" and each.op == "="), "")
        return Selector(Span(start, self.end()), name or named, tuple(each for each in matchers if each.label))

    def matcher(self) -> Matcher:
        label = self.next()
        written = _unquoted(label.text) if label.kind is Kind.TEXT else label.text
        if label.kind is Kind.TEXT and self.is_next(",", "}"):
            return Matcher("__name__", "=", written, label.span)
        op, value = self.next(), self.next()
        if op.text not in ("=", "!=", "=~", "!~") or value.kind is not Kind.TEXT:
            raise NotReadError(op.span)
        return Matcher(written, op.text, _unquoted(value.text), Span(label.span.start, value.span.end))

    def postfix(self, node: Node) -> Node:
        while (word := self.peek()) is not None:
            if word.kind is Kind.RANGE:
                node = _ranged(node, self.next())
            elif self.is_next("offset"):
                self.next()
                if self.is_next("-", "+"):
                    self.next()
                self.next()
            elif self.is_next("@"):
                self.next()
                self.unary()
            else:
                break
        return node


def _ranged(node: Node, word: Token) -> Node:
    inside = word.text[1:-1].strip()
    length, colon, _ = inside.partition(":") if not inside.startswith("${") else (inside, "", "")
    value = seconds(length.strip())
    span = Span(node.span.start, word.span.end)
    known = _NOT_A_NUMBER if value is None else value
    if isinstance(node, Selector) and not colon:
        return Selector(span, node.name, node.matchers, known, inside)
    return Subquery(span, node, known)


def _number(text: str) -> float:
    text = text.replace("_", "")
    return float(int(text, 16)) if text[:2].lower() == "0x" else float(text)


def _unquoted(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    inner = text[1:-1]
    return inner.replace("\\\\", "\\").replace('\\"', '"').replace("\\'", "'") if "\\" in inner else inner
