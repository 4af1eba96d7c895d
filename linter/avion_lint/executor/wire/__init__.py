"""A wire between a runner and a server that passes everything on, and sees what is asked and how it went."""

from avion_lint.executor.wire.listener import Wire, wire
from avion_lint.executor.wire.messages import ServerError
from avion_lint.executor.wire.watching import Answer, Watcher

__all__ = ["Answer", "ServerError", "Watcher", "Wire", "wire"]
