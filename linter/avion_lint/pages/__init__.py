"""Rule pages: read from beside their rules, and turned into the help that reports carry."""

from avion_lint.pages.load import load, page_name, page_path
from avion_lint.pages.model import (
    Example,
    ExampleFile,
    ExampleKind,
    Fails,
    Finds,
    Page,
    PageError,
    SafeWay,
    Takes,
)
from avion_lint.pages.read import read
from avion_lint.pages.render import help_markdown, help_text

__all__ = [
    "Example",
    "ExampleFile",
    "ExampleKind",
    "Fails",
    "Finds",
    "Page",
    "PageError",
    "SafeWay",
    "Takes",
    "help_markdown",
    "help_text",
    "load",
    "page_name",
    "page_path",
    "read",
]
