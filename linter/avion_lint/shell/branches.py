"""Where a script goes after a failure that it has seen: what a handler, a branch or a look at `$?` leads to."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.shell.fate import Context, Failure, Outcome, Reason, Rest
from avion_lint.shell.shells import Options
from avion_lint.shell.statuses import STATUS, command_reads, exit_value, fails, holds_on_failure, kept_in, succeeds
from avion_lint.shell.syntax import AndOr, Function, Group, If, Negated, Node, Simple
from avion_lint.shell.walk import simples_in

_LOOK_AHEAD = 30  # statements after `rc=$?` in which its use is looked for
_CALLS = 4  # functions that are followed into each other


class Branches:
    """Asks where branches lead; `functions` are those defined so far, and grow."""

    def __init__(self, functions: dict[str, Function]) -> None:
        self.functions = functions

    def sets_options(self, function: Function) -> bool:
        """Whether a function may change the shell's options."""
        return any(each.name in {"set", "shopt", ".", "source"} for each in simples_in((function.body,)))

    def taken(self, nodes: tuple[Node, ...], context: Context, calls: int = 0) -> Failure | None:
        """What a branch that is taken because of a failure leads to; None where it runs to its end."""
        kept: frozenset[str] = frozenset()
        for number, node in enumerate(nodes):
            if number == 0 and (name := kept_in(node)):
                kept = frozenset({name})
            found = self.step(node, context, kept, first=number == 0, calls=calls)
            if found is not None:
                return found
        return None

    def step(self, node: Node, context: Context, kept: frozenset[str], *, first: bool, calls: int) -> Failure | None:
        """What one statement of a branch leads to; None where the next one runs."""
        match node:
            case Simple(name="exit" | "return"):
                return self.end(node, context, kept, first=first)
            case Simple(name="break" | "continue"):
                return Failure(Outcome.TESTED, Reason.CONTROL, node.where)
            case Simple(name=str() as name) if name in self.functions and calls < _CALLS:
                return self.called(self.functions[name], context, calls)
            case Group(subshell=False):
                return self.taken(node.body, context, calls)
            case AndOr(parts=(*before, last)) if all(map(succeeds, before)) and "||" not in node.operators:
                return self.step(last, context, kept, first=False, calls=calls)
            case If(arms=arms, otherwise=tuple() as otherwise):
                ways = [self.taken(body, context, calls) for body in (*(arm.body for arm in arms), otherwise)]
                known = [way for way in ways if way is not None]
                if known and len(known) == len(ways):
                    return next((way for way in known if not way.reaches_exit), known[0])
        return None

    def end(self, node: Simple, context: Context, kept: frozenset[str], *, first: bool) -> Failure:
        """What `exit` or `return` leads to."""
        target = context.leave if node.name == "exit" else context.back
        match exit_value(node, first=first, kept=kept):
            case True:
                return Failure(Outcome.MASKED, Reason.EXIT, node.where)
            case None:
                return Failure(Outcome.UNKNOWN, Reason.EXIT, node.where)
        return _handled(target, node)

    def called(self, function: Function, context: Context, calls: int) -> Failure | None:
        """What a call of a function leads to when the function exits; None where it returns."""
        body = function.body.body if isinstance(function.body, Group) else (function.body,)
        found = self.taken(body, context, calls + 1)
        return found if found is not None and not _is_return(found) else None

    def instead(self, handler: Node, context: Context, triggered: Failure) -> Failure:
        """What happens to a failure for which `handler` runs (`command || handler`)."""
        found = self.taken((handler,), context)
        if found is not None:
            return found
        if (name := kept_in(handler)) is not None and context.rest is not None:
            return self.variable(name, context.rest, context, handler)
        if fails(handler):
            return _handled(triggered, handler)
        outcome = Outcome.MASKED if succeeds(handler) else Outcome.TESTED
        return Failure(outcome, Reason.OR, handler.where)

    def after(self, following: Node, rest: Rest, context: Context, reason: Reason) -> Failure:
        """What happens to a status when `following` is what runs next."""
        if (name := kept_in(following)) is not None:
            return self.variable(name, Rest(rest.nodes, rest.at + 1, rest.outer), context, following)
        if isinstance(following, Simple) and following.name in {"exit", "return"}:
            return self.end(following, context, frozenset(), first=True)
        looked = self.looked_at(following, STATUS, context)
        return looked or Failure(Outcome.MASKED, reason, following.where, context.ignored)

    def looked_at(self, node: Node, names: frozenset[str], context: Context) -> Failure | None:
        """What a condition on a status leads to when the status is a failure; None where the node is none."""
        match node:
            case If(arms=(first, *more)) if first.condition:
                holds = holds_on_failure(first.condition[0], names)
                if holds is None:
                    return self._tested(first.condition[0], names)
                body = first.body if holds else () if more else node.otherwise or ()
                return self.taken(body, context) or Failure(Outcome.TESTED, Reason.STATUS, node.where)
            case AndOr(parts=(first, second, *_), operators=(operator, *_)):
                holds = holds_on_failure(first, names)
                if holds is None:
                    return self._tested(first, names)
                if holds == (operator == "&&"):
                    return self.taken((second,), context) or Failure(Outcome.TESTED, Reason.STATUS, node.where)
                return Failure(Outcome.TESTED, Reason.STATUS, node.where)
            case Simple(name="[" | "[[" | "test" | "((") if command_reads(node, names):
                return Failure(Outcome.TESTED, Reason.STATUS, node.where)
        return None

    def _tested(self, node: Node, names: frozenset[str]) -> Failure | None:
        inner = node.body if isinstance(node, Negated) else node
        if isinstance(inner, Simple) and command_reads(inner, names):
            return Failure(Outcome.TESTED, Reason.STATUS, node.where)
        return None

    def variable(self, name: str, rest: Rest, context: Context, keeper: Node) -> Failure:
        """What happens to a status that a variable keeps."""
        names = frozenset({name})
        mentioned: Failure | None = None
        for node in _following(rest):
            match node:
                case Simple(name="exit" | "return") if command_reads(node, names):
                    return self.end(node, context, names, first=False)
                case Simple() if any(each.name == name for each in node.assignments):
                    break
                case AndOr(parts=(*_, last)) if kept_in(last) == name:
                    break
            if (looked := self.looked_at(node, names, context)) is not None:
                return looked
            if mentioned is None and any(command_reads(each, names) for each in simples_in((node,))):
                mentioned = Failure(Outcome.TESTED, Reason.STATUS, node.where)
        return mentioned or Failure(Outcome.MASKED, Reason.STATUS_UNUSED, keeper.where)

    def waited(self, context: Context, options: Options) -> Failure | None:
        """What happens to the status of a background command for which `wait PID` asks; None where nobody does."""
        if context.rest is None:
            return None
        for following in _following(context.rest):
            for each in simples_in((following,)):
                if each.name == "wait" and len(each.words) > 1:
                    if following is each and options.errexit and context.ignored is None:
                        return replace(context.leave, reason=Reason.WAIT, by=each.where)
                    return Failure(Outcome.TESTED, Reason.WAIT, each.where)
        return None


def _is_return(found: Failure) -> bool:
    return found.by is not None and found.by.place.text.startswith("return")


def _handled(target: Failure, node: Node) -> Failure:
    return Failure(Outcome.HANDLED, Reason.EXIT, node.where) if target.reaches_exit else target


def _following(rest: Rest) -> tuple[Node, ...]:
    found: list[Node] = []
    current: Rest | None = rest
    while current is not None and len(found) < _LOOK_AHEAD:
        found.extend(current.nodes[current.at : current.at + _LOOK_AHEAD - len(found)])  # type: ignore[arg-type]
        current = current.outer
    return tuple(found)
