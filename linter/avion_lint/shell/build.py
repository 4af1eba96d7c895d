"""From tree-sitter's tree to our own structure of a script, mending what its grammar binds wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.pattern import pattern
from avion_lint.record import record, replace
from avion_lint.shell import grammar
from avion_lint.shell.lexing import lex, lex_body, lex_literal
from avion_lint.shell.masking import Masked
from avion_lint.shell.origin import UNKNOWN, Origin, Piece, Stretch, derive, nothing_at
from avion_lint.shell.rows import grouped, taken_apart
from avion_lint.shell.scanning import HeredocSpan
from avion_lint.shell.syntax import (
    AndOr,
    Arm,
    Assignment,
    Background,
    Case,
    Function,
    Group,
    Heredoc,
    If,
    Negated,
    Node,
    Pipeline,
    Redirect,
    Repeat,
    Simple,
    Unread,
)
from avion_lint.shell.words import Part, PartKind, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node as Tree

MAX_DEPTH = 60
"""Levels of structure that are read; real scripts stay below 15."""
_SPECIAL = pattern(rf"[\\'\"$`<>{UNKNOWN}]")
_NEGATION = pattern(r"(?<![^\s;&|(`])![ \t]+(?=[({]|(?:if|while|until|for|case)\b)")
_TRIES = 4
TOO_DEEP = "nested too deeply to be read"
NOT_SHELL = "not understood as shell"

_REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
_WORDS = frozenset(
    {
        "word", "number", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation", "expansion",
        "simple_expansion", "command_substitution", "process_substitution", "arithmetic_expansion", "brace_expression",
        "extglob_pattern", "regex", "variable_name", "special_variable_name", "array", "test_operator", "subscript",
        "string_content", "semgrep_deref", "glob_pattern",
    }
)  # fmt: skip
_TEST_OPERATORS = frozenset({"=", "==", "!=", "<", ">", "=~", "-a", "-o", "!", "&&", "||", "(", ")", "+", "-"})
_OPERATORS = {"|": "|", "|&": "|", "&&": "&&", "||": "||"}
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})


@record
class Trouble:
    """A stretch of a script that could not be read, and why."""

    where: Stretch
    message: str


@record
class Built:
    """A script's structure: statements, how many simple commands there are, and what could not be read."""

    body: tuple[Node, ...]
    simples: int
    troubles: tuple[Trouble, ...]


def build(masked: Masked, heredocs: list[HeredocSpan], origin: Origin) -> Built:
    """Parse a masked script; raises grammar.Missing where the grammar is not installed."""
    by_operator = {each.operator: each for each in heredocs}
    text, negated = _without_negations(_blanked(masked.ascii, heredocs))
    for _ in range(_TRIES):
        builder = _Builder(masked, by_operator, negated, origin)
        tree = grammar.parse(text)
        body = builder.statements(tree.root_node.children)
        if not builder.line_ends:
            break
        text = _separated(text, builder.line_ends)
    builder.tell_errors(tree.root_node)
    troubles = sorted(builder.troubles, key=lambda each: (each.where.start, each.where.end))
    return Built(body, builder.count, tuple(troubles))


def _blanked(text: str, heredocs: list[HeredocSpan]) -> str:
    """Make every heredoc a plain redirection and its body blank: the grammar reads few of them as the shell does."""
    parts: list[str] = []
    at = 0
    for each in heredocs:
        if each.operator < at:
            continue
        size = each.after - each.operator
        parts += (text[at : each.operator], "<" + " " * (size - 1))
        at = each.after
    text = "".join((*parts, text[at:]))
    bodies = sorted((each.start, each.stop) for each in heredocs)
    parts, at = [], 0
    for start, stop in bodies:
        if start < at:
            continue
        parts += (text[at:start], "\n" * (stop - start))
        at = stop
    return "".join((*parts, text[at:]))


def _without_negations(text: str) -> tuple[str, dict[int, int]]:
    """Blank every `!` before a compound command, which the grammar refuses, and tell which compounds have one."""
    if "!" not in text:
        return text, {}
    found = {match.end(): match.start() for match in _NEGATION.finditer(text)}
    return _NEGATION.sub(lambda match: " " * len(match[0]), text) if found else text, found


