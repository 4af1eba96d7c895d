"""Imports go downwards only: a module imports from its own layer or from lower ones."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINTER = ROOT / "linter" / "avion_lint"
RULES = ROOT / "rules" / "avion_rules"
POLICIES = ROOT / "policies" / "avion_policies"

# Lowest first. A name stands for the module and everything below it; the longest fitting name counts.
LAYERS = (
    ("record", "widths", "widening", "enumeration", "hashing", "stamps", "clock"),
    ("loading", "keeping", "wholes", "compiled", "pattern"),
    ("", "source", "stretches", "globs"),
    ("finding",),
    ("problems",),
    (
        "sql",
        "yaml",
        "shell",
        "promql",
        "shapes",
        "git",
        "runners",
        "schema.model",
        "schema.catalogue",
        "runners.migration",
    ),
    ("schema", "sql.effects", "history", "discovery.tree"),
    ("delivery.kinds", "delivery.deeds"),
    ("delivery", "starting"),
    ("subjects", "rule", "rule_names", "fixer"),
    ("tool", "pages", "settings", "policy", "timeline", "stats", "applied", "checks"),
    ("verdict", "judgement.fingerprint", "discovery", "history.ground"),
    ("cache",),
    ("judgement.spread",),
    ("judgement.leaving",),
    ("judgement.suppression", "judgement.baseline", "judgement.weigh", "judgement.projects"),
    ("discovery.gather", "judgement.engine"),
    ("judgement.announced", "judgement.moved"),
    ("judgement.assess", "authoring"),
    ("judgement", "judgement.judge"),
    ("executor", "judgement.rehearse"),
    ("judgement.trial",),
    ("report",),
    ("testing",),
    ("cli", "__main__"),
)
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}

DOOR = {
    "record",
    "enumeration",
    "pattern",
    "loading",
    "rule",
    "fixer",
    "subjects",
    "delivery",
    "yaml.nodes",
    "yaml.meaning",
    "finding",
    "source",
    "shell",
    "promql",
    "schema",
    "sql.actions",
    "sql.effects",
    "sql.lexer",
    "runners.migration",
    "runners.numbering",
    "runners.script_text",
}


def module_of(path: Path) -> str:
    parts = path.relative_to(LINTER).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Those parts of a module that something is asked about here: its imports, and what is named behind a point."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom | ast.Attribute))


def imports_of(path: Path, package: str) -> set[str]:
    found = set()
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == package:
            inside = node.module.removeprefix(package).lstrip(".")
            names = {f"{inside}.{alias.name}".lstrip(".") for alias in node.names}
            base = LINTER if package == "avion_lint" else RULES
            for name in names:
                target = base.joinpath(*name.split("."))
                is_module = target.with_suffix(".py").exists() or (target / "__init__.py").exists()
                found.add(name if is_module else inside)
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.removeprefix(package).lstrip(".")
                for alias in node.names
                if alias.name.split(".")[0] == package
            }
    return found


def fitting(module: str) -> str | None:
    parts = module.split(".")
    names = [".".join(parts[:end]) for end in range(len(parts), 0, -1)] if module else [""]
    return next((name for name in names if name in HEIGHT), None)


MODULES = sorted(LINTER.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: module_of(path) or "avion_lint")
def test_a_module_imports_only_from_its_own_layer_or_lower_ones(path: Path) -> None:
    own = fitting(module_of(path))
    assert own is not None, f"{module_of(path)} has no layer: give it one in {Path(__file__).name}"
    upward = {name for name in imports_of(path, "avion_lint") if HEIGHT[fitting(name) or ""] > HEIGHT[own]}

    assert upward == set()


def test_only_the_command_line_puts_the_rules_in() -> None:
    using = {module_of(path) for path in MODULES if imports_of(path, "avion_rules")}

    assert {name.split(".")[0] for name in using} <= {"cli"}


@pytest.mark.parametrize("path", sorted(RULES.rglob("*.py")), ids=lambda path: str(path.relative_to(RULES)))
def test_rules_use_only_the_public_door(path: Path) -> None:
    used = imports_of(path, "avion_lint")
    allowed = {name for name in used if any(name == door or name.startswith(f"{door}.") for door in DOOR)}

    assert used == allowed


def test_policies_import_nothing() -> None:
    for path in POLICIES.rglob("*.py"):
        assert not [node for node in nodes_of(path) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_only_the_command_line_ends_the_process() -> None:
    ending = {
        module_of(path)
        for path in MODULES
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute) and node.attr in {"exit", "_exit"}
    }

    assert {name.split(".")[0] for name in ending} <= {"cli"}
