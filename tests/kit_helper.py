"""What tests of the kits share: a kit around the services of its example, judged in this process."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from avion_lint.judgement.rehearse import rehearse
from avion_lint.settings.reader import load
from avion_lint.source import Document
from avion_lint.starting.kit import kit
from avion_rules import all_rules

ROOT = Path(__file__).parent.parent
SERVICES = ("orders", "users")
RULES = all_rules()
_EXAMPLES = {"goose": "avion", "flyway": "avion-flyway"}

needs_readers = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("tree_sitter_bash", "promql_parser")),
    reason="scripts and alerts are read by tree-sitter-bash and promql-parser",
)


@cache
def _services(runner: str) -> tuple[tuple[str, str], ...]:
    example = ROOT / "examples" / _EXAMPLES[runner]
    paths = sorted(path for path in (example / "services").rglob("*") if path.is_file())
    return tuple((path.relative_to(example).as_posix(), path.read_text(encoding="utf-8")) for path in paths)


def tree(runner: str, deploy: str) -> dict[str, str]:
    """The files of a kit with those of its services, by path."""
    return {**dict(_services(runner)), **kit(runner, deploy, SERVICES).texts}


def in_folder(folder: Path, runner: str, deploy: str) -> Path:
    """The same on disk."""
    programs = kit(runner, deploy, SERVICES).programs
    for path, text in tree(runner, deploy).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        if path in programs:
            (folder / path).chmod(0o755)
    return folder


def found(texts: dict[str, str]) -> set[str]:
    """Ids of the rules that find something, under the settings among the files."""
    settings = load(Document("avion-lint.yaml", texts["avion-lint.yaml"]), RULES)
    verdict = rehearse(texts, {}, RULES, settings)
    assert verdict.unchecked == ()
    return {result.rule.id for result in verdict.results}