def _separated(text: str, line_ends: list[int]) -> str:
    """Write semicolons for line ends that the grammar did not take for ends of a command."""
    parts: list[str] = []
    at = 0
    for line_end in sorted(set(line_ends)):
        parts += (text[at:line_end], ";")
        at = line_end + 1
    return "".join((*parts, text[at:]))


class _Builder:
    """Builds nodes; `base` is where the text that is being parsed begins in the script."""

    def __init__(
        self, masked: Masked, heredocs: dict[int, HeredocSpan], negated: dict[int, int], origin: Origin
    ) -> None:
        self.negated = negated
        self.masked = masked
        self.heredocs = heredocs
        self.origin = origin
        self.troubles: list[Trouble] = []
        self.line_ends: list[int] = []
        self.count = 0
        self.base = 0
        self.depth = 0

    def where(self, tree: Tree) -> Stretch:
        return Stretch(self.origin, tree.start_byte + self.base, tree.end_byte + self.base)

    def tell_errors(self, root: Tree) -> None:
        for start, end, missing in grammar.errors(root):
            message = "something is missing here" if missing else NOT_SHELL
            self.troubles.append(Trouble(Stretch(self.origin, start + self.base, end + self.base), message))

    def statements(self, children: Iterable[Tree]) -> tuple[Node, ...]:
        made: list[Node] = []
        for child in children:
            match child.type:
                case "&" if made:
                    made[-1] = Background(made[-1].where, made[-1])
                case "ERROR":
                    made.append(Unread(self.where(child)))
                    made.extend(self.statements(child.children))
                case kind if kind in _STATEMENTS:
                    made.append(self.statement(child))
                case kind if kind in _REDIRECTS:
                    made.append(self.simple(child, (child,)))
        return tuple(made)

    def statement(self, tree: Tree) -> Node:
        if self.depth >= MAX_DEPTH:
            self.troubles.append(Trouble(self.where(tree), TOO_DEEP))
            return Unread(self.where(tree))
        self.depth += 1
        try:
            node = self.dispatch(tree)
        finally:
            self.depth -= 1
        mark = self.negated.get(tree.start_byte + self.base)
        if mark is not None and isinstance(node, Group | If | Repeat | Case):
            return Negated(Stretch(self.origin, mark, node.where.end), node)
        return node

    def dispatch(self, tree: Tree) -> Node:
        match tree.type:
            case "command":
                return self.simple(tree, tree.children)
            case "declaration_command" | "unset_command":
                return self.declaration(tree)
            case "variable_assignment" | "variable_assignments" | "subscript":
                return self.simple(tree, (tree,) if tree.type == "variable_assignment" else tree.children)
            case "redirected_statement":
                return self.redirected(tree)
            case "pipeline" | "list":
                return self.row(tree)
            case "negated_command":
                return Negated(self.where(tree), self.statement(tree.children[-1]))
            case "test_command":
                return self.test(tree)
            case "compound_statement":
                return self.compound(tree)
            case "subshell":
                return Group(self.where(tree), self.statements(tree.children), subshell=True)
            case "if_statement":
                return self.condition(tree)
            case "while_statement" | "for_statement" | "c_style_for_statement":
                return self.repeat(tree)
            case "case_statement":
                return self.case(tree)
            case "function_definition":
                return self.function(tree)
        return Unread(self.where(tree))

    # -- simple commands

    def new(self, where: Stretch, words: list[Word], sets: list[Assignment], redirects: list[Redirect]) -> Simple:
        self.count += 1
        return Simple(where, self.count - 1, tuple(words), tuple(sets), tuple(redirects))

    def simple(self, tree: Tree, children: Iterable[Tree]) -> Simple:
        words: list[Word] = []
        sets: list[Assignment] = []
        redirects: list[Redirect] = []
        end = None
        for child in children:
            if end is not None and end < child.start_byte:
                self.look_for_line_end(end, child.start_byte)
            touches = end == child.start_byte and bool(words)
            end = child.end_byte
            match child.type:
                case "variable_assignment":
                    sets.append(self.assignment(child))
                case "command_name":
                    words.append(self.word(child))
                case kind if kind in _REDIRECTS:
                    more, redirect = self.redirect(child)
                    redirects.append(redirect)
                    words.extend(more)
                case kind if kind in _WORDS or kind in _TEST_OPERATORS:
                    # Where the grammar cuts a word in two (`$a/$b/`), it is read again as one.
                    start = words.pop().where.start if touches else None
                    words.append(
                        self.word(child) if start is None else self.between(tree, start, self.where(child).end)
                    )
        return self.new(self.where(tree), words, sets, redirects)

    def look_for_line_end(self, start: int, end: int) -> None:
        """Note a line end inside a simple command: the grammar reads `a=1 b=2` and the next line as one command."""
        text = self.masked.ascii
        at = text.find("\n", start + self.base, end + self.base)
        if at >= 0 and text[at - 1] != "\\" and not self.base:
            self.line_ends.append(at)

    def declaration(self, tree: Tree) -> Simple:
        words = [self.word(tree.children[0])]
        sets: list[Assignment] = []
        for child in tree.children[1:]:
            match child.type:
                case "variable_assignment":
                    sets.append(self.assignment(child))
                    words.append(self.word(child))
                case "variable_name" if tree.type == "declaration_command":
                    word = self.word(child)
                    sets.append(Assignment(word.where, word.text or "", None))
                    words.append(word)
                case _ if child.is_named and child.type != "comment":
                    words.append(self.word(child))
        return self.new(self.where(tree), words, sets, [])

    def test(self, tree: Tree) -> Simple:
        """`[ … ]` and `[[ … ]]`: the words between, as the command `[` would get them."""
        words: list[Word] = []
        waiting = list(reversed(tree.children))
        while waiting:
            node = waiting.pop()
            if node.type in _WORDS or not node.children:
                if node.end_byte > node.start_byte:
                    words.append(self.word(node))
            elif node.type in _REDIRECTS:
                continue
            else:
                waiting.extend(reversed(node.children))
        return self.new(self.where(tree), words, [], [])

    def assignment(self, tree: Tree) -> Assignment:
        where = self.where(tree)
        text = self.masked.ascii[where.start : where.end]
        equals = text.find("=")
        name = text[:equals].rstrip("+") if equals > 0 else text
        start = where.start + equals + 1
        value = self.between(tree, start, where.end) if not text.startswith("(", equals + 1) else None
        return Assignment(where, name, value, text[:equals].endswith("+"))

    # -- words

    def word(self, tree: Tree) -> Word:
        where = self.where(tree)
        text = self.masked.ascii
        start = where.start
        while start < where.end and text[start] in " \t":  # the grammar counts blanks before some expansions in
            start += 1
        return self.between(tree, start, where.end)

    def between(self, tree: Tree, start: int, end: int) -> Word:
        text = self.masked.text[start:end]
        if not _SPECIAL.search(text) and text:
            return Word(Stretch(self.origin, start, end), (Part(PartKind.LITERAL, text, start, end, quoted=False),))
        parts = tuple(lex(self.masked, start, end))
        if any(part.kind in {PartKind.SUBSTITUTION, PartKind.PROCESS} or "$(" in part.operand for part in parts):
            parts = tuple(self.filled(part, _substitutions(tree)) for part in parts)
        return Word(Stretch(self.origin, start, end), parts)

    def filled(self, part: Part, trees: dict[int, Tree]) -> Part:
        """Give a substitution its commands."""
        if part.kind not in {PartKind.SUBSTITUTION, PartKind.PROCESS}:
            return part
        tree = trees.get(part.end - self.base)
        if tree is not None:
            return replace(part, body=self.deeper(tree.children))
        return replace(part, body=self.apart(part))

    def deeper(self, children: Iterable[Tree]) -> tuple[Node, ...]:
        if self.depth >= MAX_DEPTH:
            return ()
        self.depth += 1
        try:
            return self.statements(children)
        finally:
            self.depth -= 1

    def apart(self, part: Part) -> tuple[Node, ...]:
        """Parse what stands in a substitution by itself: the one around it is text to the grammar."""
        start = part.start + (1 if self.masked.text[part.start] == "`" else 2)
        before, self.base = self.base, start
        tree = grammar.parse(self.masked.ascii[start : max(part.end - 1, start)])
        body = self.deeper(tree.root_node.children)
        self.tell_errors(tree.root_node)
        self.base = before
        return body

    # -- redirections

    def redirect(self, tree: Tree) -> tuple[list[Word], Redirect]:
        """A redirection, and the words that the grammar wrongly counts to it (`> file more words`)."""
        where = self.where(tree)
        descriptor, operator, words = None, "", []
        for child in tree.children:
            match child.type:
                case "file_descriptor":
                    descriptor = _number(self.masked.ascii[child.start_byte + self.base : child.end_byte + self.base])
                case kind if kind in _WORDS:
                    words.append(self.word(child))
                case kind if not child.is_named:
                    operator = operator or kind
        at = where.start + (len(str(descriptor)) if descriptor is not None else 0)
        if (span := self.heredocs.get(at)) is not None:
            operator = "<<-" if span.tabs else "<<"
            return words[1:], Redirect(where, operator, descriptor, None, self.heredoc(span))
        if tree.type == "herestring_redirect" and words:
            return words[1:], Redirect(where, "<<<", descriptor, None, _here_string(words[0]))
        return words[1:], Redirect(where, operator, descriptor, words[0] if words else None)

    def heredoc(self, span: HeredocSpan) -> Heredoc:
        lexer = lex_literal if span.quoted else lex_body
        parts = tuple(self.filled(part, {}) for part in lexer(self.masked, span.start, span.end))
        pieces = _without_tabs(parts, self.masked.text) if span.tabs else _pieces(parts)
        text = derive(pieces, self.origin)
        text = text if text.text else nothing_at(self.origin, span.start)
        where = Stretch(self.origin, span.start, span.end)
        return Heredoc(where, span.delimiter, span.quoted, span.closed, text, parts)

    def redirected(self, tree: Tree) -> Node:
        redirects: list[Redirect] = []
        words: list[Word] = []
        body: Node | None = None
        for child in tree.children:
            if child.type in _REDIRECTS:
                more, redirect = self.redirect(child)
                redirects.append(redirect)
                words.extend(more)
            elif child.type in _STATEMENTS:
                body = self.statement(child)
        if body is None:
            return self.new(self.where(tree), words, [], redirects)
        return _with_redirects(body, tuple(redirects), tuple(words), self.where(tree).end)

    # -- structure

    def row(self, tree: Tree) -> Node:
        """Pipelines and lists, whose operators the grammar does not always bind as the shell does."""
        row: list[Node | str] = []
        for child in _flat(tree):
            if child.type in _OPERATORS:
                row.append(_OPERATORS[child.type])
            else:
                for node in self.statements((child,)):
                    row.extend(taken_apart(node))
        return grouped(row, self.where(tree))

    def compound(self, tree: Tree) -> Node:
        if tree.children and tree.children[0].type == "((":
            word = self.between(tree, self.where(tree).start + 2, self.where(tree).end - 2)
            opening = Word(
                Stretch(self.origin, self.where(tree).start, self.where(tree).start + 2),
                (Part(PartKind.LITERAL, "((", self.where(tree).start, self.where(tree).start + 2, quoted=False),),
            )
            return self.new(self.where(tree), [opening, word], [], [])
        return Group(self.where(tree), self.statements(tree.children))

    def condition(self, tree: Tree) -> If:
        arms: list[Arm] = []
        otherwise: tuple[Node, ...] | None = None
        own = [child for child in tree.children if child.type not in {"elif_clause", "else_clause"}]
        arms.append(self.arm(own))
        for child in tree.children:
            if child.type == "elif_clause":
                arms.append(self.arm(child.children))
            elif child.type == "else_clause":
                otherwise = self.statements(child.children)
        return If(self.where(tree), tuple(arms), otherwise)

    def arm(self, children: list[Tree]) -> Arm:
        at = next((number for number, child in enumerate(children) if child.type == "then"), len(children))
        return Arm(self.statements(children[:at]), self.statements(children[at:]))

    def repeat(self, tree: Tree) -> Repeat:
        children = tree.children
        at = next((number for number, child in enumerate(children) if child.type == "do_group"), len(children))
        body = self.statements(children[at].children) if at < len(children) else ()
        where, keyword = self.where(tree), children[0].type
        if tree.type == "while_statement":
            return Repeat(where, keyword, self.statements(children[:at]), body)
        if tree.type == "c_style_for_statement":
            header = self.masked.text[where.start : self.where(children[at - 1]).end] if at else ""
            if at == len(children):
                body = self.statements(each for child in children for each in child.children if _is_block(child))
            return Repeat(where, keyword, (), body, header=header)
        name = next((self.word(child).text or "" for child in children[:at] if child.type == "variable_name"), "")
        words = tuple(self.word(child) for child in children[2:at] if child.type in _WORDS)
        return Repeat(where, keyword, (), body, name, words)

    def case(self, tree: Tree) -> Case:
        arms = []
        word = None
        for child in tree.children:
            if child.type == "case_item":
                arms.append(self.case_arm(child))
            elif word is None and child.type in _WORDS:
                word = self.word(child)
        return Case(self.where(tree), word, tuple(arms))

    def case_arm(self, tree: Tree) -> tuple[tuple[str, ...], tuple[Node, ...]]:
        children = tree.children
        at = next((number for number, child in enumerate(children) if child.type == ")"), 0)
        patterns = tuple(self.word(child).raw for child in children[:at] if child.is_named)
        return patterns, self.statements(children[at + 1 :])

    def function(self, tree: Tree) -> Node:
        name, bodies = "", []
        redirects: list[Redirect] = []
        for child in tree.children:
            if child.type in _REDIRECTS:
                redirects.append(self.redirect(child)[1])
            elif child.type == "word" and not name:
                name = self.word(child).text or ""
            elif child.type in _STATEMENTS:
                bodies.append(self.statement(child))
        body = bodies[0] if bodies else Group(self.where(tree), ())
        if redirects:
            body = _with_redirects(body, tuple(redirects), (), body.where.end)
        return Function(self.where(tree), name, body)


