"""What keeps the executor from doing what it was asked for, in words."""

from __future__ import annotations


class CannotRunError(Exception):
    """Something that is needed is not there or does not work; `mend` says what to do about it, "" for nothing."""

    def __init__(self, text: str, mend: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.mend = mend


class EndedError(Exception):
    """The work was ended from outside: by a signal, or because its time was over."""
