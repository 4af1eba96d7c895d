"""The header of a new migration, as the service's other files write theirs: who, when, and what else they tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from avion_lint.record import record
from avion_lint.runners.script_text import header

_LINE = re.compile(r"(--[ \t]*)([^:]*?)([ \t]*:[ \t]*)(.*)")
_PERSON = {"author", "created by"}
_EMAIL = {"email", "e-mail"}
_DAY = {"date", "created", "created at", "created on"}
_ENOUGH = 3  # files that tell what a service's custom is
_RECENT = 20
_ISO = "%Y-%m-%d"
_FORMS = (
    _ISO,
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
)


@record
class Author:
    """Who writes a migration, as git knows them; "" for what it does not know."""

    name: str = ""
    email: str = ""


@record
class _Entry:
    """A line of a header, taken apart."""

    mark: str
    name: str
    colon: str
    value: str

    @property
    def key(self) -> str:
        """The name, whatever its case."""
        return " ".join(self.name.lower().split())


def header_lines(texts: Sequence[str], author: Author, now: datetime) -> tuple[str, ...]:
    """Lines for the top of a new file; `texts` are the service's files, the last one last, `now` is local time.

    Where few files are there and none has a header it is Author and Date; where several have none, nothing.
    """
    headers = [_entries(text) for text in texts]
    custom = next((entries for entries in reversed(headers) if entries), ())
    if not custom:
        named = () if len(texts) >= _ENOUGH else (("Author", author.name), ("Date", now.strftime(_ISO)))
        return tuple(f"-- {name}: {value}".rstrip() for name, value in named)
    return tuple(_line(entry, _values(headers, entry.key), author, now) for entry in custom)


def _entries(text: str) -> tuple[_Entry, ...]:
    found = (_LINE.fullmatch(line) for line in header(text))
    return tuple(_Entry(*match.groups()) for match in found if match)


def _values(headers: Iterable[tuple[_Entry, ...]], key: str) -> list[str]:
    """What the files have under a name, the last one last."""
    return [entry.value.strip() for entries in headers for entry in entries if entry.key == key]


def _line(entry: _Entry, values: list[str], author: Author, now: datetime) -> str:
    if entry.key in _PERSON:
        value = _person(values, author)
    elif entry.key in _EMAIL:
        value = author.email
    elif entry.key in _DAY:
        value = now.strftime(_form(values))
    else:
        value = values[0] if len(set(values)) == 1 and len(values) > 1 else ""
    return f"{entry.mark}{entry.name}{entry.colon}{value}".rstrip()


def _person(values: list[str], author: Author) -> str:
    """The author as they wrote themselves before, else in the form of the last one."""
    own = [word.casefold() for word in (author.email, author.name) if word]
    for value in reversed(values):
        if any(word == value.casefold() or ("@" in word and word in value.casefold()) for word in own):
            return value
    last = values[-1]
    if "<" in last and "@" in last and author.email:
        return f"{author.name} <{author.email}>".strip()
    if "@" in last and " " not in last and not last.startswith("@") and author.email:
        return author.email
    return author.name


def _form(values: list[str]) -> str:
    """How the files write a day; as ISO 8601 has it where they tell nothing, or nothing that can be told apart."""
    recent = values[-_RECENT:]
    fitting = [form for form in _FORMS if all(_fits(value, form) for value in recent)]
    days_and_months = {"%d/%m/%Y", "%m/%d/%Y"} <= set(fitting)
    return fitting[0] if fitting and not days_and_months else _ISO


def _fits(value: str, form: str) -> bool:
    try:
        return bool(date.min <= datetime.strptime(value, form).date())  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return False
