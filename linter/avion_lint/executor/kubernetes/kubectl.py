"""kubectl as a child: what is asked of the cluster, and its refusals by their kind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence

from avion_lint.enumeration import StrEnum
from avion_lint.executor.children.processes import Order
from avion_lint.executor.problem import CannotRunError
from avion_lint.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PATIENCE = 30  # seconds for an answer
_LONGEST = 600


class Refusal(StrEnum):
    """Why the cluster did not do what it was asked; the values are kubectl's words."""

    EXISTS = "AlreadyExists"
    NOT_FOUND = "NotFound"
    CONFLICT = "Conflict"
    FORBIDDEN = "Forbidden"
    OTHER = "refused"
    SILENT = "no answer"


class ClusterError(CannotRunError):
    """The cluster has refused, or does not answer; whether it has done it then, nobody knows."""

    def __init__(self, kind: Refusal, text: str, mend: str = "") -> None:
        super().__init__(text, mend)
        self.kind = kind


@record
class Kubectl:
    """A cluster's namespace as kubectl reaches it.

    `context` is "" for kubectl's own. `environment` is what kubectl gets: the caller's own, which has KUBECONFIG and
    what the cloud's plugins need.
    """

    program: str
    context: str
    namespace: str
    environment: Mapping[str, str]

    def command(self, *words: str) -> tuple[str, ...]:
        """The words of a command line; nothing secret is in it."""
        where = (f"--context={self.context}",) if self.context else ()
        return (self.program, *where, f"--namespace={self.namespace}", *words)

    def order(self, *words: str) -> Order:
        """The same, to be run under guard."""
        return Order(self.command(*words), self.environment, grace=1.0)

    def ask(self, *words: str, given: str = "", seconds: float = _PATIENCE) -> str:
        """What kubectl says on standard output; raises ClusterError."""
        try:
            done = subprocess.run(
                self.command(f"--request-timeout={seconds:.0f}s", *words),
                input=given,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=seconds + 10,
                env=dict(self.environment),
                start_new_session=True,  # Ctrl-C is ours to handle
            )
        except subprocess.TimeoutExpired:
            raise ClusterError(Refusal.SILENT, f"the cluster does not answer within {seconds:.0f} s") from None
        except OSError as error:
            words_of = (error.strerror or str(error)).lower()
            raise ClusterError(Refusal.OTHER, f"{self.program} cannot be run: {words_of}") from None
        if done.returncode != 0:
            raise refusal(done.stderr)
        return done.stdout

    def objects(self, kinds: str, selector: str) -> Sequence[Mapping[str, Any]]:
        """All objects of some kinds (`jobs,pods`) with these labels; raises ClusterError."""
        found: Mapping[str, Any] = self._json("get", kinds, f"--selector={selector}", "--output=json")
        items: Sequence[Mapping[str, Any]] = found.get("items", [])
        return items

    def object(self, kind: str, name: str) -> dict[str, Any] | None:
        """An object by its name, None where it is not there; raises ClusterError."""
        try:
            return self._json("get", kind, name, "--output=json")
        except ClusterError as error:
            if error.kind is Refusal.NOT_FOUND:
                return None
            raise

    def create(self, manifest: str, *flags: str) -> dict[str, Any]:
        """Create an object, and give it as it was made; raises ClusterError."""
        return self._json("create", "--filename=-", "--output=json", *flags, given=manifest)

    def replace(self, manifest: str) -> dict[str, Any]:
        """Put another text in an object's place, if it is still of the text's resourceVersion; raises ClusterError."""
        return self._json("replace", "--filename=-", "--output=json", "--validate=false", given=manifest)

    def delete_job(self, name: str) -> None:
        """Delete a Job and its pods, and wait for nothing; that it is gone already is fine. Raises ClusterError."""
        self.ask("delete", "job", name, "--ignore-not-found", "--wait=false", "--cascade=background")

    def _json(self, *words: str, given: str = "") -> dict[str, Any]:
        text = self.ask(*words, given=given)
        try:
            found: dict[str, Any] = json.loads(text)
        except ValueError:
            raise ClusterError(Refusal.OTHER, f"kubectl says what is no JSON: {text[:80]}") from None
        return found


def kubectl_of(given: str | None, context: str, namespace: str, without: str = "") -> Kubectl:
    """Kubectl as it is on PATH or at the path that is given; raises CannotRunError.

    `without` is the variable that it does not get: the one with the database's address.
    """
    program = shutil.which(given or "kubectl")
    if program is None:
        where = f"at {given}" if given else "on PATH"
        raise CannotRunError(f"there is no kubectl {where}", "install it, or name it with --kubectl PATH")
    environment = {name: value for name, value in os.environ.items() if name != without}
    return Kubectl(program, context, namespace, environment)


def refusal(said: str) -> ClusterError:
    """What kubectl's words on standard error mean."""
    words = " ".join(said.split())[:_LONGEST]
    for kind in (Refusal.EXISTS, Refusal.NOT_FOUND, Refusal.CONFLICT, Refusal.FORBIDDEN):
        if f"({kind})" in words:
            return ClusterError(kind, f"the cluster refuses: {words}", _MEND.get(kind, ""))
    if "from server" in words:
        return ClusterError(Refusal.OTHER, f"the cluster refuses: {words}")
    if _is_silence(words):
        return ClusterError(Refusal.SILENT, f"the cluster cannot be reached: {words}", _MEND[Refusal.SILENT])
    return ClusterError(Refusal.OTHER, f"kubectl: {words}")


_MEND = {
    Refusal.FORBIDDEN: "have `avion-lint render` write the rights (`operators` in the settings), and apply them",
    Refusal.SILENT: "see that KUBECONFIG and `context` name the right cluster and that it answers: kubectl version",
}
_SILENT = (
    "unable to connect",
    "connection to the server",
    "connection refused",
    "i/o timeout",
    "tls handshake",
    "no such host",
    "eof",
    "context deadline exceeded",
    "timeout exceeded",
    "connection reset",
    "was refused",
    "currently unable to handle",
)


def _is_silence(words: str) -> bool:
    return any(each in words.lower() for each in _SILENT)
