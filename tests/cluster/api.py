"""A small client of the Kubernetes API, for the tests' own eyes and hands and for the stand-in of the node."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from pathlib import Path

CORE, BATCH, LEASES = "/api/v1", "/apis/batch/v1", "/apis/coordination.k8s.io/v1"


class ApiError(Exception):
    """The API server said no; `code` is that of HTTP."""

    def __init__(self, code, said):
        super().__init__(f"{code}: {said}")
        self.code = code


class Api:
    """Requests as one user, each thread with a connection of its own; a request is made once more on a dead one."""

    def __init__(self, port, authority: Path, token):
        self.port = port
        self.token = token
        self.context = ssl.create_default_context(cafile=str(authority))
        self.local = threading.local()

    def ask(self, method, path, body=None, kind="application/json"):
        """The answer as an object; raises ApiError, and OSError where nobody answers."""
        for turn in (1, 2):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=self.context)
                self.local.connection = connection
            try:
                connection.request(
                    method,
                    path,
                    None if body is None else json.dumps(body),
                    {"Authorization": f"Bearer {self.token}", "Content-Type": kind, "Accept": "application/json"},
                )
                answer = connection.getresponse()
                text = answer.read().decode()
            except (http.client.HTTPException, OSError) as error:
                connection.close()
                self.local.connection = None
                if turn == 1 and not isinstance(error, ConnectionRefusedError):
                    continue
                raise error if isinstance(error, OSError) else OSError(str(error)) from None
            if answer.status >= 400:
                raise ApiError(answer.status, text[:2000])
            return json.loads(text) if text.startswith(("{", "[")) else text
        return None

    def get(self, path):
        return self.ask("GET", path)

    def items(self, path):
        return self.get(path)["items"]

    def post(self, path, body):
        return self.ask("POST", path, body)

    def patch(self, path, body, kind="application/strategic-merge-patch+json"):
        return self.ask("PATCH", path, body, kind)

    def put(self, path, body):
        return self.ask("PUT", path, body)

    def delete(self, path, **options):
        body = {"kind": "DeleteOptions", "apiVersion": "v1", **options}
        return self.ask("DELETE", path, body)
