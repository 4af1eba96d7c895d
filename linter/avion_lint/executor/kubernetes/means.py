"""What a run works with in a cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from avion_lint.executor.children.processes import Custody
from avion_lint.executor.kubernetes.kubectl import Kubectl
from avion_lint.record import record


@record
class Means:
    """What the work is done with.

    `note` tells the audit trail, `tell` people who want to see each step, `warn` everybody. `private` is a folder of
    the run's own, `kept` that of its logs; `hide` takes the known secrets out of a text.
    """

    kubectl: Kubectl
    custody: Custody
    private: Path
    kept: Path
    hide: Callable[[str], str]
    note: Callable[..., None]
    tell: Callable[[str], None]
    warn: Callable[[str], None]
