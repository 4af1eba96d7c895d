"""Long migrations that may run at any hour."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import Environment
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Mapping
from avion_rules.environment._values import number


@record
class Longest:
    """The most seconds that migrations of production may take without a window."""

    without_window_seconds: int = 300
    STRICTER = (("without_window_seconds", "lower"),)


@rule("EN111", subject=Environment, options=Longest)
def missing_maintenance_window(environment: Environment, options: Longest) -> Iterator[Finding]:
    """Find settings of production that allow long migrations and name no maintenance window for them."""
    setting, node = environment.setting("timeout_seconds"), environment.part.node
    allowed = number(setting)
    if environment.name != "production" or setting is None or allowed is None:
        return
    is_open = isinstance(node, Mapping) and node.is_open
    if allowed > options.without_window_seconds and environment.setting("maintenance_window") is None and not is_open:
        yield environment.finding(
            setting.entry,
            f"A migration may take {allowed} seconds at the busiest hour: no maintenance window is said.",
            'Say when long migrations run, for example `maintenance_window: "02:00-04:00 Asia/Tokyo"`, and let the '
            "workflow or the runner obey it.",
        )
