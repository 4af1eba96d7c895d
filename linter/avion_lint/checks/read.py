"""From the `checks:` of a policy file to checks, with every mistake in them named and placed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.checks.examples import Beside, read_examples
from avion_lint.checks.model import Check, Direction, Parameter, Select, Target
from avion_lint.checks.schema import wrong_schema
from avion_lint.checks.strictness import orderable
from avion_lint.checks.vocabulary import wrong_words
from avion_lint.finding import Level
from avion_lint.pattern import pattern
from avion_lint.problems import Problem, suggestion
from avion_lint.record import record
from avion_lint.settings.rules import level_of
from avion_lint.source import Document, Place
from avion_lint.sql import actions as a
from avion_lint.yaml.nodes import (
    Entry,
    Listing,
    Mapping,
    Node,
    PlainTree,
    Scalar,
    entries,
    get,
    items,
    key_span,
    plain,
    text_at,
)

_NAME = pattern(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ID = pattern(r"[A-Z]{2}[0-9]{3}")


@record
class Reading:
    """What reading a check needs everywhere: the file, names that are taken, where to put what is wrong.

    `beside` reads a file by its path from the policy's own folder, None where no files can lie beside it.
    """

    document: Document
    taken: frozenset[str]
    refuse: Callable[[Problem], None]
    beside: Callable[[str], Document | None] | None = None

    def wrong(self, node: Node, message: str) -> None:
        """Note a problem with this node."""
        self.refuse((Place(self.document, node.span), message))


def read_checks(node: Node | None, reading: Reading) -> tuple[Check, ...]:
    """Read a `checks:` list; `taken` are ids and names of rules and the families' letters.

    What has not the right shape is the policy's JSON Schema to refuse, and is passed over.
    """
    found: list[Check] = []
    words: set[str] = set()
    for item in items(node):
        check = _check(item, reading) if isinstance(item, Mapping) else None
        if check is None:
            continue
        for word, key in ((check.id, "id"), (check.name, "name")):
            at = get(item, key) or item
            if word in words or word in reading.taken or word[:2] in reading.taken:
                reading.wrong(at, f"`{word}` is taken already; choose letters and a name of your own")
        words |= {check.id, check.name}
        found.append(check)
    return tuple(found)


def _check(item: Mapping, reading: Reading) -> Check | None:
    id_, name = text_at(item, "id"), text_at(item, "name")
    level = level_of(get(item, "level"))
    if not id_ or not name or not _ID.fullmatch(id_) or not _NAME.fullmatch(name):
        return None
    schema_node = get(item, "assert") or get(item, "deny")
    if schema_node is None:
        return None
    parameters = tuple(_parameters(get(item, "params"), reading))
    schema = plain(schema_node)
    _check_schema(schema_node, schema, parameters, reading)
    select = _select(get(item, "select"))
    _check_select(get(item, "select"), select, reading)
    for key in ("message", "remedy"):
        _check_placeholders(get(item, key), parameters, reading)
    return Check(
        id_,
        name,
        text_at(item, "summary") or text_at(item, "message") or name,
        Level.WARNING if level is None else level,
        select,
        schema,
        get(item, "assert") is None,
        text_at(item, "message") or "",
        text_at(item, "remedy") or "",
        parameters,
        tuple(read_examples(get(item, "examples"), select.target, _beside(reading))),
        tuple(_path(text_at(item, "at") or "")),
        Place(reading.document, (get(item, "id") or item).span),
    )


def _beside(reading: Reading) -> Beside:
    return Beside(reading.document, reading.beside, reading.refuse)


def _check_schema(node: Node, schema: PlainTree, parameters: tuple[Parameter, ...], reading: Reading) -> None:
    """Refuse a schema that is none, and parameters that are not declared or not used."""
    known = {parameter.name: parameter for parameter in parameters}
    used = set(_used(schema))
    for name in sorted(used - known.keys()):
        reading.wrong(node, f"the schema uses the parameter `{name}`, which `params` does not declare")
    for name in sorted(known.keys() - used):
        reading.refuse((known[name].place, f"the schema does not use the parameter `{name}`"))
    from avion_lint.checks.evaluate import with_values  # noqa: PLC0415 - what evaluates is not needed to read

    whole = with_values(schema, {name: each.default for name, each in known.items()})
    wrong = list(wrong_words(whole))
    for path, said in wrong:
        reading.refuse((Place(reading.document, key_span(node, path[:-1], str(path[-1]))), said))
    if said := "" if wrong else wrong_schema(whole):
        reading.wrong(node, f"this is no JSON Schema: {said}")


_OF_STATEMENTS = ("action", "table")
_OF_OTHERS = ("kind", "apiVersion", "namespace", "environment", "labels", "migrates")


def _check_select(node: Node | None, select: Select, reading: Reading) -> None:
    """Refuse what does not go with the target, and so would select nothing."""
    statements = select.target is Target.STATEMENT
    for entry in entries(node):
        if entry.key.text in (_OF_OTHERS if statements else _OF_STATEMENTS):
            what = f"`{select.target}`" if statements else "statements only (`target: statement`)"
            words = f"does not select what is a {what}" if statements else f"selects {what}"
            reading.wrong(entry.key, f"`{entry.key.text}` {words}")
    known = {each.__name__ for each in vars(a).values() if isinstance(each, type)}
    for item in _scalars(get(node, "action")):
        if item.text not in known:
            reading.wrong(item, f"no action is called `{item.text}`{suggestion(item.text, tuple(known))}")


def _check_placeholders(node: Node | None, parameters: tuple[Parameter, ...], reading: Reading) -> None:
    known = (*PLACEHOLDERS, *(f"params.{each.name}" for each in parameters))
    if not isinstance(node, Scalar):
        return
    for found in _PLACEHOLDER.finditer(node.text):
        if found[1].replace("-", "_") not in known:
            listed = ", ".join(f"{{{word}}}" for word in known)
            reading.wrong(
                node, f"there is no {{{found[1]}}} to put in{suggestion(found[1], known)}; there are {listed}"
            )


PLACEHOLDERS = ("name", "path", "value", "environment", "why")
_PLACEHOLDER = pattern(r"\{([a-z][a-z0-9_.-]*)\}")


def _used(schema: PlainTree) -> Iterator[str]:
    match schema:
        case {"$param": str(name)}:
            yield name.replace("-", "_")
        case dict():
            for value in schema.values():
                yield from _used(value)
        case list():
            for value in schema:
                yield from _used(value)


def _parameters(node: Node | None, reading: Reading) -> Iterator[Parameter]:
    for entry in entries(node):
        if isinstance(entry.value, Mapping):
            stricter = text_at(entry.value, "stricter")
            default = get(entry.value, "default")
            value = plain(default) if default else None
        else:
            stricter, value = None, plain(entry.value)
        direction = next((each for each in Direction if each == stricter), None)
        if not _is_simple(value):
            reading.wrong(entry.key, f"`{entry.key.text}` must be text, a number, true or false, or a list of texts")
            value = ""
        elif direction is not None and not orderable(value, direction):
            reading.wrong(entry.key, f"`{direction}` is not stricter of such a value: {value}")
        yield Parameter(entry.key.text.replace("-", "_"), value, direction, Place(reading.document, entry.key.span))


_ALIASES = {"podSpec": "pod", "run": "script"}


def _is_simple(value: PlainTree) -> bool:
    """Whether a value is one that options of rules can have."""
    if isinstance(value, list):
        return all(isinstance(each, str) for each in value)
    return isinstance(value, str | int | float | bool)


def _select(node: Node | None) -> Select:
    said = text_at(node, "target") or ""
    target = next((each for each in Target if each == _ALIASES.get(said, said)), Target.DOCUMENT)
    migrates = get(node, "migrates")
    return Select(
        target,
        _texts(get(node, "kind")),
        _texts(get(node, "path")),
        _texts(get(node, "namespace")),
        _texts(get(node, "environment")),
        {entry.key.text: _text(entry) for entry in entries(get(node, "labels"))},
        (migrates.value is True) if isinstance(migrates, Scalar) else None,
        _texts(get(node, "action")),
        _texts(get(node, "table")),
        _texts(get(node, "apiVersion")),
    )


def _text(entry: Entry) -> str:
    return entry.value.text if isinstance(entry.value, Scalar) else ""


def _scalars(node: Node | None) -> tuple[Scalar, ...]:
    found = node.items if isinstance(node, Listing) else (node,)
    return tuple(each for each in found if isinstance(each, Scalar))


def _texts(node: Node | None) -> tuple[str, ...]:
    """The words of a list, or the one word that stands instead of it."""
    return tuple(each.text for each in _scalars(node) if each.text)


def _path(text: str) -> Iterator[str | int]:
    for part in text.strip("/").split("/"):
        if part:
            yield int(part) if part.isdigit() else part
