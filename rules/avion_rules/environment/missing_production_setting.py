"""Settings that production's do not have."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import Environment
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Mapping


@record
class Wanted:
    """Keys that production's settings have to have."""

    keys: tuple[str, ...] = (
        "approval_required",
        "backup_enabled",
        "backup_retention_days",
        "dry_run",
        "auto_run",
        "rollback_on_failure",
        "max_retries",
        "timeout_seconds",
    )
    STRICTER = (("keys", "more"),)


@rule("EN102", subject=Environment, options=Wanted)
def missing_production_setting(environment: Environment, options: Wanted) -> Iterator[Finding]:
    """Find settings of production that leave out what they have to say."""
    node = environment.part.node
    if environment.name != "production" or (isinstance(node, Mapping) and node.is_open):
        return
    missing = [key for key in options.keys if environment.setting(key) is None]
    if missing:
        yield environment.finding(
            None,
            f"What holds in production is left to whoever reads these settings: they do not say {', '.join(missing)}.",
            "Write down each of them for production, even where it is the default.",
        )