_STATEMENTS = frozenset(
    {
        "command", "declaration_command", "unset_command", "variable_assignment", "variable_assignments", "list",
        "redirected_statement", "pipeline", "negated_command", "test_command", "compound_statement", "subshell",
        "if_statement", "while_statement", "for_statement", "c_style_for_statement", "case_statement",
        "function_definition",
    }
)  # fmt: skip


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


def _substitutions(tree: Tree) -> dict[int, Tree]:
    """Outermost substitutions below a node, by where they end."""
    found: dict[int, Tree] = {}
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if node.type in _SUBSTITUTIONS:
            found[node.end_byte] = node
        else:
            waiting.extend(node.children)
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 4 else None  # noqa: PLR2004 - descriptors are small


def _pieces(parts: Iterable[Part]) -> Iterator[Piece]:
    for part in parts:
        if part.kind is PartKind.LITERAL:
            yield Piece(part.text, part.start, part.end)
        else:
            yield Piece(UNKNOWN * (part.end - part.start), part.start, part.end, known=False)


def _without_tabs(parts: Iterable[Part], text: str) -> Iterator[Piece]:
    """Pieces of a `<<-` heredoc: tabs at the beginning of a line are not part of it."""
    for piece in _pieces(parts):
        if not piece.known or len(piece.text) != piece.end - piece.start:
            yield piece
            continue
        at = piece.start
        for line in piece.text.splitlines(keepends=True):
            cut = len(line) - len(line.lstrip("\t")) if at == 0 or text[at - 1] == "\n" else 0
            yield Piece(line[cut:], at + cut, at + len(line))
            at += len(line)


def _here_string(word: Word) -> Heredoc:
    return Heredoc(word.where, "", word.is_quoted, closed=True, text=word.derived(), parts=word.parts)


def _with_redirects(node: Node, redirects: tuple[Redirect, ...], words: tuple[Word, ...], end: int) -> Node:
    """Give redirections to the command they belong to: the last one of a list or a pipeline."""
    where = Stretch(node.where.origin, node.where.start, end)
    match node:
        case Simple():
            return replace(node, where=where, redirects=(*node.redirects, *redirects), words=(*node.words, *words))
        case Group() | If() | Repeat() | Case():
            return replace(node, where=where, redirects=(*node.redirects, *redirects))
        case Pipeline() | AndOr():
            last = _with_redirects(node.parts[-1], redirects, words, end)
            return replace(node, where=where, parts=(*node.parts[:-1], last))
        case Negated() | Background():
            return replace(node, where=where, body=_with_redirects(node.body, redirects, words, end))
    return node
