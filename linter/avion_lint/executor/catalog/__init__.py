"""The schema of a database as data, from the server's own catalogue; and the same of a replayed schema."""

from avion_lint.executor.catalog.compared import against_replay
from avion_lint.executor.catalog.definitions import definitions
from avion_lint.executor.catalog.facts import UNKNOWN, Facts, difference, relations, without
from avion_lint.executor.catalog.observed import observed
from avion_lint.executor.catalog.replayed import replayed

__all__ = [
    "UNKNOWN",
    "Facts",
    "against_replay",
    "definitions",
    "difference",
    "observed",
    "relations",
    "replayed",
    "without",
]
