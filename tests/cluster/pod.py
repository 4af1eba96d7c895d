"""One pod on the node: its containers one after the other, what is told of them, and how it is ended."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

from tests.cluster.api import CORE, ApiError
from tests.cluster.containers import Container, Image, Program
from tests.cluster.values import NotThereError, Values, expanded

_PAUSE = 0.05


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class StoppedError(Exception):
    """The pod is being ended."""


class PodRun(threading.Thread):
    """A pod from its first container to its end."""

    def __init__(self, node, pod):
        super().__init__(daemon=True, name=f"pod {pod['metadata']['name']}")
        self.node = node
        self.pod = pod
        self.name_of_pod, self.namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        self.path = f"{CORE}/namespaces/{self.namespace}/pods/{self.name_of_pod}"
        self.folder = node.home / "pods" / pod["metadata"]["uid"]
        self.containers: dict[str, Container] = {}
        self.waiting: dict[str, tuple[str, str]] = {}
        self.stopping = threading.Event()
        self.began = now()
        self.told = None
        self.last_words: dict[str, object] = {}  # what an eviction says of it

    # --- its life -----------------------------------------------------------------------------------------------

    def run(self):
        try:
            phase = self.live()
        except StoppedError:
            phase = "Failed"
            while any(each.code is None for each in tuple(self.containers.values())):
                time.sleep(_PAUSE)  # it has ended when all its programs have
        if self.node.closed:
            return
        self.tell(phase, **self.last_words)

    def live(self):
        spec = self.pod["spec"]
        self.tell("Pending")
        values = Values(self.node.api, self.pod)
        every = (*spec.get("initContainers", ()), *spec["containers"])
        self.pull(every)
        volumes = self.until_there(every[0]["name"], lambda: values.volumes(self.folder / "volumes", self.node.claims))
        for container in spec.get("initContainers", ()):
            self.begin(container, values, volumes)
            self.tell("Pending")
            if not self.all_well((container,)):
                return "Failed"
        for container in spec["containers"]:
            self.begin(container, values, volumes)
        self.tell("Running")
        return "Succeeded" if self.all_well(spec["containers"]) else "Failed"

    def pull(self, containers):
        """Wait until all images are there, as long as the pod is not ended."""
        for turn in range(10**6):
            missing = [each for each in containers if self.node.image(each["image"]) is None]
            reason = "ErrImagePull" if turn == 0 else "ImagePullBackOff"
            self.waiting = {each["name"]: (reason, f'Back-off pulling image "{each["image"]}"') for each in missing}
            if not missing:
                return
            self.tell("Pending")
            self.rest(1.0)

    def until_there(self, name, ask):
        """Ask again as long as a Secret or ConfigMap is not there."""
        while True:
            try:
                value = ask()
            except NotThereError as error:
                self.waiting[name] = ("CreateContainerConfigError", str(error))
                self.tell("Pending")
                self.rest(0.5)
            else:
                self.waiting.pop(name, None)
                return value

    def rest(self, seconds):
        if self.stopping.wait(seconds):
            raise StoppedError

    def begin(self, container, values, volumes):
        name = container["name"]
        environment = self.until_there(name, lambda: values.environment(container))
        image = self.node.image(container["image"]) or Image()
        command = container.get("command") or image.entrypoint
        arguments = container.get("args") or (() if container.get("command") else image.command)
        security = self.pod["spec"].get("securityContext", {}) | container.get("securityContext", {})
        if self.stopping.is_set():
            raise StoppedError
        program = Program(
            tuple(expanded(word, environment) for word in (*command, *arguments)),
            environment,
            container.get("workingDir", ""),
            security.get("runAsUser"),
            security.get("readOnlyRootFilesystem", False),
        )
        self.containers[name] = Container(self.folder / name, program, image, values.mounts(container, volumes))

    def all_well(self, containers):
        """Wait for the end of containers that were begun."""
        began = [self.containers[each["name"]] for each in containers]
        while any(each.code is None for each in began):
            self.rest(_PAUSE)
            self.tell()
        return all(each.code == 0 for each in began)

    def stop(self, grace):
        """End it, with so many seconds for its programs."""
        self.stopping.set()
        for each in tuple(self.containers.values()):
            if each.code is None:
                each.end(grace)
        self.join(30)

    # --- what is told -------------------------------------------------------------------------------------------

    def tell(self, phase=None, *, conditions=(), **more):
        """Tell the API server of the pod's state where it has changed; a server that is gone is told later."""
        phase = phase or (self.told or {}).get("phase", "Pending")
        status = {"phase": phase, "startTime": self.began, "podIP": "127.0.0.1", "hostIP": "127.0.0.1"}
        status |= {"podIPs": [{"ip": "127.0.0.1"}], **self._statuses(), **more}
        status["conditions"] += conditions
        if status == self.told:
            return
        while not self.node.closed:
            try:
                said = {"metadata": {"uid": self.pod["metadata"]["uid"]}, "status": status}
                self.node.api.patch(f"{self.path}/status", said)
            except ApiError as error:
                if error.code not in (404, 409):
                    raise
                return  # the pod is not there any more
            except OSError:
                time.sleep(0.2)
            else:
                self.told = status
                return

    def _statuses(self):
        spec = self.pod["spec"]
        mine = self._of(spec["containers"])
        begun = all("waiting" not in each["state"] for each in mine)
        ready = all("running" in each["state"] for each in mine)
        flags = {"PodScheduled": True, "Initialized": begun, "ContainersReady": ready, "Ready": ready}
        status = {
            "containerStatuses": mine,
            "conditions": [{"type": kind, "status": str(value)} for kind, value in flags.items()],
        }
        return status | (
            {"initContainerStatuses": self._of(spec["initContainers"])} if "initContainers" in spec else {}
        )

    def _of(self, containers):
        return [
            {
                "name": each["name"],
                "image": each["image"],
                "imageID": each["image"],
                "ready": False,
                "restartCount": 0,
                "state": self._state(each["name"]),
            }
            for each in containers
        ]

    def _state(self, name):
        container = self.containers.get(name)
        if container is None:
            reason, message = self.waiting.get(name, ("PodInitializing", ""))
            return {"waiting": {"reason": reason, "message": message}}
        began = container.began.strftime("%Y-%m-%dT%H:%M:%SZ")
        if (code := container.code) is None:
            return {"running": {"startedAt": began}}
        ended = container.ended.strftime("%Y-%m-%dT%H:%M:%SZ")
        reason = "Completed" if code == 0 else "Error"
        return {"terminated": {"exitCode": code, "reason": reason, "startedAt": began, "finishedAt": ended}}
