"""Finding a rule's page: the Markdown file beside its module, also in a wheel or a zip."""

from __future__ import annotations

from avion_lint.pages.model import Page, PageError
from avion_lint.pages.read import read
from avion_lint.rule import Rule


def page_name(rule: Rule) -> str:
    """File name of the rule's page."""
    return f"{rule.name.replace('-', '_')}.md"


def page_path(rule: Rule) -> str:
    """Path of the rule's page from the folder that its package lies in; raises PageError."""
    if rule.written is not None:
        return rule.written.place.document.path
    return f"{_package(rule).replace('.', '/')}/{page_name(rule)}"


def load(rule: Rule) -> Page:
    """Read the page that lies in the package of the rule's module; raises PageError where there is none.

    A check that a policy holds brings its page along.
    """
    if rule.written is not None:
        return read(rule.written.page, page_path(rule), rule.name, examples=False)
    package = _package(rule)
    path = page_path(rule)
    return read(_text(package, rule, path), path, rule.name, examples=rule.check is not None)


def _package(rule: Rule) -> str:
    from importlib.util import find_spec  # noqa: PLC0415 - pages are read by few runs

    try:
        spec = find_spec(rule.module)
    except (ImportError, ValueError) as error:
        raise PageError(rule.module, 1, f"the module of {rule.name} cannot be found: {error}") from error
    if spec is None or not spec.parent:
        raise PageError(rule.module, 1, f"{rule.name} is not in a package, so no page can lie beside it")
    return spec.parent


def _text(package: str, rule: Rule, path: str) -> str:
    from importlib.resources import files  # noqa: PLC0415 - pages are read by few runs

    try:
        return files(package).joinpath(page_name(rule)).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PageError(path, 1, f"{rule.id} {rule.name} has no page") from error
    except UnicodeDecodeError as error:
        raise PageError(path, 1, f"the page is not UTF-8: {error}") from error
