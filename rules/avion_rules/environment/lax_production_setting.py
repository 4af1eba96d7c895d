"""A setting of production that lets migrations run with less care than they need there."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import Environment, Setting
from avion_lint.finding import Finding
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Listing
from avion_rules.environment._values import number, seconds, truth


@record
class Care:
    """What production's settings have to say at least; a number of 0 asks for nothing."""

    approval: bool = True
    backup: bool = True
    dry_run: bool = True
    manual_start: bool = True
    manual_rollback: bool = True
    retention_days: int = 30
    retries: int = 1
    approvers: int = 2
    backup_age_hours: int = 24
    least_timeout_seconds: int = 60
    most_timeout_seconds: int = 3600
    STRICTER = (
        *((name, "true") for name in ("approval", "backup", "dry_run", "manual_start", "manual_rollback")),
        *((name, "higher") for name in ("retention_days", "approvers")),
        *((name, "limit") for name in ("retries", "backup_age_hours")),
    )


_EFFECTS = {
    "approval_required": "Nobody has to agree before production is migrated.",
    "backup_enabled": "Production is migrated with no backup before: what a migration destroys is lost.",
    "dry_run": "Production is migrated without anybody having seen what would be run.",
    "auto_run": "Production is migrated by itself, whenever something is merged, at whatever hour.",
    "rollback_on_failure": "A failed migration is rolled back by itself, and what production wrote since is lost.",
}


@rule("EN101", subject=Environment, options=Care)
def lax_production_setting(environment: Environment, options: Care) -> Iterator[Finding]:
    """Find a setting of production that asks for less care than a production database needs."""
    if environment.name != "production":
        return
    for name, wanted in _switches(options).items():
        setting = environment.setting(name)
        if setting is not None and truth(setting) is (not wanted):
            said = "true" if wanted else "false"
            yield environment.finding(setting.entry, _EFFECTS[name], f"Write `{setting.key}: {_as(setting, said)}`.")
    for setting in environment.settings:
        found = _number(setting, options)
        if found is not None:
            yield environment.finding(setting.entry, *found)


def _as(setting: Setting, said: str) -> str:
    node = setting.entry.value
    return f'"{said}"' if getattr(node, "quoted", False) else said


def _switches(options: Care) -> dict[str, bool]:
    """Switches that are asked for, with what they have to say."""
    asked = (
        ("approval_required", options.approval, True),
        ("backup_enabled", options.backup, True),
        ("dry_run", options.dry_run, True),
        ("auto_run", options.manual_start, False),
        ("rollback_on_failure", options.manual_rollback, False),
    )
    return {name: value for name, is_asked, value in asked if is_asked}


def _number(setting: Setting, options: Care) -> tuple[str, str] | None:
    """What is wrong with a number, and what to do."""
    value, key = number(setting), setting.key
    if setting.name == "approvers" and isinstance(setting.entry.value, Listing):
        count = len(setting.entry.value.items)
        if count < options.approvers and not setting.entry.value.is_open:
            message = f"Too few can stop a migration of production: {count} of {options.approvers} approvers."
            return message, f"Name at least {options.approvers}, or a team."
    if setting.name == "lock_timeout" and seconds(setting) == 0:
        return (
            "A migration waits for a lock for ever, and all that come after it wait behind it.",
            f"Write `{key}: 3s`.",
        )
    if value is None:
        return None
    match setting.name:
        case "backup_retention_days" if 0 <= value < options.retention_days:
            return (
                (
                    f"Backups are kept for {value} days: what a migration broke is noticed later than that, and "
                    "cannot be had back."
                ),
                f"Write `{key}: {_as(setting, str(options.retention_days))}` or more.",
            )
        case "max_retries" if value > options.retries:
            return (
                (
                    f"A migration that failed is tried {value} times more: what failed half-way fails worse the second "
                    "time."
                ),
                f"Write `{key}: {_as(setting, str(options.retries))}` or less.",
            )
        case "timeout_seconds" if value > options.most_timeout_seconds > 0:
            return (
                f"A migration may hang for {value} seconds in production, with all that wait behind its locks.",
                f"At most {options.most_timeout_seconds}, or raise `most_timeout_seconds`.",
            )
        case "timeout_seconds" if 0 <= value < options.least_timeout_seconds:
            return (
                f"A migration is ended after {value} seconds, half-way, where it takes longer on production's rows.",
                f"At least {options.least_timeout_seconds}.",
            )
        case "backup_max_age_hours" | "max_backup_age_hours" if value > options.backup_age_hours > 0:
            return (
                f"A backup of {value} hours ago counts as fresh: what was written since would be lost with it.",
                f"Write `{key}: {_as(setting, str(options.backup_age_hours))}` or less.",
            )
    return None
