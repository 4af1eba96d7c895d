"""Follows the exit status of every command of a script to the script's own."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.record import record, replace
from avion_lint.shell.branches import Branches
from avion_lint.shell.fate import Context, Failure, Outcome, Pipes, Reason, Rest, worse
from avion_lint.shell.origin import Stretch
from avion_lint.shell.shells import Kind, Options, Shell, after_set, after_shopt, merged
from avion_lint.shell.syntax import (
    AndOr,
    Background,
    Case,
    Function,
    Group,
    If,
    Negated,
    Node,
    Pipeline,
    Redirect,
    Repeat,
    Simple,
)
from avion_lint.shell.words import Part, PartKind, Word

MAX_DEPTH = 120
"""Levels of structure and calls that are followed."""

_DECLARES = frozenset({"export", "local", "readonly", "declare", "typeset"})
_TOP_LEAVE = Failure(Outcome.ENDS, Reason.ERREXIT)
_TOP_LAST = Failure(Outcome.ENDS, Reason.LAST)
_UNKNOWN_NAME = Failure(Outcome.UNKNOWN, Reason.NAME)
_UNKNOWN_OPTIONS = Failure(Outcome.UNKNOWN, Reason.OPTIONS)
_TOO_DEEP = Failure(Outcome.UNKNOWN, Reason.DEPTH)
_PIPE_STATUS = pattern(r"PIPESTATUS\[([0-9]+|[@*])\]")
_PLAIN_SOURCES = (".env", "activate", "/etc/", "profile", "rc", "nvm.sh", "envvars")


@record
class Found:
    """What was found out about a simple command: its failure, and the options in force before it."""

    failure: Failure
    options: Options


def follow(body: tuple[Node, ...], simples: int, shell: Shell) -> tuple[tuple[Found, ...], frozenset[str]]:
    """Follow every simple command's status, by its index; and the names of the functions that are called."""
    walk = _Walk(shell, simples)
    negated = Failure(Outcome.MASKED, Reason.NEGATED)
    top = Context(_TOP_LAST, negated, _TOP_LEAVE, _TOP_LEAVE)
    options = walk.sequence(body, top, shell.options)
    walk.rest_of_functions(top, options)
    found = tuple(each or Found(_TOO_DEEP, shell.options) for each in walk.found)
    return found, frozenset(str(name) for name, *_ in walk.seen)


