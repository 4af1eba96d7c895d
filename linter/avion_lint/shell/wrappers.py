"""Programs that run another command: how to get at that command, and where it then runs."""

from __future__ import annotations

from enum import Enum

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.shell.arguments import Arguments, Spelling, arguments
from avion_lint.shell.origin import Stretch
from avion_lint.shell.words import Part, PartKind, Word, literal


class Machine(Enum):
    """Where a command runs."""

    HERE = "here"
    CONTAINER = "a container"
    POD = "a pod"
    REMOTE = "another machine"


@record
class Wrapper:
    """A program that runs a command: its words up to that command, and what it says about how it is run.

    `target` is the pod, container, image, host or user, `seconds` a time limit, `masks` whether the wrapper's own
    status does not tell of the command's.
    """

    name: str
    words: tuple[Word, ...]
    machine: Machine = Machine.HERE
    target: Word | None = None
    seconds: float | None = None
    masks: bool = False


@record
class Unwrapped:
    """A wrapper taken off: what it runs is a command (`words`) or a script (`script`, to be joined by blanks)."""

    wrapper: Wrapper
    words: tuple[Word, ...] = ()
    script: tuple[Word, ...] = ()


_NUMBER = pattern(r"(\d+(?:\.\d+)?)([smhd]?)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_GO_PACKAGE = pattern(r"(?:.*/)?([A-Za-z][\w.-]*?)(?:/v\d+)?(?:@.*)?")
_ASSIGNMENT = pattern(r"[A-Za-z_][A-Za-z0-9_]*=")


def _spelling(valued: str, *, bundles: bool = True) -> Spelling:
    return Spelling(frozenset(valued.split()), bundles)


# Options with a value of programs that run what follows them, and how many operands of their own come first.
_SIMPLE: dict[str, tuple[str, int]] = {
    "sudo": ("-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir --chroot", 0),
    "doas": ("-u -C", 0),
    "env": ("-u -C --unset --chdir", 0),
    "timeout": ("-s -k --signal --kill-after", 1),
    "gtimeout": ("-s -k --signal --kill-after", 1),
    "nohup": ("", 0),
    "setsid": ("", 0),
    "time": ("-f -o", 0),
    "exec": ("-a", 0),
    "command": ("", 0),
    "builtin": ("", 0),
    "nice": ("-n --adjustment", 0),
    "ionice": ("-c -n --class --classdata", 0),
    "stdbuf": ("-i -o -e --input --output --error", 0),
    "unbuffer": ("", 0),
    "chronic": ("", 0),
    "caffeinate": ("-t -w", 0),
    "tini": ("-p -e", 0),
    "dumb-init": ("-r --rewrite", 0),
    "gosu": ("", 1),
    "su-exec": ("", 1),
    "chroot": ("", 1),
    "flock": ("-w -E --timeout --conflict-exit-code", 1),
    "xargs": ("-I -n -P -L -d -a -s -E --max-args --max-procs --max-lines --delimiter --arg-file --replace", 0),
    "npx": ("-p -c --package --call", 0),
    "bunx": ("", 0),
    "chpst": ("-u -U -b -e -d -n -l -L -m -o -p -f -c", 0),
}
# Programs that run what follows a word of theirs, the options with a value, and own operands after that word.
_BY_WORD: dict[str, dict[str, tuple[str, int]]] = {
    "aws-vault": {"exec": ("-d --duration --region --mfa-token --prompt", 1)},
    "op": {"run": ("--env-file --account", 0)},
    "doppler": {"run": ("-p -c -t --project --config --token", 0)},
    "chamber": {"exec": ("", 1)},
    "infisical": {"run": ("--env --path --projectId --token", 0)},
    "teller": {"run": ("-c --config", 0)},
    "direnv": {"exec": ("", 1)},
    "pnpm": {"exec": ("-C --filter --dir", 0), "dlx": ("--package", 0)},
    "npm": {"exec": ("-w --workspace --package", 0), "x": ("--package", 0)},
    "yarn": {"exec": ("", 0), "dlx": ("-p --package", 0), "run": ("", 0)},
    "bun": {"x": ("", 0)},
    "bundle": {"exec": ("", 0)},
    "poetry": {"run": ("", 0)},
    "pipenv": {"run": ("", 0)},
    "pdm": {"run": ("-p --project", 0)},
    "rye": {"run": ("", 0)},
    "hatch": {"run": ("", 0)},
    "uv": {"run": ("--with --extra --group --project --python -p --directory --env-file --package", 0)},
    "mise": {"exec": ("", 0), "x": ("", 0)},
    "asdf": {"exec": ("", 0)},
    "nix-shell": {},
}
_KUBECTL = (
    "-n --namespace --context --kubeconfig --cluster --user -s --server --token --as --as-group --request-timeout "
    "-c --container -f --filename --pod-running-timeout -l --selector --image --overrides --restart --env --labels "
    "--port --serviceaccount --image-pull-policy --target --profile --limits --requests --timeout --field-manager"
)
_DOCKER = (
    "-e --env --env-file -v --volume -w --workdir -u --user --name --network --net -p --publish --entrypoint --mount "
    "-h --hostname --add-host --link --platform --memory -m --cpus --label -l --restart --ulimit --device --dns "
    "--expose --cap-add --cap-drop --security-opt --pull --shm-size --tmpfs --volumes-from --log-driver --log-opt "
    "--gpus --pid --ipc --health-cmd --health-interval --health-timeout --health-retries --detach-keys --index"
)
_COMPOSE = "-f --file -p --project-name --profile --env-file --project-directory --ansi --parallel --progress"
_SSH = "-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w"
_TOOL_IMAGES = frozenset({"flyway", "migrate", "liquibase", "goose", "atlas", "dbmate", "sqitch"})
_KUBE = frozenset({"kubectl", "oc", "k", "k3s-kubectl", "microk8s.kubectl"})
_CONTAINERS = frozenset({"docker", "podman", "nerdctl"})


def program(words: tuple[Word, ...]) -> str | None:
    """Name of the program without its folder, None where it is not known."""
    text = words[0].text if words else None
    return text.rsplit("/", 1)[-1] if text else None


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
        case _ if name in _SIMPLE:
            return _simple(name, words, *_SIMPLE[name])
        case _ if name in _BY_WORD:
            return _by_word(name, words)
        case _ if name in _KUBE:
            return _kubectl(words)
        case _ if name in _CONTAINERS:
            return _docker(name, words)
        case "docker-compose" | "podman-compose":
            return _compose(name, words, 1)
    return _special(name, words)


def _special(name: str, words: tuple[Word, ...]) -> Unwrapped | None:
    match name:
        case "ssh":
            return _ssh(words)
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
    given = arguments(words[1:], _spelling(valued))
    at = 1 + given.rest + own
    if name in {"sudo", "env", "doas"}:
        while at < len(words) and _ASSIGNMENT.match(words[at].shape):
            at += 1
    if name == "xargs" and at >= len(words):
        return None
    if name == "npx" and (call := given.value("-c", "--call")) is not None:
        return Unwrapped(Wrapper(name, words), script=(call,))
    return _run(Wrapper(name, words[:at], target=_user(given), seconds=_limit(name, words, at)), words, at)


def _run(wrapper: Wrapper, words: tuple[Word, ...], at: int) -> Unwrapped | None:
    if at < len(words) and words[at].shape == "--":
        at += 1
    return Unwrapped(wrapper, words[at:]) if at < len(words) else None


def _user(given: Arguments) -> Word | None:
    return given.value("-u", "--user")


def _limit(name: str, words: tuple[Word, ...], at: int) -> float | None:
    return seconds(words[at - 1].text) if name in {"timeout", "gtimeout"} and at <= len(words) else None


def seconds(text: str | None) -> float | None:
    """Length of `10`, `1.5m`, `2h` in seconds, as timeout and sleep read it; None for anything else."""
    match = _NUMBER.fullmatch(text) if text else None
    return float(match[1]) * _UNITS[match[2]] if match else None


def _by_word(name: str, words: tuple[Word, ...]) -> Unwrapped | None:
    known = _BY_WORD[name]
    at = next((number for number, word in enumerate(words[1:6], start=1) if word.text in known), None)
    if at is None:
        return None
    valued, own = known[words[at].text or ""]
    given = arguments(words[at + 1 :], _spelling(valued))
    if name == "doppler" and (command := given.value("--command")) is not None:
        return Unwrapped(Wrapper(name, words), script=(command,))
    end = at + 1 + (given.after_dashes if given.after_dashes is not None else given.rest + own)
    return _run(Wrapper(name, words[:end]), words, end)


def _kubectl(words: tuple[Word, ...]) -> Unwrapped | None:
    given = arguments(words[1:], Spelling(frozenset(_KUBECTL.split()), first_operand_ends=False))
    verb = given.operands[0].text if given.operands else None
    if verb not in {"exec", "run", "debug"}:
        return None
    target = given.operands[1] if len(given.operands) > 1 else None
    if given.after_dashes is not None:
        at = given.after_dashes + 1
        return _run(Wrapper("kubectl " + verb, words[:at], Machine.POD, target), words, at)
    if verb != "exec" or target is None:
        return None
    at = words.index(target) + 1  # the old form without dashes: options end at the pod
    while at < len(words) and words[at].shape.startswith("-"):
        at += 2 if words[at].shape in _KUBECTL.split() else 1
    return _run(Wrapper("kubectl exec", words[:at], Machine.POD, target), words, at)


def _docker(name: str, words: tuple[Word, ...]) -> Unwrapped | None:
    verbs = [at for at, word in enumerate(words[1:5], start=1) if word.text in {"run", "exec", "compose"}]
    if not verbs:
        return None
    at = verbs[0]
    if words[at].text == "compose":
        return _compose(f"{name} compose", words, at + 1)
    given = arguments(words[at + 1 :], _spelling(_DOCKER))
    end = at + 1 + given.rest + 1
    if given.rest >= len(words) - at - 1:
        return None
    wrapper = Wrapper(f"{name} {words[at].text}", words[:end], Machine.CONTAINER, words[end - 1])
    entry = given.value("--entrypoint")
    if entry is not None and entry.text:
        return Unwrapped(wrapper, (entry, *words[end:]))
    return Unwrapped(wrapper, _started(words[end - 1], words[end:]))


def _started(image: Word, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """What an image is started with: its own program first, where the image is one of a tool or gets only options."""
    name = image.shape.split("@", 1)[0].rsplit("/", 1)[-1].split(":", 1)[0]
    first = words[0].shape if words else ""
    if (name in _TOOL_IMAGES and first not in {name, "sh", "bash", "/bin/sh", "/bin/bash"}) or first.startswith("-"):
        return (literal(name, image.where.origin, image.where.start, image.where.end), *words)
    return words


def _compose(name: str, words: tuple[Word, ...], start: int) -> Unwrapped | None:
    given = arguments(words[start:], _spelling(_COMPOSE))
    at = start + given.rest
    if at >= len(words) or words[at].text not in {"run", "exec"}:
        return None
    inner = arguments(words[at + 1 :], _spelling(_DOCKER))
    end = at + 1 + inner.rest + 1
    if end > len(words):
        return None
    wrapper = Wrapper(f"{name} {words[at].text}", words[:end], Machine.CONTAINER, words[end - 1])
    return _run(wrapper, words, end) or Unwrapped(wrapper)


def _ssh(words: tuple[Word, ...]) -> Unwrapped | None:
    given = arguments(words[1:], _spelling(_SSH))
    at = 1 + given.rest
    if at >= len(words):
        return None
    return Unwrapped(Wrapper("ssh", words[: at + 1], Machine.REMOTE, words[at]), script=words[at + 1 :])


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
    given = arguments(words[1:], _spelling("-f -e -c --file --env"))
    at = 1 + (given.after_dashes if given.after_dashes is not None else given.rest)
    if at < len(words) and words[at].text == "run":
        at += 1
    return _run(Wrapper(name, words[:at]), words, at)


def _go(words: tuple[Word, ...]) -> Unwrapped | None:
    """`go run package@version …` and `go tool name …`: the command is the last part of the package's path."""
    if words[1].text not in {"run", "tool"}:
        return None
    given = arguments(words[2:], _spelling("-exec -modfile -tags -ldflags -mod", bundles=False))
    at = 2 + given.rest
    if at >= len(words):
        return None
    shape = words[at].shape
    match = _GO_PACKAGE.fullmatch(shape)
    name = match[1] if match else shape
    where = words[at].where
    made = literal(name, where.origin, where.start, where.end)
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


def joined(words: tuple[Word, ...]) -> Word:
    """Several words as one, with a blank between them: how ssh and eval hand them to a shell."""
    parts: list[Part] = []
    for word in words:
        if parts:
            end = parts[-1].end
            parts.append(Part(PartKind.LITERAL, " ", end, end + 1 if word.where.start > end else end, quoted=True))
        parts.extend(word.parts)
    return Word(Stretch(words[0].where.origin, words[0].where.start, words[-1].where.end), tuple(parts))
