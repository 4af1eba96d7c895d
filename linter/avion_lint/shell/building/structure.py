"""Lists, pipelines, conditions, loops and functions: what simple commands stand in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.shell.building.kinds import OPERATORS, REDIRECTS, STATEMENTS, WORDS
from avion_lint.shell.building.redirects import redirect_of, with_redirects
from avion_lint.shell.building.simple import declaration_of, simple_of, test_of
from avion_lint.shell.building.state import MAX_DEPTH, Building, Trouble
from avion_lint.shell.building.words import word_between, word_of
from avion_lint.shell.origin import Stretch
from avion_lint.shell.rows import grouped, taken_apart
from avion_lint.shell.syntax import (
    Arm,
    Background,
    Case,
    Function,
    Group,
    If,
    Negated,
    Node,
    Redirect,
    Repeat,
    Unread,
)
from avion_lint.shell.words import Part, PartKind, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

TOO_DEEP = "nested too deeply to be read"


def statements(b: Building, children: Iterable[Tree]) -> tuple[Node, ...]:
    """Nodes of a list."""
    made: list[Node] = []
    for child in children:
        match child.type:
            case "&" if made:
                made[-1] = Background(made[-1].where, made[-1])
            case "ERROR":
                made.append(Unread(b.where(child)))
                made.extend(statements(b, child.children))
            case kind if kind in STATEMENTS:
                made.append(_statement(b, child))
            case kind if kind in REDIRECTS:
                made.append(simple_of(b, child, (child,)))
    return tuple(made)


def _statement(b: Building, tree: Tree) -> Node:
    if b.depth >= MAX_DEPTH:
        b.troubles.append(Trouble(b.where(tree), TOO_DEEP))
        return Unread(b.where(tree))
    b.depth += 1
    try:
        node = _dispatch(b, tree)
    finally:
        b.depth -= 1
    mark = b.negated.get(tree.start_byte + b.base)
    if mark is not None and isinstance(node, Group | If | Repeat | Case):
        return Negated(Stretch(b.text, mark, node.where.end), node)
    return node


def _dispatch(b: Building, tree: Tree) -> Node:
    match tree.type:
        case "command":
            return simple_of(b, tree, tree.children)
        case "declaration_command" | "unset_command":
            return declaration_of(b, tree)
        case "variable_assignment" | "variable_assignments" | "subscript":
            return simple_of(b, tree, (tree,) if tree.type == "variable_assignment" else tree.children)
        case "redirected_statement":
            return _redirected(b, tree)
        case "pipeline" | "list":
            return _row(b, tree)
        case "negated_command":
            return Negated(b.where(tree), _statement(b, tree.children[-1]))
        case "test_command":
            return test_of(b, tree)
        case "compound_statement":
            return _compound(b, tree)
        case "subshell":
            return Group(b.where(tree), statements(b, tree.children), subshell=True)
        case "if_statement":
            return _condition(b, tree)
        case "while_statement" | "for_statement" | "c_style_for_statement":
            return _repeat(b, tree)
        case "case_statement":
            return _case(b, tree)
        case "function_definition":
            return _function(b, tree)
    return Unread(b.where(tree))


def _row(b: Building, tree: Tree) -> Node:
    """Pipelines and lists, whose operators the grammar does not always bind as the shell does."""
    row: list[Node | str] = []
    for child in _flat(tree):
        if child.type in OPERATORS:
            row.append(OPERATORS[child.type])
        else:
            for node in statements(b, (child,)):
                row.extend(taken_apart(node))
    return grouped(row, b.where(tree))


def _compound(b: Building, tree: Tree) -> Node:
    if tree.children and tree.children[0].type == "((":
        word = word_between(b, tree, b.where(tree).start + 2, b.where(tree).end - 2)
        opening = Word(
            Stretch(b.text, b.where(tree).start, b.where(tree).start + 2),
            (Part(PartKind.LITERAL, "((", b.where(tree).start, b.where(tree).start + 2, quoted=False),),
        )
        return b.new(b.where(tree), [opening, word], [], [])
    return Group(b.where(tree), statements(b, tree.children))


def _condition(b: Building, tree: Tree) -> If:
    arms: list[Arm] = []
    otherwise: tuple[Node, ...] | None = None
    own = [child for child in tree.children if child.type not in {"elif_clause", "else_clause"}]
    arms.append(_arm(b, own))
    for child in tree.children:
        if child.type == "elif_clause":
            arms.append(_arm(b, child.children))
        elif child.type == "else_clause":
            otherwise = statements(b, child.children)
    return If(b.where(tree), tuple(arms), otherwise)


def _arm(b: Building, children: list[Tree]) -> Arm:
    at = next((number for number, child in enumerate(children) if child.type == "then"), len(children))
    return Arm(statements(b, children[:at]), statements(b, children[at:]))


def _repeat(b: Building, tree: Tree) -> Repeat:
    children = tree.children
    at = next((number for number, child in enumerate(children) if child.type == "do_group"), len(children))
    body = statements(b, children[at].children) if at < len(children) else ()
    where, keyword = b.where(tree), children[0].type
    if tree.type == "while_statement":
        return Repeat(where, keyword, statements(b, children[:at]), body)
    if tree.type == "c_style_for_statement":
        header = b.masked.text[where.start : b.where(children[at - 1]).end] if at else ""
        if at == len(children):
            body = statements(b, (each for child in children for each in child.children if _is_block(child)))
        return Repeat(where, keyword, (), body, header=header)
    name = next((word_of(b, child).text or "" for child in children[:at] if child.type == "variable_name"), "")
    words = tuple(word_of(b, child) for child in children[2:at] if child.type in WORDS)
    return Repeat(where, keyword, (), body, name, words)


def _case(b: Building, tree: Tree) -> Case:
    arms = []
    word = None
    for child in tree.children:
        if child.type == "case_item":
            arms.append(_case_arm(b, child))
        elif word is None and child.type in WORDS:
            word = word_of(b, child)
    return Case(b.where(tree), word, tuple(arms))


def _case_arm(b: Building, tree: Tree) -> tuple[tuple[str, ...], tuple[Node, ...]]:
    children = tree.children
    at = next((number for number, child in enumerate(children) if child.type == ")"), 0)
    patterns = tuple(word_of(b, child).raw for child in children[:at] if child.is_named)
    return patterns, statements(b, children[at + 1 :])


def _function(b: Building, tree: Tree) -> Node:
    name, bodies = "", []
    redirects: list[Redirect] = []
    for child in tree.children:
        if child.type in REDIRECTS:
            redirects.append(redirect_of(b, child)[1])
        elif child.type == "word" and not name:
            name = word_of(b, child).text or ""
        elif child.type in STATEMENTS:
            bodies.append(_statement(b, child))
    body = bodies[0] if bodies else Group(b.where(tree), ())
    if redirects:
        body = with_redirects(body, tuple(redirects), (), body.where.end)
    return Function(b.where(tree), name, body)


def _redirected(b: Building, tree: Tree) -> Node:
    redirects: list[Redirect] = []
    words: list[Word] = []
    body: Node | None = None
    for child in tree.children:
        if child.type in REDIRECTS:
            more, redirect = redirect_of(b, child)
            redirects.append(redirect)
            words.extend(more)
        elif child.type in STATEMENTS:
            body = _statement(b, child)
    if body is None:
        return b.new(b.where(tree), words, [], redirects)
    return with_redirects(body, tuple(redirects), tuple(words), b.where(tree).end)


def _is_block(tree: Tree) -> bool:
    return tree.type == "compound_statement"


def _flat(tree: Tree) -> Iterator[Tree]:
    """Parts and operators of pipelines and lists as one row: the grammar nests once for every operator."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.type in {"list", "pipeline"}:
            waiting.extend(reversed(node.children))
        else:
            yield node