class _Walk:
    def __init__(self, shell: Shell, simples: int) -> None:
        self.shell = shell
        self.found: list[Found | None] = [None] * simples
        self.functions: dict[str, Function] = {}
        self.seen: dict[tuple[object, ...], Options] = {}
        self.branches = Branches(self.functions)
        self.depth = 0
        self.exit_traps: list[Failure | None] = [None]
        self.error_trap = False
        self.error_trap_inside = False  # set by a function: which calls it holds for is not followed
        self.calls = 0

    # -- lists

    def sequence(self, nodes: tuple[Node, ...], context: Context, options: Options) -> Options:
        for node in nodes:
            if isinstance(node, Function):
                self.functions[node.name] = node
        last = len(nodes) - 1
        for number, node in enumerate(nodes):
            rest = Rest(nodes, number + 1, context.rest)
            if number == last:
                inner = replace(context, rest=context.rest)
            else:
                inner = self.before(node, nodes[number + 1], rest, context, options)
            options = self.visit(node, inner, options)
        return options

    def before(self, node: Node, following: Node, rest: Rest, context: Context, options: Options) -> Context:
        """Context of a statement that another one follows."""
        reason = Reason.NEXT
        if context.ignored is not None and options.errexit is not False:
            reason = Reason.IGNORED
        elif context.fail.reason is Reason.SUBSTITUTION:
            reason = Reason.SUBSTITUTION
        fail = self.branches.after(following, rest, context, reason)
        pipes = None
        if isinstance(node, Pipeline) and (numbers := _PIPE_STATUS.findall(following.where.place.text)):
            pipes = Pipes(fail, frozenset(numbers))
            fail = Failure(Outcome.MASKED, reason, following.where, context.ignored)
        succeed = Failure(Outcome.MASKED, Reason.NEGATED, node.where)
        return replace(context, fail=fail, succeed=succeed, rest=rest, pipes=pipes)

    def visit(self, node: Node, context: Context, options: Options) -> Options:
        if self.depth >= MAX_DEPTH:
            return options
        self.depth += 1
        try:
            return self.dispatch(node, context, options)
        finally:
            self.depth -= 1

    def dispatch(self, node: Node, context: Context, options: Options) -> Options:
        match node:
            case Simple():
                return self.simple(node, context, options)
            case Pipeline():
                return self.pipeline(node, context, options)
            case Negated():
                inner = replace(context, fail=context.succeed, succeed=context.fail, ignored=node.where)
                return self.visit(node.body, inner, options)
            case AndOr():
                return self.and_or(node, context, options)
            case Background():
                self.background(node, context, options)
            case Group():
                return self.group(node, context, options)
            case If():
                return self.condition(node, context, options)
            case Repeat():
                return self.repeat(node, context, options)
            case Case():
                return self.case(node, context, options)
        return options

    def trigger(self, context: Context, options: Options) -> Failure:
        """What a failure that errexit would see leads to."""
        if context.ignored is not None:
            return context.fail
        if options.errexit or (self.error_trap and (not context.inner or options.errtrace)):
            return context.leave
        if self.error_trap_inside and context.fail.is_lost:
            return _UNKNOWN_OPTIONS
        if options.errexit is None and context.fail.outcome is not context.leave.outcome:
            return _UNKNOWN_OPTIONS
        return context.fail

    # -- simple commands

    def simple(self, node: Simple, context: Context, options: Options) -> Options:
        fate = context.leave if node.name == "exec" and len(node.words) > 1 else self.trigger(context, options)
        self.note(node, fate, options)
        self.substitutions(node, fate, context, options)
        if (function := self.functions.get(node.name or "")) is not None:
            return self.call(function, fate, context, options)
        return self.effect(node, options)

    def note(self, node: Simple, fate: Failure, options: Options) -> None:
        if fate.reaches_exit:
            fate = next((trap for trap in reversed(self.exit_traps) if trap is not None), fate)
        old = self.found[node.index]
        failure = worse(old.failure if old else None, fate)
        self.found[node.index] = Found(failure, old.options if old else options)

    def effect(self, node: Simple, options: Options) -> Options:
        """Options after a builtin that changes them."""
        words = tuple(word.text for word in node.words[1:])
        match node.name:
            case "set":
                return after_set(options, words)
            case "shopt":
                return after_shopt(options, words)
            case "trap":
                self.trap(node, words)
            case "." | "source" if options.errexit is not True and not _is_plain_source(node):
                return replace(options, errexit=None)
        return options

    def trap(self, node: Simple, words: tuple[str | None, ...]) -> None:
        if len(words) < 2 or words[0] is None:  # noqa: PLR2004 - what to do, and when
            return
        ends = words[0].replace(";", " ; ").split()
        at = len(ends) - 1 - ends[::-1].index("exit") if "exit" in ends else None
        value = ends[at + 1] if at is not None and at + 1 < len(ends) else ""
        if {"EXIT", "0"} & set(words[1:]):
            masks = at is not None and value == "0"
            self.exit_traps[-1] = Failure(Outcome.MASKED, Reason.TRAP, node.where) if masks else None
        if "ERR" in words[1:] and len(self.exit_traps) == 1 and self.shell.kind is Kind.BASH:
            ends_script = at is not None and value not in {"0", ";", ""}
            self.error_trap = ends_script and not self.calls
            self.error_trap_inside = ends_script and bool(self.calls)

    def call(self, function: Function, fate: Failure, context: Context, options: Options) -> Options:
        """Follow a function's body as it is called here; once for every kind of context."""
        leave, ignored = context.leave, context.ignored is not None
        key = (function.name, fate.outcome, fate.reason, leave.outcome, leave.reason, ignored, options)
        if key in self.seen:
            return self.seen[key]
        self.seen[key] = options
        inner = replace(context, fail=fate, back=fate, rest=None, pipes=None, inner=True)
        if self.branches.sets_options(function):
            # errexit judges a call by what the function leaves it at.
            late = self.trigger(context, self.foreseen(function, inner, options))
            inner = replace(inner, fail=late, back=late)
        self.calls += 1
        self.seen[key] = self.visit(function.body, inner, options)
        self.calls -= 1
        return self.seen[key]

    def foreseen(self, function: Function, context: Context, options: Options) -> Options:
        """Options that a function leaves, without noting anything."""
        found, seen, self.seen = list(self.found), dict(self.seen), dict(self.seen)
        after = self.visit(function.body, context, options)
        self.found, self.seen = found, seen
        return after

    def rest_of_functions(self, context: Context, options: Options) -> None:
        """Follow what is never called as if it were called at the end."""
        called = {name for name, *_ in self.seen}
        for name in sorted(set(self.functions) - called):
            self.visit(self.functions[name].body, replace(context, inner=True), options)

    # -- substitutions

    def substitutions(self, node: Simple, fate: Failure, context: Context, options: Options) -> None:
        bodies = [(word, part) for word in node.words for part in word.parts if part.body]
        if not bodies and not node.assignments and not node.redirects:
            return
        name = node.words[0] if node.words else None
        for word, part in bodies:
            if word is name:
                self.substitution(part, _UNKNOWN_NAME, context, options)
            else:
                reason = Reason.DECLARATION if name and name.text in _DECLARES else Reason.ARGUMENT
                by = name.where if name else node.where
                self.substitution(part, Failure(Outcome.MASKED, reason, by), context, options)
        self.assigned(node, fate, context, options)
        self.redirected(node.redirects, node.where, context, options)

    def assigned(self, node: Simple, fate: Failure, context: Context, options: Options) -> None:
        """Substitutions in assignments: the last one decides the status of a command that is nothing else."""
        if node.name in _DECLARES:
            return
        parts = [part for each in node.assignments if each.value for part in each.value.parts if part.body]
        for number, part in enumerate(parts):
            decides = not node.words and number == len(parts) - 1 and part.kind is PartKind.SUBSTITUTION
            other = Failure(Outcome.MASKED, Reason.ARGUMENT, node.where)
            self.substitution(part, fate if decides else other, context, options)

    def redirected(self, redirects: tuple[Redirect, ...], by: Stretch, context: Context, options: Options) -> None:
        for each in redirects:
            parts = each.heredoc.parts if each.heredoc else each.target.parts if each.target else ()
            for part in parts:
                if part.body:
                    self.substitution(part, Failure(Outcome.MASKED, Reason.ARGUMENT, by), context, options)

    def substitution(self, part: Part, fate: Failure, context: Context, options: Options) -> None:
        if part.kind is PartKind.PROCESS:
            fate = Failure(Outcome.MASKED, Reason.PROCESS, fate.by)
        # dash forgets in a substitution that it stands in a condition; bash and busybox do not.
        ignored = None if self.shell.substitution_keeps_errexit else context.ignored
        inner = Context(fate, fate, fate, fate, ignored, inner=True)
        if not self.shell.substitution_keeps_errexit and not options.inherit_errexit:
            options = replace(options, errexit=False)
        self.exit_traps.append(None)
        self.sequence(part.body, inner, options)
        self.exit_traps.pop()

    def words(self, words: tuple[Word, ...], by: Stretch, context: Context, options: Options) -> None:
        for word in words:
            for part in word.parts:
                if part.body:
                    self.substitution(part, Failure(Outcome.MASKED, Reason.ARGUMENT, by), context, options)

    # -- compounds

    def pipeline(self, node: Pipeline, context: Context, options: Options) -> Options:
        last = len(node.parts) - 1
        for number, part in enumerate(node.parts):
            seen = context.pipes.of(number) if context.pipes else None
            whole = self.trigger(replace(context, fail=seen) if seen else context, options)
            fate = whole
            if number < last and not options.pipefail:
                fate = seen or Failure(Outcome.MASKED, Reason.PIPE, node.parts[number + 1].where)
                if options.pipefail is None and not whole.is_lost:
                    fate = _UNKNOWN_OPTIONS
            inner = Context(fate, context.succeed, fate, fate, context.ignored, inner=True)
            self.apart(part, inner, options)
        return options

    def apart(self, node: Node, context: Context, options: Options) -> None:
        """Follow a node that runs in a process of its own: its options and traps end with it."""
        self.exit_traps.append(None)
        self.visit(node, context, options)
        self.exit_traps.pop()

    def and_or(self, node: AndOr, context: Context, options: Options) -> Options:
        last = len(node.parts) - 1
        for number, part in enumerate(node.parts):
            inner = context
            if number < last:
                fail = self.otherwise(node, number, "||", context, options)
                succeed = self.otherwise(node, number, "&&", context, options)
                inner = replace(context, fail=fail, succeed=succeed, ignored=node.where)
            options = self.visit(part, inner, options)
        return options

    def otherwise(self, node: AndOr, number: int, operator: str, context: Context, options: Options) -> Failure:
        """What happens when a part of a list returns what the next `operator` is waiting for."""
        for at in range(number, len(node.operators)):
            if node.operators[at] == operator:
                return self.branches.instead(node.parts[at + 1], context, self.trigger(context, options))
        if operator == "&&":
            return context.succeed
        if context.fail.is_lost and context.fail.reason is Reason.NEXT:
            return replace(context.fail, reason=Reason.AND, by=node.parts[number + 1].where)
        return context.fail

    def background(self, node: Background, context: Context, options: Options) -> None:
        fate = self.branches.waited(context, options) or Failure(Outcome.MASKED, Reason.BACKGROUND, node.where)
        self.apart(node.body, Context(fate, fate, fate, fate, None, inner=True), options)

    def group(self, node: Group, context: Context, options: Options) -> Options:
        self.redirected(node.redirects, node.where, context, options)
        if not node.subshell:
            return self.sequence(node.body, context, options)
        fate = self.trigger(context, options)
        inner = replace(context, fail=fate, leave=fate, back=fate, rest=None, pipes=None, inner=True)
        self.exit_traps.append(None)
        self.sequence(node.body, inner, options)
        self.exit_traps.pop()
        return options

    def condition(self, node: If, context: Context, options: Options) -> Options:
        self.redirected(node.redirects, node.where, context, options)
        ends: list[Options] = []
        for number, arm in enumerate(node.arms):
            tested = Failure(Outcome.TESTED, Reason.IF, node.where)
            is_last = number == len(node.arms) - 1
            fail = (self.branches.taken(node.otherwise or (), context) or tested) if is_last else tested
            succeed = self.branches.taken(arm.body, context) or tested
            inner = replace(context, fail=fail, succeed=succeed, ignored=node.where, pipes=None)
            options = self.sequence(arm.condition, inner, options)
            ends.append(self.sequence(arm.body, context, options))
        ends.append(self.sequence(node.otherwise or (), context, options))
        return _merged(ends)

    def repeat(self, node: Repeat, context: Context, options: Options) -> Options:
        self.redirected(node.redirects, node.where, context, options)
        self.words(node.words, node.where, context, options)
        tested = Failure(Outcome.TESTED, Reason.LOOP, node.where)
        inner = replace(context, fail=tested, succeed=tested, ignored=node.where, pipes=None)
        options = self.sequence(node.condition, inner, options)
        fail = context.fail if context.fail.is_lost else Failure(Outcome.MASKED, Reason.ROUND, node.where)
        if context.fail.outcome is Outcome.TESTED:
            fail = Failure(Outcome.UNKNOWN, Reason.ROUND, node.where)
        body = replace(context, fail=fail, pipes=None)
        return merged(options, self.sequence(node.body, body, options))

    def case(self, node: Case, context: Context, options: Options) -> Options:
        self.redirected(node.redirects, node.where, context, options)
        if node.word is not None:
            self.words((node.word,), node.where, context, options)
        return _merged([options, *(self.sequence(body, context, options) for _, body in node.arms)])


def _merged(ends: list[Options]) -> Options:
    whole = ends[0]
    for each in ends[1:]:
        whole = merged(whole, each)
    return whole


def _is_plain_source(node: Simple) -> bool:
    """Whether a sourced file is of a kind that sets variables, not options."""
    path = node.words[1].shape if len(node.words) > 1 else ""
    return path.endswith(_PLAIN_SOURCES) or path.startswith("/etc/") or not path.endswith((".sh", ".bash"))
