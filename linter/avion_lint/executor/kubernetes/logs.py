"""Logs of a Job's containers: told while they are written, kept when they have ended, without secrets."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator

from avion_lint.executor.children.processes import Guarded
from avion_lint.executor.kubernetes.kubectl import ClusterError
from avion_lint.executor.kubernetes.means import Means
from avion_lint.executor.kubernetes.scripts import BACKUP_MARK
from avion_lint.executor.kubernetes.state import JobState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_URL = re.compile(r"(\w+://[^\s:/@]*:)[^\s@/]+@")
_KEYWORD = re.compile(r"\b(password|passwd|pwd)(\s*[=:]\s*)('(?:[^'\\]|\\.)*'|[^\s&;,'\"]+)", re.IGNORECASE)


def redacted(text: str) -> str:
    """A text without what is written as a password, whosever it is: those of Secrets are not known here."""
    return _KEYWORD.sub(r"\1\2…", _URL.sub(r"\1…@", text))


def backup_told(log: str) -> dict[str, Any]:
    """What the backup's container tells of the backup that it has made, nothing where it does not."""
    for line in reversed(log.splitlines()):
        if line.startswith(f"{BACKUP_MARK} "):
            with contextlib.suppress(ValueError):
                found = json.loads(line.removeprefix(f"{BACKUP_MARK} "))
                return found if isinstance(found, dict) else {}
    return {}


class Logs:
    """The logs of the Job of that name, by pod and container."""

    def __init__(self, means: Means, name: str) -> None:
        self.means = means
        self.name = name
        self.texts: dict[tuple[str, str], str] = {}
        self._followed: dict[tuple[str, str], Guarded] = {}
        self._told: dict[tuple[str, str], int] = {}

    def hide(self, text: str) -> str:
        """A text without secrets, those that are known and those that look like one."""
        return redacted(self.means.hide(text))

    def see(self, state: JobState) -> None:
        """Follow the containers that have been started, and tell what they have said since; raises EndedError."""
        for key in _started(state):
            if key not in self._followed:
                pod, container = key
                order = self.means.kubectl.order("logs", "--follow", pod, f"--container={container}")
                self._followed[key] = self.means.custody.start(
                    order, self.means.private / f"{self.name}-{len(self._followed)}.log"
                )
            self._read(key)

    def _read(self, key: tuple[str, str]) -> None:
        """Take whole lines only: a secret may be cut in two by the end of what is there yet."""
        followed, told = self._followed[key], self._told.get(key, 0)
        text = followed.output.read_bytes()[told:]
        whole = text[: text.rfind(b"\n") + 1]
        self._told[key] = told + len(whole)
        lines = self.hide(whole.decode("utf-8", "replace"))
        self.texts[key] = self.texts.get(key, "") + lines
        for line in lines.splitlines():
            self.means.tell(f"  {key[1]}: {line}")

    def finish(self, state: JobState) -> tuple[str, ...]:
        """Read all once more, and keep it; gives the files. What is not there any more stays as seen."""
        for key in _started(state):
            pod, container = key
            with contextlib.suppress(ClusterError):
                whole = self.hide(self.means.kubectl.ask("logs", pod, f"--container={container}"))
                self.texts[key] = max(whole, self.texts.get(key, ""), key=len)
        for followed in self._followed.values():
            followed.end()
        return tuple(self._keep())

    def _keep(self) -> Iterator[str]:
        for number, ((_, container), text) in enumerate(self.texts.items(), 1):
            path = self.means.kept / self.name / f"{number}-{container}.log"
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
                path.write_text(text, encoding="utf-8")
            except OSError as error:
                self.means.tell(f"the log {path} cannot be written: {(error.strerror or str(error)).lower()}")
            else:
                yield str(path)

    def of(self, container: str) -> str:
        """What a container has said, in all pods."""
        return "".join(text for (_, name), text in self.texts.items() if name == container)


def _started(state: JobState) -> Iterator[tuple[str, str]]:
    for pod in state.pods:
        yield from ((pod.name, each.name) for each in pod.containers if each.started)
