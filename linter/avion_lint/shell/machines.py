"""Programs that run a command elsewhere: in a pod, a container, on another machine."""

from __future__ import annotations

from avion_lint.shell.arguments import Spelling, arguments
from avion_lint.shell.words import Word, literal
from avion_lint.shell.wrapping import Machine, Unwrapped, Wrapper, run_from, spelling

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
KUBE = frozenset({"kubectl", "oc", "k", "k3s-kubectl", "microk8s.kubectl"})
CONTAINERS = frozenset({"docker", "podman", "nerdctl"})


def kubectl(words: tuple[Word, ...]) -> Unwrapped | None:
    """What `kubectl exec`, `run` and `debug` run in a pod."""
    given = arguments(words[1:], Spelling(frozenset(_KUBECTL.split()), first_operand_ends=False))
    verb = given.operands[0].text if given.operands else None
    if verb not in {"exec", "run", "debug"}:
        return None
    target = given.operands[1] if len(given.operands) > 1 else None
    if given.after_dashes is not None:
        at = given.after_dashes + 1
        return run_from(Wrapper("kubectl " + verb, words[:at], Machine.POD, target), words, at)
    if verb != "exec" or target is None:
        return None
    at = words.index(target) + 1  # the old form without dashes: options end at the pod
    while at < len(words) and words[at].shape.startswith("-"):
        at += 2 if words[at].shape in _KUBECTL.split() else 1
    return run_from(Wrapper("kubectl exec", words[:at], Machine.POD, target), words, at)


def docker(name: str, words: tuple[Word, ...]) -> Unwrapped | None:
    """What `docker run`, `exec` and `compose` run in a container; `name` is the program (`podman`)."""
    verbs = [at for at, word in enumerate(words[1:5], start=1) if word.text in {"run", "exec", "compose"}]
    if not verbs:
        return None
    at = verbs[0]
    if words[at].text == "compose":
        return compose(f"{name} compose", words, at + 1)
    given = arguments(words[at + 1 :], spelling(_DOCKER))
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
        return (literal(name, image.where.text, image.where.start, image.where.end), *words)
    return words


def compose(name: str, words: tuple[Word, ...], start: int) -> Unwrapped | None:
    """What `docker compose run` and `exec` run; the words from `start` on are its options."""
    given = arguments(words[start:], spelling(_COMPOSE))
    at = start + given.rest
    if at >= len(words) or words[at].text not in {"run", "exec"}:
        return None
    inner = arguments(words[at + 1 :], spelling(_DOCKER))
    end = at + 1 + inner.rest + 1
    if end > len(words):
        return None
    wrapper = Wrapper(f"{name} {words[at].text}", words[:end], Machine.CONTAINER, words[end - 1])
    return run_from(wrapper, words, end) or Unwrapped(wrapper)


def ssh(words: tuple[Word, ...]) -> Unwrapped | None:
    """What ssh runs on another machine."""
    given = arguments(words[1:], spelling(_SSH))
    at = 1 + given.rest
    if at >= len(words):
        return None
    return Unwrapped(Wrapper("ssh", words[: at + 1], Machine.REMOTE, words[at]), script=words[at + 1 :])
