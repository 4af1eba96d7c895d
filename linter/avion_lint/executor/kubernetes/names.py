"""Names and labels of what is made in a cluster, as Kubernetes takes them."""

from __future__ import annotations

from avion_lint.hashing import hasher

LONGEST = 63  # of a label's value, and of the name of a Job, which becomes one
RUN = "avion-lint/run"
LOCK = "avion-lint/lock"
KIND = "avion-lint/kind"
MANAGER = "avion-lint"
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_LABEL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ._-") | _LETTERS
_NUMBERS = 10**9


def part(text: str, longest: int) -> str:
    """A text as a part of an object's name: letters a to z, digits and hyphens; what is too long ends in a hash."""
    plain = "".join(letter if letter in _LETTERS else "-" for letter in text.lower()).strip("-") or "x"
    if len(plain) <= longest and plain == text:
        return plain
    own = _digest(text)[:6]
    return f"{plain[: longest - len(own) - 1].strip('-')}-{own}"


def job_name(service: str, what: str, of: str, attempt: int = 1) -> str:
    """The name of a Job: the same for the same state `of` the database and the same attempt, so that there is one.

    It ends in numbers, which tells people and linters that another deployment has another one.
    """
    end = f"-{what}-{number(of)}-{attempt}"
    return f"{part(service, LONGEST - len(end))}{end}"


def number(of: str) -> str:
    """Nine digits that stand for a text."""
    return f"{int(_digest(of)[:12], 16) % _NUMBERS:09d}"


def label(text: str) -> str:
    """A text as a label's value, "" where nothing of it is left."""
    plain = "".join(letter if letter in _LABEL else "-" for letter in text)[:LONGEST]
    return plain.strip("._-")


def _digest(text: str) -> str:
    return str(hasher("sha256")(text.encode("utf-8", "backslashreplace")).hexdigest())
