"""What is wrong with a file that steers avion-lint: settings, a policy, a baseline."""

from __future__ import annotations

from avion_lint.source import Place

Problem = tuple[Place, str]
"""Where something is wrong, and what."""


class SettingsError(Exception):
    """Settings, a policy or a baseline cannot be used; `problems`, sorted and never empty, says why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(describe(problem) for problem in problems))
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem[0].sort_key, problem[1])))


def describe(problem: Problem) -> str:
    """Say a problem in one line: path, line, column, message."""
    place, message = problem
    return f"{place.document.path}:{place.start.line}:{place.start.column}: {message}"


def suggestion(word: str, choices: tuple[str, ...]) -> str:
    """`; did you mean …?` for the choice nearest to `word`, or nothing where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed only for a mistake

    folded = {choice.casefold().replace("_", "-"): choice for choice in choices}
    near = get_close_matches(word.casefold().replace("_", "-"), folded, n=1)
    return f"; did you mean `{folded[near[0]]}`?" if near else ""
