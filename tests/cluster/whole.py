"""The control plane and its node together, as long as a context lasts."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster import containers, control_plane
from tests.cluster.control_plane import ControlPlane
from tests.cluster.node import Node


@dataclass
class Cluster:
    """What tests get: the servers, the node, and namespaces of their own."""

    control: ControlPlane
    node: Node
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def namespace(self):
        """The name of a new namespace."""
        name = f"shop-{next(self.numbers)}"
        self.control.make_namespace(name)
        return name


def absence():
    """Why there is no cluster here, None where there can be one."""
    if shutil.which("openssl") is None:
        return "no openssl"
    return control_plane.absence() or containers.absence()


@contextmanager
def running() -> Iterator[Cluster]:
    """A cluster; raises AssertionError where one of its servers does not start."""
    with tempfile.TemporaryDirectory(prefix="avion-cluster-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        control = ControlPlane(home)
        node = None
        try:
            control.start()
            (home / "node").mkdir()
            node = Node(home / "node", control.api())
            node.start()
            yield Cluster(control, node)
        finally:
            if node is not None:
                node.close()
            control.end_all()
