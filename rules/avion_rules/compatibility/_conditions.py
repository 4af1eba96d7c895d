"""What a CHECK allows, as far as its words can be told: lists of values, limits of numbers and of lengths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from avion_lint.pattern import pattern
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal


_COLUMN = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_NUMBER = r"-?\d+(?:\.\d+)?"
_STRING = r"'(?:[^']|'')*'"
_CAST = r"(?:::[\w ]+(?:\(\d+\))?(?:\[\])?)?"
_VALUE = rf"(?:{_NUMBER}|{_STRING}){_CAST}"
_LIST = rf"{_VALUE}(?:, {_VALUE})*"
_LISTED = pattern(rf"({_COLUMN}) (?:IN \(({_LIST})\)|= ANY \(ARRAY\[({_LIST})\]{_CAST}\)|= ({_VALUE}))")
_COMPARED = pattern(rf"({_COLUMN}|(?:char(?:acter)?_)?length\({_COLUMN}\)) (<=|<|>=|>) ({_NUMBER})")
_BETWEEN = pattern(rf"({_COLUMN}|(?:char(?:acter)?_)?length\({_COLUMN}\)) BETWEEN ({_NUMBER}) AND ({_NUMBER})")
_NOT_NULL = pattern(rf"({_COLUMN}) IS NOT NULL")
_EACH = pattern(_VALUE)
_LENGTH = pattern(r"(?:char(?:acter)?_)?length\(")


@record
class Condition:
    """What is allowed of a column, or of `length(column)`; NULL always is, unless `not_null`.

    `values` is the list of those allowed, as SQL without casts; `low` and `high` are limits, `above` and `below` tell
    that the limit itself is out.
    """

    about: str
    values: frozenset[str] | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    above: bool = False
    below: bool = False
    not_null: bool = False

    def admits(self, value: str) -> bool | None:
        """Whether a value (SQL without casts) is allowed; None where that cannot be told."""
        if self.values is not None:
            return value in self.values
        number = _measure(value) if self.about.startswith("length(") else _number(value)
        return None if number is None else self._holds(number)

    def _holds(self, number: Decimal) -> bool:
        low = self.low is None or number > self.low or (number == self.low and not self.above)
        high = self.high is None or number < self.high or (number == self.high and not self.below)
        return low and high

    def follows_from(self, known: Condition) -> bool:
        """Whether everything that `known` allows is allowed."""
        if self.about != known.about or self.not_null != known.not_null:
            return False
        if self.not_null:
            return True
        if known.values is not None:
            return all(self.admits(value) for value in known.values)
        return self.values is None and self._starts_below(known) and self._ends_above(known)

    def _starts_below(self, known: Condition) -> bool:
        if self.low is None or known.low is None:
            return self.low is None
        return known.low > self.low or (known.low == self.low and (known.above or not self.above))

    def _ends_above(self, known: Condition) -> bool:
        if self.high is None or known.high is None:
            return self.high is None
        return known.high < self.high or (known.high == self.high and (known.below or not self.below))


@cache  # each CHECK of a table is asked about once for each that comes
def conditions(sql: str) -> tuple[Condition, ...] | None:
    """The conditions of a CHECK, all of which must hold; None where some cannot be told. `sql` is as deparsed."""
    between = _BETWEEN.fullmatch(bare(sql))
    parts = [sql] if between else split(sql, " AND ")
    found = [_condition(part) for part in parts]
    return tuple(each for each in found if each) if sql and all(found) else None


def implied(new: Iterable[Condition], known: Iterable[Condition]) -> bool:
    """Whether each of the new conditions follows from one of those known."""
    known = tuple(known)
    return all(any(each.follows_from(one) for one in known) for each in new)


def longest(column: str, letters: int) -> Condition:
    """What a type with a length allows."""
    return Condition(f"length({column})", high=_decimal(letters))


def plain(sql: str) -> str:
    """A constant without its cast; "" for anything else."""
    found = _EACH.fullmatch(sql)
    return _without_cast(sql) if found else ""


def _condition(part: str) -> Condition | None:
    text = bare(part)
    choices = split(text, " OR ")
    if len(choices) > 1:
        return _any_of([_condition(choice) for choice in choices])
    if found := _LISTED.fullmatch(text):
        values = (_without_cast(each[0]) for each in _EACH.finditer(found[2] or found[3] or found[4]))
        return Condition(found[1], frozenset(values))
    if found := _BETWEEN.fullmatch(text):
        return Condition(_about(found[1]), low=_decimal(found[2]), high=_decimal(found[3]))
    if found := _NOT_NULL.fullmatch(text):
        return Condition(found[1], not_null=True)
    found = _COMPARED.fullmatch(text)
    return _limit(_about(found[1]), found[2], _decimal(found[3])) if found else None


def _limit(about: str, sign: str, number: Decimal) -> Condition:
    if sign.startswith("<"):
        return Condition(about, high=number, below=sign == "<")
    return Condition(about, low=number, above=sign == ">")


def _any_of(choices: list[Condition | None]) -> Condition | None:
    """Lists of one column's values that OR joins."""
    told = [each for each in choices if each is not None and each.values is not None]
    if len(told) < len(choices) or len({each.about for each in told}) > 1:
        return None
    return Condition(told[0].about, frozenset(value for each in told for value in each.values or ()))


def _about(text: str) -> str:
    return _LENGTH.sub("length(", text)


def _without_cast(value: str) -> str:
    return value[: value.rindex("'") + 1] if value.startswith("'") else value.partition("::")[0]


def _number(value: str) -> Decimal | None:
    try:
        return _decimal(value.strip("'"))
    except ArithmeticError:  # decimal's InvalidOperation
        return None


def _measure(value: str) -> Decimal | None:
    return _decimal(len(value[1:-1].replace("''", "'"))) if value.startswith("'") else None


def bare(text: str) -> str:
    """Without the parentheses around it."""
    while text.startswith("(") and text.endswith(")") and len(list(_cuts(text[1:-1], ")", closing=True))) == 0:
        text = text[1:-1]
    return text


def split(text: str, word: str) -> list[str]:
    """The parts that a word joins, outside of parentheses and strings."""
    text = bare(text)
    if word not in text:
        return [text]
    parts, start = [], 0
    for at in _cuts(text, word):
        parts.append(text[start:at])
        start = at + len(word)
    return [*parts, text[start:]]


def _cuts(text: str, word: str, *, closing: bool = False) -> Iterator[int]:
    """Where a word stands at no depth; with `closing`, where a parenthesis closes that was opened before the text."""
    depth, quote = 0, ""
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
            if closing and depth < 0:
                yield at
                return
        elif depth == 0 and not closing and text.startswith(word, at):
            yield at


def _decimal(value: str | int) -> Decimal:
    """An exact number; raises ArithmeticError for a text that is none."""
    from decimal import Decimal  # noqa: PLC0415 - takes as long to load as five rules, and few conditions have numbers

    return Decimal(value)
