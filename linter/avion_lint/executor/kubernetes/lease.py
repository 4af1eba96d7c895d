"""A Lease beside the database's lock: whoever looks into the cluster sees who migrates a service, and since when.

The database's lock is the authority. A Lease can expire while its holder still works, so it is renewed by a thread, and
seen before each step.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from avion_lint.executor.kubernetes.kubectl import ClusterError, Kubectl, Refusal
from avion_lint.executor.kubernetes.names import MANAGER, part
from avion_lint.executor.problem import CannotRunError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Found = Mapping[str, Any]  # JSON

SECONDS = 30
"""For how long a Lease holds that is not renewed."""
_ALLOWANCE = timedelta(seconds=10)  # for clocks that differ
_PAUSE = 1.0


def lease_name(service: str, environment: str) -> str:
    """The name of the Lease of a service in an environment."""
    return f"avion-lint-{part(service, 30)}-{part(environment, 20)}"


def manifest(name: str, holder: str, now: datetime, before: Found | None = None) -> dict[str, Any]:
    """A Lease that is held from now on; `before` is the one whose place it takes, whose version it must still have."""
    spec: dict[str, Any] = dict((before or {}).get("spec") or {})
    moment = f"{now:%Y-%m-%dT%H:%M:%S.%f}Z"
    if spec.get("holderIdentity") != holder:
        spec["acquireTime"] = moment
        spec["leaseTransitions"] = int(spec.get("leaseTransitions") or 0) + (1 if before else 0)
    spec |= {"holderIdentity": holder, "leaseDurationSeconds": SECONDS, "renewTime": moment}
    metadata: dict[str, Any] = {"name": name, "labels": {"app.kubernetes.io/managed-by": MANAGER}}
    if before is not None:
        metadata["resourceVersion"] = before["metadata"]["resourceVersion"]
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}


def held_by(lease: Found, now: datetime) -> str:
    """Who holds a Lease at a moment and until when, "" where nobody does: it was given back, or has expired."""
    spec = lease.get("spec") or {}
    holder = str(spec.get("holderIdentity") or "")
    renewed = _moment(str(spec.get("renewTime") or ""))
    if not holder or renewed is None:
        return ""
    until = renewed + timedelta(seconds=int(spec.get("leaseDurationSeconds") or SECONDS)) + _ALLOWANCE
    return "" if until < now else f"{holder}, until {until:%H:%M:%S} UTC if it is not renewed"


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


class Lease:
    """A Lease while a run lasts."""

    def __init__(self, kubectl: Kubectl, name: str, holder: str) -> None:
        self.kubectl = kubectl
        self.name = name
        self.holder = holder
        self.lost = ""
        self._found: Found = {}
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self, wait: float) -> None:
        """Take it, waiting at most so many seconds; raises CannotRunError where somebody else has it."""
        last = time.monotonic() + wait
        while by := self._try():
            if time.monotonic() >= last:
                raise CannotRunError(f"the Lease {self.name} is held by {by}; wait for it with --wait SECONDS")
            time.sleep(_PAUSE)
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()

    def _try(self) -> str:
        """Take it if nobody has it; gives who does."""
        found = self.kubectl.object("lease", self.name)
        now = datetime.now(tz=UTC)
        by = held_by(found, now) if found is not None else ""
        if by:
            return by
        text = json.dumps(manifest(self.name, self.holder, now, found))
        try:
            self._found = self.kubectl.create(text, "--validate=false") if found is None else self.kubectl.replace(text)
        except ClusterError as error:
            if error.kind not in (Refusal.EXISTS, Refusal.CONFLICT):
                raise
            return "another run, which was faster"
        return ""

    def _renew(self) -> None:
        while not self._over.wait(SECONDS / 4):
            self._renewed()

    def _renewed(self) -> None:
        text = json.dumps(manifest(self.name, self.holder, datetime.now(tz=UTC), self._found))
        try:
            self._found = self.kubectl.replace(text)
        except ClusterError as error:
            if error.kind in (Refusal.CONFLICT, Refusal.NOT_FOUND):
                self._see()

    def _see(self) -> None:
        """Find out why it could not be renewed: it is somebody else's now, or was only touched."""
        try:
            found = self.kubectl.object("lease", self.name)
        except ClusterError:
            return  # the database's lock is the authority; the next turn tries again
        if found is None:
            self.lost = f"the Lease {self.name} was deleted"
        elif (found.get("spec") or {}).get("holderIdentity") != self.holder:
            by = (found.get("spec") or {}).get("holderIdentity") or "nobody"
            self.lost = f"the Lease {self.name} was taken from this run: {by} holds it"
        else:
            self._found = found

    def check(self) -> None:
        """Raise CannotRunError where it is known to be somebody else's."""
        if self.lost:
            raise CannotRunError(f"{self.lost}; nothing more is started", "see who: kubectl describe lease")

    def release(self) -> None:
        """Give it back, if it is still ours; that it cannot be given back is no harm, since it expires."""
        self._over.set()
        if self._thread is None:
            return
        self._thread.join(timeout=40)
        self._thread = None
        given_back = manifest(self.name, "", datetime.now(tz=UTC), self._found)
        given_back["spec"]["holderIdentity"] = ""
        try:
            self.kubectl.replace(json.dumps(given_back))
        except ClusterError:
            return
