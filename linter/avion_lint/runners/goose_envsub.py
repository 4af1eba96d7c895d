"""Environment substitution as goose does it (ENVSUB): one line in, the text that is sent and where it came from out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from unicodedata import category

from avion_lint.pattern import pattern
from avion_lint.record import field, record
from avion_lint.runners.go_text import quoted, trim
from avion_lint.source import Segment

# A backslash escapes a dollar sign and itself, and is text before anything else.
_LITERAL = pattern(r"(?:[^$\\]++|\\[^$])++")
_LITERAL_IN_BRACES = pattern(r"[^$\\}]+")
# What most lines with substitutions hold, and nothing that needs a closer look.
_PLAIN = pattern(r"\$(?:\{[A-Za-z][A-Za-z0-9_]*\}|[A-Za-z][A-Za-z0-9_]*)")
_NUMBER = pattern(r"[+-]?[0-9]+")
# The scanner of the library that goose uses stops at U+FFFD, which is how it sees undecodable bytes.
_OFFSET = pattern(r"[^:}\ufffd]*")
_LENGTH = pattern(r"[^}\ufffd]*")
_GREATEST = 2**63 - 1
_NOTHING = "\ufffd"  # what Go prints for the character after the end


class SubstitutionError(Exception):
    """Why the line cannot be substituted, in the words of goose; the message is all it carries."""


@record
class Substituted:
    """A line after substitution; `segments` lead from it to offsets in the line before."""

    text: str
    segments: tuple[Segment, ...]


@record(frozen=False)
class _Frame:
    """An open `${NAME…` whose default or message is being read; the outermost frame is the line itself.

    `value` stands for the whole when the content is not needed; None means that the content is the value.
    """

    start: int
    name: str = ""
    value: str | None = None
    required: bool = False
    parts: list[str] = field(default_factory=list)


def substitute(line: str, environment: Mapping[str, str] | None) -> Substituted:
    r"""Substitute `$NAME`, `${NAME}`, `${NAME:-default}` and their kin; unset names become nothing, as with goose.

    Without an environment no value is known: every substitution becomes identifier characters of its own length,
    and only the escapes `$$` and `\$` are applied. Raises SubstitutionError where goose refuses the line.
    """
    if "$" not in line:
        return _as_long(line)
    if environment is None and line.isascii() and "\\" not in line:
        text, count = _PLAIN.subn(_stand_in, line)
        if count == line.count("$"):
            return _as_long(text)
    return _Substitution(line, environment).run()


def _as_long(text: str) -> Substituted:
    """Wrap a text whose characters stand where they stood before."""
    return Substituted(text, (Segment(0, len(text), 0, len(text)),) if text else ())


def _stand_in(found: re.Match[str]) -> str:
    return stand_in(found.group())


class _Substitution:
    """The substitution of one line. Braces nest as deep as the line is long, hence a stack and no recursion."""

    def __init__(self, line: str, environment: Mapping[str, str] | None) -> None:
        self.line = line
        self.environment = environment
        self.frames = [_Frame(0)]
        self.segments: list[Segment] = []
        self.length = 0
        self.unneeded = 0  # open frames whose content is read and thrown away
        self.missing = ""

    def run(self) -> Substituted:
        at = 0
        while at < len(self.line):
            at = self._step(at)
        if len(self.frames) > 1:
            raise SubstitutionError(f"Expected brace expansion to end with }}, got {_NOTHING}")
        if self.missing:
            raise SubstitutionError(self.missing)
        return Substituted("".join(self.frames[0].parts), tuple(self.segments))

    def _step(self, at: int) -> int:
        """Take in what stands at `at`; returns where the next step begins."""
        line = self.line
        nested = len(self.frames) > 1
        if not nested and (plain := _LITERAL.match(line, at)):
            return self._emit(plain.group(), at, plain.end())
        if nested and line[at] == "}":
            return self._close(at)
        two = line[at : at + 2]
        match two:
            case "\\\\" | "$(":
                return self._emit(two, at, at + 2)
            case "\\$" | "$$":
                return self._emit("$", at, at + 2)
        # A dollar at the very end of the line is text; inside braces that leaves them open.
        if line[at] == "$" and at + 1 < len(line):
            return self._expansion(at)
        literal = _LITERAL_IN_BRACES.match(line, at + 1) if nested else None
        end = literal.end() if literal else at + 1
        return self._emit(line[at:end], at, end)

    def _emit(self, text: str, start: int, end: int) -> int:
        if len(self.frames) == 1 and text:
            self.segments.append(Segment(self.length, self.length + len(text), start, end))
            self.length += len(text)
        self.frames[-1].parts.append(text)
        return end

    def _value(self, text: str, start: int, end: int) -> int:
        """Emit the value of an expansion, or what stands for the outermost where no value is known."""
        if self.environment is None and len(self.frames) == 1:
            text = stand_in(self.line[start:end])
        return self._emit(text, start, end)

    def _get(self, name: str) -> str:
        return self.environment.get(name, "") if self.environment is not None else ""

    def _expansion(self, start: int) -> int:
        braced = self.line[start + 1] == "{"
        name, at = self._identifier(start + 1 + braced)
        if not braced:
            return self._value(self._get(name), start, at)
        if self.line.startswith("}", at):
            return self._value(self._get(name), start, at + 1)
        return self._operation(start, name, at)

    def _identifier(self, start: int) -> tuple[str, int]:
        first = self.line[start : start + 1]
        if not first or not _is_letter(first):
            raise SubstitutionError(f"Expected identifier to start with a letter, got {first or _NOTHING}")
        end = start + 1
        while end < len(self.line) and _is_name(self.line[end]):
            end += 1
        return self.line[start:end], end

    def _operation(self, start: int, name: str, at: int) -> int:
        known = self.environment is not None
        is_set = self.environment is not None and name in self.environment
        value = self._get(name)
        operator = self.line[at : at + 2]
        match operator[:1]:
            case ":" if operator != ":-":
                return self._substring(start, value, at + 1)
            case ":":
                return self._open(_Frame(start, name, value if value or not known else None), at + 2)
            case "-":
                return self._open(_Frame(start, name, value if is_set or not known else None), at + 1)
            case "?":
                missing = known and not is_set
                return self._open(_Frame(start, name, None if missing else value, required=missing), at + 1)
        raise SubstitutionError(f"Expected an operator, got {operator[:1] or _NOTHING}")

    def _open(self, frame: _Frame, at: int) -> int:
        self.frames.append(frame)
        self.unneeded += frame.value is not None
        return at

    def _close(self, at: int) -> int:
        frame = self.frames.pop()
        self.unneeded -= frame.value is not None
        content = "".join(frame.parts)
        if frame.required and not self.unneeded:
            self.missing = self.missing or f"${frame.name}: {content or 'not set'}"
        return self._value(content if frame.value is None else frame.value, frame.start, at + 1)

    def _substring(self, start: int, value: str, at: int) -> int:
        line = self.line
        offset_end = _end(_OFFSET, line, at)
        offset = _number(line[at:offset_end], "offset")
        if line.startswith("}", offset_end):
            return self._value(_slice(value, offset, None), start, offset_end + 1)
        length_start = min(offset_end + 1, len(line))
        end = _end(_LENGTH, line, length_start)
        length = _number(line[length_start:end], "length")
        if not line.startswith("}", end):
            got = line[end : end + 1] or _NOTHING
            raise SubstitutionError(f"Expected brace expansion to end with }}, got {got}")
        return self._value(_slice(value, offset, length), start, end + 1)


def stand_in(source: str) -> str:
    """Make identifier characters, as many as the source has, for a substitution whose value nobody knows.

    They come from the source, so that two names give two identifiers, and begin with a letter that begins no
    reserved word.
    """
    body = "".join(c.lower() if c.isascii() and (c.isalnum() or c == "_") else "_" for c in source[1:])
    return f"z{body}"


def _is_letter(character: str) -> bool:
    return category(character).startswith("L")


def _is_name(character: str) -> bool:
    return character == "_" or category(character)[0] in "LN"


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _number(text: str, what: str) -> int:
    digits = trim(text)
    problem = f"Unable to parse {what}: strconv.Atoi: parsing {quoted(digits)}: "
    if not _NUMBER.fullmatch(digits):
        raise SubstitutionError(problem + "invalid syntax")
    # Python refuses to convert thousands of digits; twenty are past the range already.
    value = int((digits.lstrip("+-").lstrip("0") or "0")[:20]) * (-1 if digits.startswith("-") else 1)
    if not -_GREATEST - 1 <= value <= _GREATEST:
        raise SubstitutionError(problem + "value out of range")
    return value


def _slice(value: str, offset: int, length: int | None) -> str:
    """Part of a value by goose's rules: negative counts from the end, too far is cut; counted in bytes."""
    data = value.encode()
    start = offset + len(data) if offset < 0 else offset
    start = min(max(start, 0), len(data))
    if length is None:
        stop = len(data)
    elif length >= 0:
        stop = min(start + length, len(data))
    else:
        stop = max(len(data) + length, start)
    return data[start:stop].decode(errors="replace")
