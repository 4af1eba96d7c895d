"""Globs of paths, as .gitignore reads them but for `!`; matched in time that no pattern can blow up."""

from __future__ import annotations

WILD = frozenset("*?[")


def matches(pattern: str, path: str) -> bool:
    """Whether the pattern names the path or a folder above it.

    `*`, `?` and `[…]` match within one name, `**` any number of folders. A pattern without a slash (but for
    one at its end) matches at any depth, every other from the repository's root.
    """
    return _match([*_segments(pattern), "**"], path.split("/"))


def names(pattern: str, path: str) -> bool:
    """Whether the pattern, read from the repository's root, names exactly this path."""
    return _match(pattern.strip("/").split("/"), path.strip("/").split("/"))


def under(pattern: str, path: str) -> bool:
    """Whether the path is, or lies in, what the pattern names from the repository's root ("" is the root)."""
    return not pattern or _match([*pattern.split("/"), "**"], path.split("/"))


def fits(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern in which `*`, `?` and `[…]` stand for parts of it."""
    from fnmatch import fnmatchcase  # noqa: PLC0415 - it loads `re`, and few runs have a pattern

    return fnmatchcase(name, pattern)


def _segments(pattern: str) -> list[str]:
    body = pattern.removesuffix("/")
    return body.removeprefix("/").split("/") if "/" in body else ["**", body]


def _match(pattern: list[str], path: list[str]) -> bool:
    """Match name by name; after a mismatch only the last `**` is tried anew, with one folder more."""
    at = step = 0
    retry: tuple[int, int] | None = None
    while at < len(path):
        if step < len(pattern) and pattern[step] == "**":
            step += 1
            retry = (step, at)
        elif step < len(pattern) and fits(pattern[step], path[at]):
            step, at = step + 1, at + 1
        elif retry is not None:
            step, at = retry[0], retry[1] + 1
            retry = (step, at)
        else:
            return False
    return all(segment == "**" for segment in pattern[step:])
