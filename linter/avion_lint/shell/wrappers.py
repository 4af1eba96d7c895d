"""Takes off programs that run another command: how to get at that command, and where it then runs."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.shell.arguments import Arguments, Spelling, arguments
from avion_lint.shell.machines import CONTAINERS, KUBE, compose, docker, kubectl, ssh
from avion_lint.shell.words import Word, literal
from avion_lint.shell.wrapper_tables import BY_WORD, SIMPLE
from avion_lint.shell.wrapping import Machine, Unwrapped, Wrapper, joined, program, run_from, spelling

_NUMBER = pattern(r"(\d+(?:\.\d+)?)([smhd]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_GO_PACKAGE = pattern(r"(?:.*/)?([A-Za-z][\w.-]*?)(?:/v\d+)?(?:@.*)?")
_ASSIGNMENT = pattern(r"[A-Za-z_][A-Za-z0-9_]*=")


def unwrap(words: tuple[Word, ...]) -> Unwrapped | None:
    """Take the outermost wrapper off a command; None where it is none."""
    name = program(words)
    if name is None or len(words) < 2:  # noqa: PLR2004 - a program and what it runs
        return None
    match name:
        case "command" if words[1].shape in {"-v", "-V"}:
            return None
        case "flock" if (found := _flock(words)) is not None:
            return found
        case _ if name in SIMPLE:
            return _simple(name, words, *SIMPLE[name])
        case _ if name in BY_WORD:
            return _by_word(name, words)
        case _ if name in KUBE:
            return kubectl(words)
        case _ if name in CONTAINERS:
            return docker(name, words)
        case "docker-compose" | "podman-compose":
            return compose(name, words, 1)
    return _special(name, words)


def _special(name: str, words: tuple[Word, ...]) -> Unwrapped | None:
    match name:
        case "ssh":
            return ssh(words)
        case "su" | "runuser":
            return _su(name, words)
        case "eval":
            return Unwrapped(Wrapper(name, words[:1]), script=words[1:])
        case "trap" if words[1].text not in {None, "-", "", "-p", "-l"}:
            return Unwrapped(Wrapper(name, words[:1], masks=True), script=words[1:2])
        case "dotenv" | "dotenvx":
            return _dotenv(name, words)
        case "go":
            return _go(words)
        case "python" | "python3" if words[1].text == "-m" and len(words) > 2:  # noqa: PLR2004 - and the module
            return Unwrapped(Wrapper(name, words[:2]), words[2:])
        case "find":
            return _find(words)
        case "sops" if words[1].text == "exec-env" and len(words) > 3:  # noqa: PLR2004 - and the file
            return Unwrapped(Wrapper(name, words[:3]), script=words[3:])
    return None


def _simple(name: str, words: tuple[Word, ...], valued: str, own: int) -> Unwrapped | None:
    given = arguments(words[1:], spelling(valued))
    at = 1 + given.rest + own
    if name in {"sudo", "env", "doas"}:
        while at < len(words) and _ASSIGNMENT.match(words[at].shape):
            at += 1
    if name == "xargs" and at >= len(words):
        return None
    if name == "npx" and (call := given.value("-c", "--call")) is not None:
        return Unwrapped(Wrapper(name, words), script=(call,))
    return run_from(Wrapper(name, words[:at], target=_user(given), seconds=_limit(name, words, at)), words, at)


def _user(given: Arguments) -> Word | None:
    return given.value("-u", "--user")


def _limit(name: str, words: tuple[Word, ...], at: int) -> float | None:
    return seconds(words[at - 1].text) if name in {"timeout", "gtimeout"} and at <= len(words) else None


def seconds(text: str | None) -> float | None:
    """Length of `10`, `1.5m`, `2h` in seconds, as timeout and sleep read it; None for anything else."""
    match = _NUMBER.fullmatch(text) if text else None
    return float(match[1]) * _UNITS[match[2]] if match else None


def _by_word(name: str, words: tuple[Word, ...]) -> Unwrapped | None:
    known = BY_WORD[name]
    at = next((number for number, word in enumerate(words[1:6], start=1) if word.text in known), None)
    if at is None:
        return None
    valued, own = known[words[at].text or ""]
    given = arguments(words[at + 1 :], spelling(valued))
    if name == "doppler" and (command := given.value("--command")) is not None:
        return Unwrapped(Wrapper(name, words), script=(command,))
    end = at + 1 + (given.after_dashes if given.after_dashes is not None else given.rest + own)
    return run_from(Wrapper(name, words[:end]), words, end)


def _su(name: str, words: tuple[Word, ...]) -> Unwrapped | None:
    valued = frozenset(["-c", "--command", "-s", "--shell", "-g", "-G", "-w", "-u", "--user"])
    given = arguments(words[1:], Spelling(valued, first_operand_ends=False))
    users = [word for word in given.operands if word.text != "-"]
    wrapper = Wrapper(name, words, target=given.value("-u", "--user") or (users[0] if users else None))
    if (command := given.value("-c", "--command")) is not None:
        return Unwrapped(wrapper, script=(command,))
    if given.value("-u", "--user") is not None and given.operands:
        return Unwrapped(wrapper, given.operands)
    return None


def _flock(words: tuple[Word, ...]) -> Unwrapped | None:
    spelling = Spelling(frozenset(["-w", "-E", "-c", "--command", "--timeout"]), first_operand_ends=False)
    command = arguments(words[1:], spelling).value("-c", "--command")
    return Unwrapped(Wrapper("flock", words), script=(command,)) if command is not None else None


def _dotenv(name: str, words: tuple[Word, ...]) -> Unwrapped | None:
    given = arguments(words[1:], spelling("-f -e -c --file --env"))
    at = 1 + (given.after_dashes if given.after_dashes is not None else given.rest)
    if at < len(words) and words[at].text == "run":
        at += 1
    return run_from(Wrapper(name, words[:at]), words, at)


def _go(words: tuple[Word, ...]) -> Unwrapped | None:
    """`go run package@version …` and `go tool name …`: the command is the last part of the package's path."""
    if words[1].text not in {"run", "tool"}:
        return None
    given = arguments(words[2:], spelling("-exec -modfile -tags -ldflags -mod", bundles=False))
    at = 2 + given.rest
    if at >= len(words):
        return None
    shape = words[at].shape
    match = _GO_PACKAGE.fullmatch(shape)
    name = match[1] if match else shape
    where = words[at].where
    made = literal(name, where.text, where.start, where.end)
    return Unwrapped(
        Wrapper("go " + (words[1].text or ""), words[: at + 1], target=words[at]), (made, *words[at + 1 :])
    )


def _find(words: tuple[Word, ...]) -> Unwrapped | None:
    at = next((number for number, word in enumerate(words) if word.text in {"-exec", "-execdir", "-ok"}), None)
    if at is None:
        return None
    stop = next((number for number, word in enumerate(words) if number > at and word.text in {";", "+"}), len(words))
    inner = words[at + 1 : stop]
    return Unwrapped(Wrapper("find", words[: at + 1], masks=True), inner) if inner else None


__all__ = ["Machine", "Unwrapped", "Wrapper", "joined", "program", "seconds", "unwrap"]
