"""A stand-in for a node: runs the containers of all pods on this machine and serves their logs."""

from __future__ import annotations

import contextlib
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.cluster.api import CORE, ApiError
from tests.cluster.containers import Image
from tests.cluster.pod import PodRun, now

NAME = "node"
_PAUSE = 0.1


class Node:
    """The node. `images` are those that it can pull, by name with digest or tag."""

    def __init__(self, home: Path, api):
        self.home = home
        self.api = api
        self.claims = home / "claims"
        self.images: dict[str, Image] = {}
        self.runs: dict[str, PodRun] = {}
        self.every: list[PodRun] = []  # those that have ended and gone among them
        self.closed = False
        self.holding = False  # whether new pods find no place
        self.silent = False  # whether no logs can be read
        self.ending: set[str] = set()
        self.server = _log_server(home, self)
        self.loop = threading.Thread(target=self._loop, daemon=True, name="node")

    def start(self):
        self.api.post(f"{CORE}/nodes", {"metadata": {"name": NAME}})
        room = {"cpu": "64", "memory": "256Gi", "pods": "1000"}
        status = {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": self.server.server_address[1]}},
            "conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": now()}],
            "capacity": room,
            "allocatable": room,
        }
        self.api.patch(f"{CORE}/nodes/{NAME}/status", {"status": status})
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.loop.start()

    def close(self):
        self.closed = True
        self.loop.join(10)
        for run in tuple(self.runs.values()):
            run.stop(0)
        self.server.shutdown()
        self.server.server_close()

    def image(self, name):
        return self.images.get(name)

    # --- pods ---------------------------------------------------------------------------------------------------

    def _loop(self):
        while not self.closed:
            with contextlib.suppress(OSError, ApiError):  # it is gone, or was asked at a bad moment; asked again
                self._look()
            time.sleep(_PAUSE)

    def _look(self):
        pods = self.api.items(f"{CORE}/pods")
        there = {pod["metadata"]["uid"] for pod in pods}
        for pod in pods:
            self._see(pod)
        for uid, run in tuple(self.runs.items()):
            if uid not in there:  # deleted by force: a kubelet ends what has no pod any more
                self.runs.pop(uid)
                threading.Thread(target=run.stop, args=(0,), daemon=True).start()

    def _see(self, pod):
        meta, uid = pod["metadata"], pod["metadata"]["uid"]
        if "deletionTimestamp" in meta:
            if uid not in self.ending:
                self.ending.add(uid)
                threading.Thread(target=self._take_away, args=(pod,), daemon=True).start()
            return
        if "nodeName" not in pod["spec"]:
            self._place(pod)
            return
        if uid not in self.runs and pod["status"]["phase"] not in ("Succeeded", "Failed"):
            self.runs[uid] = PodRun(self, pod)
            self.every.append(self.runs[uid])
            self.runs[uid].start()

    def _place(self, pod):
        """Take a pod, or tell that there is no room for it, as a scheduler does."""
        path = f"{CORE}/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
        if not self.holding:
            target = {"apiVersion": "v1", "kind": "Node", "name": NAME}
            self.api.post(f"{path}/binding", {"metadata": {"name": pod["metadata"]["name"]}, "target": target})
        elif "conditions" not in pod["status"]:
            condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
            condition["message"] = "0/1 nodes are available: 1 Insufficient cpu."
            self.api.patch(f"{path}/status", {"status": {"conditions": [condition]}})

    def _take_away(self, pod):
        """End a pod that is to be deleted, and let the API server forget it."""
        meta = pod["metadata"]
        run = self.runs.get(meta["uid"])
        if run is not None:
            run.stop(meta.get("deletionGracePeriodSeconds", 30))
        path = f"{CORE}/namespaces/{meta['namespace']}/pods/{meta['name']}"
        while not self.closed:
            try:
                self.api.delete(path, gracePeriodSeconds=0, preconditions={"uid": meta["uid"]})
            except ApiError:
                return
            except OSError:
                time.sleep(0.2)
            else:
                return

    def run_of(self, namespace, pod=None):
        """The newest pod of a namespace, or that with this name, as it runs here."""
        found = [run for run in self.runs.values() if run.namespace == namespace]
        return next((run for run in reversed(found) if pod is None or run.name_of_pod == pod), None)

    def evict(self, namespace, pod=None):
        """End a pod as a kubelet does whose node has no room left."""
        run = self.run_of(namespace, pod)
        message = "The node was low on resource: memory."
        condition = {"type": "DisruptionTarget", "status": "True", "reason": "TerminationByKubelet", "message": message}
        run.last_words = {"reason": "Evicted", "message": message, "conditions": (condition,)}
        run.stop(0)


# --- logs ------------------------------------------------------------------------------------------------------------


def _log_server(home, node):
    certificate, key = home / "kubelet.crt", home / "kubelet.key"
    made = ("-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2")
    names = ("-subj", "/CN=node", "-addext", "subjectAltName=IP:127.0.0.1")
    subprocess.run(["openssl", "req", "-x509", *made, *names], check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = _Quiet(("127.0.0.1", 0), _Logs)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.node = node
    return server


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that went away is none of our business."""


class _Logs(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        address = urlsplit(self.path)
        words = address.path.strip("/").split("/")
        asked = {key: values[0] for key, values in parse_qs(address.query).items()}
        if self.server.node.silent:
            return self.refuse(500, "no logs today")
        if len(words) != 4 or words[0] != "containerLogs":
            return self.refuse(404, "not found")
        _, namespace, pod, name = words
        run = self.server.node.run_of(namespace, pod)
        container = run.containers.get(name) if run is not None else None
        if container is None:
            reason = run._state(name)["waiting"]["reason"] if run is not None else "ContainerCreating"
            return self.refuse(400, f'container "{name}" in pod "{pod}" is waiting to start: {reason}')
        return self.serve(container, asked)

    def refuse(self, code, text):
        self.send_response(code)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def serve(self, container, asked):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        with container.log.open("rb") as log:
            if "tailLines" in asked:
                self.skip(log, int(asked["tailLines"]))
            while True:
                ended = container.code is not None
                for line in log:
                    self.chunk(line if asked.get("timestamps") == "true" else line.partition(b" ")[2])
                if ended or asked.get("follow") != "true" or self.server.node.closed:
                    break
                time.sleep(_PAUSE)
        self.chunk(b"")

    @staticmethod
    def skip(log, lines):
        every = log.read().splitlines(keepends=True)
        log.seek(sum(map(len, every[: max(len(every) - lines, 0)])))

    def chunk(self, data):
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()
