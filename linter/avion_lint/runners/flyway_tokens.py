"""The words of Flyway's own SQL tokenizer for PostgreSQL, as regular expressions over the shape of a text."""

from __future__ import annotations

import re

from avion_lint.pattern import pattern

# What the shape has in place of characters outside ASCII.
_DIGIT, _SYMBOL, _NO_BREAK = "\x01", "\x02", "\x03"
_UNUSUAL = pattern(r"[^\x00\x09-\x0d\x1c-\x7e]")


def shape(text: str) -> str:
    """The text with letters, digits, blanks and other characters outside ASCII replaced by one of their class.

    Offsets stay. Classes are those of java.lang.Character for one UTF-16 unit: beyond U+FFFF nothing is a letter.
    """
    unusual = set(_UNUSUAL.findall(text))
    if not unusual:
        return text
    return text.translate({ord(character): _class(character) for character in unusual})


def _class(character: str) -> str:
    if character < "\x80" or character > "\uffff":
        return _SYMBOL
    if character.isalpha():
        return "a"
    if character.isdecimal():
        return _DIGIT
    if character == "\xa0":
        return _NO_BREAK
    return "\t" if character.isspace() and character not in "\x85\u2007\u202f" else _SYMBOL


_IN_WORD = r"[A-Za-z0-9_$\x01]"
_QUOTED = r'"[^"]*+(?:""[^"]*+)*+"?'
# Flyway quotes names with NUL as well: an alternative quote that it has not set is NUL.
_NUL_QUOTED = r"\x00[^\x00]*+(?:\x00\x00[^\x00]*+)*+\x00?"
_PARTS = rf"(?:\.(?:{_QUOTED}|{_IN_WORD}*+)){{0,2}}+"
_NUL_PARTS = rf"(?:\.(?:{_NUL_QUOTED}|{_IN_WORD}*+)){{0,2}}+"
_NOT_STRING = r"(?![BEX]'|U&')"
_NAME = rf"{_NOT_STRING}[A-Za-z_]{_IN_WORD}*+{_PARTS}"
# Only an upper-case letter makes a string of another sort; B and X then know the backslash too.
_STRING = r"'[^']*+(?:''[^']*+)*+'?|[BEX]'[^'\\]*+(?:(?:\\.?|'')[^'\\]*+)*+'?|U&'[^']*+(?:''[^']*+)*+'?"
_LINE_COMMENT = r"--[^\n\r]*+"

TOKEN = pattern(
    rf"""(?P<keyword>{_NOT_STRING}[A-Za-z_]++(?![0-9$\x01.]))
    |(?P<blank>[ \r\x03])
    |(?P<space>[\t\n\x0b\x0c\x1c-\x1f][\t-\r\x1c-\x20]*+)
    |(?P<delimiter>;)
    |(?P<open>\(++)
    |(?P<close>\)++)
    |(?P<string>{_STRING})
    |(?P<begin>"BEGIN"(?!["."]))
    |(?P<name>{_NAME}|{_QUOTED}{_PARTS}|{_NUL_QUOTED}{_NUL_PARTS})
    |(?P<comment>{_LINE_COMMENT})
    |(?P<block>/\*)
    |(?P<dollar>\$[^$]*+\$?)
    |(?P<endless>\x01)
    |(?P<other>[0-9]++|.)""",
    re.VERBOSE | re.DOTALL,
)
"""One token; the group's name tells which.

`endless` is a digit outside ASCII at the beginning of a token: Flyway never gets past it.
"""

_BLANKS = r"[\t\x0b-\r\x1c-\x20]*+"
BEFORE = pattern(rf"(?:[ \r\x03;]|(?:[\t\x0b\x0c\x1c-\x1f]{_BLANKS}(?:\n{_BLANKS})?|\n{_BLANKS})(?!\n))*+")
"""What may stand before a statement and is no part of it: semicolons, and blanks that are no token.

A run of blanks with two line feeds is a token, unless a space or `\\r` begins it.
"""

_FILLER = r"[^A-Za-z_'\"()$;/\x00\x01-]++"
_WORDS = rf"{_NAME}|{_QUOTED}{_PARTS}"
_REST = rf"{_STRING}|{_LINE_COMMENT}|-|/(?!\*)"
_INSIDE = rf"{_FILLER}|{_WORDS}|{_REST}"
_GROUP = rf"\((?:{_INSIDE})*+\)"

IN_PARENTHESES = pattern(rf"(?:{_INSIDE}|{_GROUP})*+", re.DOTALL)
"""All that does not matter inside parentheses, once a statement has begun."""

_BLOCK_WORD = r"""(?!(?i:BEGIN|ATOMIC)(?![A-Za-z0-9_$\x01.])|"BEGIN")"""

OUTSIDE = pattern(rf"(?:{_FILLER}|{_BLOCK_WORD}(?:{_WORDS})|{_REST}|{_GROUP})*+", re.DOTALL)
"""All that does not matter outside them, once it is known what the statement is."""

PLAIN_HEAD = pattern(
    rf"{_NOT_STRING}(?!(?i:CREATE|DROP|ALTER|REINDEX|VACUUM|DISCARD|COPY|BEGIN)(?![A-Za-z_]))"
    r"[A-Za-z_]++(?![0-9$\x01.])"
)
"""A first word that tells that no other word of the statement matters; a short cut."""

_MARK = pattern(r"/\*|\*/")


def block_comment_end(text: str, start: int) -> int:
    """Offset behind the comment that begins at `start`; comments nest, and an open one reaches to the end."""
    depth = 0
    for mark in _MARK.finditer(text, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def dollar_quote_end(text: str, start: int, tag_end: int) -> int:
    """Offset behind the dollar quote that begins with the tag `[start, tag_end)`.

    Whatever stands between two dollar signs is a tag, and one with a line end in it is never found again.
    """
    tag = text[start:tag_end]
    end = -1 if "\n" in tag else text.find(tag, tag_end)
    return len(text) if end < 0 else end + len(tag)


_TAG = pattern(r"\$(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?\$")


def is_dollar_tag(tag: str) -> bool:
    """Whether the tag begins a dollar quote for PostgreSQL as well."""
    return _TAG.fullmatch(tag) is not None


_COPY_END = pattern(r"^[\x00-\x09\x0b-\x20]*+\\\.[\x00-\x09\x0b-\x20]*+$\n?", re.MULTILINE)


def copy_data_end(text: str, semicolon: int) -> int | None:
    r"""Offset behind the data of a COPY that ends at `semicolon`, or None where no line `\\.` ends them."""
    line_end = text.find("\n", semicolon)
    found = _COPY_END.search(text, line_end + 1) if line_end >= 0 else None
    return found.end() if found else None
