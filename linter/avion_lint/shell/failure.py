"""Follows the exit status of every command of a script to the script's own."""

from __future__ import annotations

from collections.abc import Iterable

from avion_lint.pattern import pattern
from avion_lint.record import record, replace
from avion_lint.shell.branches import Branches
from avion_lint.shell.fate import Context, Failure, Outcome, Pipes, Reason, Rest, worse
from avion_lint.shell.shells import Options, Shell, merged
from avion_lint.shell.substituted import in_command, in_redirects, in_words
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
    Repeat,
    Simple,
)
from avion_lint.shell.traps import Traps, after_builtin
from avion_lint.shell.words import Part

MAX_DEPTH = 120
"""Levels of structure and calls that are followed."""

_TOP_LEAVE = Failure(Outcome.ENDS, Reason.ERREXIT)
_TOP_LAST = Failure(Outcome.ENDS, Reason.LAST)
_UNKNOWN_OPTIONS = Failure(Outcome.UNKNOWN, Reason.OPTIONS)
_TOO_DEEP = Failure(Outcome.UNKNOWN, Reason.DEPTH)
_PIPE_STATUS = pattern(r"PIPESTATUS\[([0-9]+|[@*])\]")


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
        self.traps = Traps(shell)
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
        if options.errexit or (self.traps.on_error and (not context.inner or options.errtrace)):
            return context.leave
        if self.traps.on_error_inside and context.fail.is_lost:
            return _UNKNOWN_OPTIONS
        if options.errexit is None and context.fail.outcome is not context.leave.outcome:
            return _UNKNOWN_OPTIONS
        return context.fail

    # -- simple commands

    def simple(self, node: Simple, context: Context, options: Options) -> Options:
        fate = context.leave if node.name == "exec" and len(node.words) > 1 else self.trigger(context, options)
        self.note(node, fate, options)
        self.substitutions(in_command(node, fate), context, options)
        if (function := self.functions.get(node.name or "")) is not None:
            return self.call(function, fate, context, options)
        if node.name == "trap":
            self.traps.set(node, in_function=bool(self.calls))
        return after_builtin(node, options)

    def note(self, node: Simple, fate: Failure, options: Options) -> None:
        if fate.reaches_exit:
            fate = self.traps.at_exit or fate
        old = self.found[node.index]
        failure = worse(old.failure if old else None, fate)
        self.found[node.index] = Found(failure, old.options if old else options)

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

    def substitutions(self, found: Iterable[tuple[Part, Failure]], context: Context, options: Options) -> None:
        """Follow the scripts of substitutions, each with what becomes of its status."""
        # dash forgets in a substitution that it stands in a condition; bash and busybox do not.
        ignored = None if self.shell.substitution_keeps_errexit else context.ignored
        if not self.shell.substitution_keeps_errexit and not options.inherit_errexit:
            options = replace(options, errexit=False)
        for part, fate in found:
            self.traps.enter()
            self.sequence(part.body, Context(fate, fate, fate, fate, ignored, inner=True), options)
            self.traps.leave()

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
        self.traps.enter()
        self.visit(node, context, options)
        self.traps.leave()

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
        self.substitutions(in_redirects(node.redirects, node.where), context, options)
        if not node.subshell:
            return self.sequence(node.body, context, options)
        fate = self.trigger(context, options)
        inner = replace(context, fail=fate, leave=fate, back=fate, rest=None, pipes=None, inner=True)
        self.traps.enter()
        self.sequence(node.body, inner, options)
        self.traps.leave()
        return options

    def condition(self, node: If, context: Context, options: Options) -> Options:
        self.substitutions(in_redirects(node.redirects, node.where), context, options)
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
        self.substitutions(in_redirects(node.redirects, node.where), context, options)
        self.substitutions(in_words(node.words, node.where), context, options)
        tested = Failure(Outcome.TESTED, Reason.LOOP, node.where)
        inner = replace(context, fail=tested, succeed=tested, ignored=node.where, pipes=None)
        options = self.sequence(node.condition, inner, options)
        fail = context.fail if context.fail.is_lost else Failure(Outcome.MASKED, Reason.ROUND, node.where)
        if context.fail.outcome is Outcome.TESTED:
            fail = Failure(Outcome.UNKNOWN, Reason.ROUND, node.where)
        body = replace(context, fail=fail, pipes=None)
        return merged(options, self.sequence(node.body, body, options))

    def case(self, node: Case, context: Context, options: Options) -> Options:
        self.substitutions(in_redirects(node.redirects, node.where), context, options)
        if node.word is not None:
            self.substitutions(in_words((node.word,), node.where), context, options)
        return _merged([options, *(self.sequence(body, context, options) for _, body in node.arms)])


def _merged(ends: list[Options]) -> Options:
    whole = ends[0]
    for each in ends[1:]:
        whole = merged(whole, each)
    return whole
