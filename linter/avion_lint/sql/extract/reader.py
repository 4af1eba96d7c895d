"""The shape of what turns a node of libpg_query into actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.source import Span
from avion_lint.sql import actions as a
from avion_lint.sql.parse import Node

Reader = Callable[[Node, Span], Iterator[a.Action]]
