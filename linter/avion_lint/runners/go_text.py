"""What Go means by white space and by `%q`: goose trims with the one and quotes in its errors with the other."""

from __future__ import annotations

# unicode.IsSpace; Python's str.strip() would take U+001C to U+001F away too.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

_ESCAPES = {
    "\a": r"\a",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
    "\\": r"\\",
    '"': r"\"",
}


def trim(text: str) -> str:
    """`strings.TrimSpace`."""
    return text.strip(SPACE)


def quoted(text: str) -> str:
    """`strconv.Quote`: the text in double quotes, with Go's escapes for what cannot be printed."""
    return '"' + "".join(_quoted_character(character) for character in text) + '"'


def _quoted_character(character: str) -> str:
    if escape := _ESCAPES.get(character):
        return escape
    # Go's printable and Python's are the same sets of Unicode categories.
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:  # noqa: PLR2004 - the end of ASCII
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the end of the first plane
