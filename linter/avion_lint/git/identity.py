"""Reads who commits: the name and the address that git would write into a commit."""

from __future__ import annotations

import os
from collections.abc import Mapping

from avion_lint.git.process import ask_gently
from avion_lint.git.values import Repository

_MOST = 200  # letters; a setting may hold anything


def identity(repository: Repository, environment: Mapping[str, str]) -> tuple[str, str]:
    """Name and e-mail address of the author, "" for what is not set.

    As for git's own commits, GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL in `environment` outweigh the settings.
    """
    answer = ask_gently(repository, "config", "--null", "--get-regexp", r"^user\.(name|email)$")
    entries = (entry.partition("\n") for entry in os.fsdecode(answer.out).split("\0"))
    known = {key.lower(): value for key, _, value in entries}
    name = environment.get("GIT_AUTHOR_NAME") or known.get("user.name", "")
    email = environment.get("GIT_AUTHOR_EMAIL") or known.get("user.email", "")
    return _plain(name), _plain(email)


def _plain(text: str) -> str:
    """The text as part of a line of comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text[:_MOST]).split())
