"""The page of a check that a policy holds, in the form of the rules' own pages."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.checks.model import Check, Example, ExampleText
from avion_lint.pattern import pattern

_LANGUAGES = {"sql": "sql", "yaml": "yaml", "yml": "yaml", "json": "json", "sh": "sh", "conf": "conf", "toml": "toml"}
_MOST_TICKS = 12


def page_of(check: Check) -> str:
    """Markdown that `pages.read` takes for the page of a rule with the check's name."""
    summary, message = (general(check, text) for text in (check.summary, check.message))
    remedy = general(check, check.remedy)
    blocks = [f"# {check.name}", _line(summary), "## Why", _line(message) or _line(summary)]
    blocks += ["## When it is fine", _where(check), "## The safe way", _line(remedy) or "The policy names none."]
    for example in check.examples:
        blocks.append("## Good" if example.passes else "## Bad")
        blocks += _fences(example)
    return "\n\n".join(blocks) + "\n"


def general(check: Check, text: str) -> str:
    """What a message says in general: parameters have their defaults, what only a finding knows is left open."""
    known = {f"params.{each.name}": str(each.default) for each in check.parameters}
    known |= dict.fromkeys(("name", "path", "value", "environment", "why"), "…")
    return _PLACEHOLDER.sub(lambda match: known.get(match[1].replace("-", "_"), match[0]), text)


_PLACEHOLDER = pattern(r"\{([a-z][a-z0-9_.-]*)\}")


def _line(text: str) -> str:
    """Text of a policy as one paragraph, in which nothing begins a heading or a fence."""
    words = " ".join(text.split())
    return f"\\{words}" if words[:1] in ("#", "`", "~") else words


def _where(check: Check) -> str:
    place = check.place
    parameters = "; ".join(
        f"`{each.name.replace('_', '-')}` (default `{each.default}`)"
        + (f", of which {each.stricter} is stricter" if each.stricter else "")
        for each in check.parameters
    )
    options = f" Its parameters: {parameters}." if parameters else ""
    return f"The check stands in {place.document.path}:{place.start.line}, which says what it is about.{options}"


def _fences(example: Example) -> Iterator[str]:
    for file in example.files:
        ticks = next("`" * count for count in range(3, _MOST_TICKS) if "`" * count not in file.text)
        yield f"{ticks}{_info(file)}\n{file.text.rstrip()}\n{ticks}"


def _info(file: ExampleText) -> str:
    language = _LANGUAGES.get(file.path.rpartition(".")[2], "text")
    path = file.path.replace('"', "").strip("/")
    return f'{language} "{path}"' + (" before" if file.before else "")
