"""What settings of environments say: truths, numbers, and which way each is stricter."""

from __future__ import annotations

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import Environment, Setting
from avion_lint.enumeration import Enum
from avion_lint.pattern import pattern

SWITCHES = frozenset({"auto_run", "backup_enabled", "rollback_on_failure", "dry_run", "approval_required"})
NUMBERS = frozenset({"backup_retention_days", "max_retries", "timeout_seconds", "backup_max_age_hours"})
TIMEOUTS = frozenset({"lock_timeout", "statement_timeout"})
"""Those that are handed to PostgreSQL, which takes a bare number for milliseconds."""

_INTEGER = pattern(r"-?[0-9]{1,12}")
_DURATION = pattern(r"([0-9]{1,12})[ ]*(us|ms|s|min|h|d)?")
_SECONDS = {"us": 0.000_001, "ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "": 0.001}


class Stricter(Enum):
    """Which of two values is the stricter one."""

    ON = "on"
    OFF = "off"
    MORE = "more"
    LESS = "less"


DIRECTIONS = {
    "auto_run": Stricter.OFF,
    "backup_enabled": Stricter.ON,
    "backup_retention_days": Stricter.MORE,
    "rollback_on_failure": Stricter.OFF,
    "max_retries": Stricter.LESS,
    "dry_run": Stricter.ON,
    "approval_required": Stricter.ON,
    "lock_timeout": Stricter.LESS,
    "backup_max_age_hours": Stricter.LESS,
}
"""Keys that have a direction; a production database may well need more time than staging's."""


def truth(setting: Setting | None) -> bool | None:
    """Whether a switch is on, None where it does not say so plainly."""
    text = setting.value.strip().lower() if setting is not None and setting.value is not None else ""
    return {"true": True, "false": False}.get(text)


def number(setting: Setting | None) -> int | None:
    """The whole number that a setting says, None where it says none."""
    text = setting.value.strip() if setting is not None and setting.value is not None else ""
    return int(text) if _INTEGER.fullmatch(text) else None


def seconds(setting: Setting | None) -> float | None:
    """The seconds of a duration as PostgreSQL writes it, None where it is none."""
    text = setting.value.strip() if setting is not None and setting.value is not None else ""
    found = _DURATION.fullmatch(text)
    return float(found[1]) * _SECONDS[found[2] or ""] if found else None


def amount(setting: Setting | None) -> float | None:
    """What a setting says as a number that can be compared with that of another environment."""
    if setting is None:
        return None
    if setting.name in SWITCHES:
        return truth(setting)
    return seconds(setting) if setting.name in TIMEOUTS else number(setting)


def is_looser(name: str, one: float, other: float) -> bool:
    """Whether the first value is less strict than the second."""
    match DIRECTIONS[name]:
        case Stricter.ON | Stricter.MORE:
            return one < other
        case _:
            return one > other


def only(delivery: Delivery, name: str) -> Environment | None:
    """The settings of an environment where there is exactly one file of them."""
    found = [each for each in delivery.environments if each.name == name]
    return found[0] if len(found) == 1 else None
