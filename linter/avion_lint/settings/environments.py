"""What `environments:` says of each place that migrations are run in; a profile gives what is not said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import time

from avion_lint.enumeration import StrEnum
from avion_lint.pattern import pattern
from avion_lint.record import field, record, replace
from avion_lint.settings.kubernetes import KubernetesSettings, read_kubernetes
from avion_lint.settings.rules import Reading
from avion_lint.source import Place
from avion_lint.yaml.nodes import Node, Scalar, entries, get, items, span_at, text_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Profile(StrEnum):
    """What sort of place it is."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class Mode(StrEnum):
    """Where the runner is started: on this machine, or in a Job of a cluster."""

    LOCAL = "local"
    KUBERNETES = "kubernetes"


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@record
class Window:
    """When migrations that take long may run: on `days` (0 is Monday) from one time to another, in a time zone.

    Where `end` is not after `begin` it is over on the next day.
    """

    begin: time
    end: time
    days: frozenset[int]
    zone: str

    @property
    def text(self) -> str:
        """The window in words."""
        days = "every day" if len(self.days) == len(DAYS) else ", ".join(DAYS[day] for day in sorted(self.days))
        return f"{self.begin:%H:%M} to {self.end:%H:%M} {self.zone}, {days}"


@record
class GitHubApproval:
    """Which repository's runs may approve on GitHub, by which environment there.

    `plan_in` tells where the plan's hash must stand: in the `comment` of each approval, or in the `job-name` of the job
    that runs. `command` asks for `{path}`; without one curl asks `api_url`.
    """

    repository: str
    environment: str
    plan_in: str = "comment"
    api_url: str = "https://api.github.com"
    command: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """It in words."""
        return f"{self.environment} of {self.repository} by {self.api_url}, plan in the {self.plan_in}"


@record
class Environment:
    """How migrations are run in one place. Names that end in `_env` are those of environment variables.

    `max_retries` is how many times the runner is started at most, `timeout_seconds` the time for all migrations of a
    run. `lock_timeout` and `statement_timeout` are PostgreSQL's. `dry_run` asks for a dry run of the very same plan
    before. `merged` asks that what is run is on the base branch. `skip` names checks that do not count.
    `schema_differences` is what a schema counts for that is not the one that the migrations make: `error`, `warning` or
    `off`.
    """

    name: str
    profile: Profile
    auto_run: bool = False
    backup_enabled: bool = True
    backup_retention_days: int = 30
    rollback_on_failure: bool = False
    max_retries: int = 1
    timeout_seconds: int = 1800
    dry_run: bool = True
    approval_required: bool = True
    approvals: int = 2
    approvers: tuple[str, ...] = ()
    github_approval: GitHubApproval | None = None
    notification_webhook_env: str = ""
    notification_template: str = ""
    pagerduty_integration_key_env: str = ""
    merged: bool = True
    lock_timeout: str = "3s"
    statement_timeout: str = "15min"
    max_backup_age_hours: int = 24
    max_transaction_minutes: int = 30
    max_replication_lag_seconds: int = 30
    max_minutes: int = 5
    schema_differences: str = "warning"
    maintenance_window: Window | None = None
    database_url_env: str = "DATABASE_URL"
    backup_folder: str = "backups"
    backup_command: tuple[str, ...] = ()
    upload_command: tuple[str, ...] = ()
    pgbackrest_stanza: str = ""
    health_url: str = ""
    smoke_command: tuple[str, ...] = ()
    audit_file: str = ""
    audit_table: str = ""
    metrics_file: str = ""
    skip: tuple[str, ...] = ()
    mode: Mode = Mode.LOCAL
    kubernetes: KubernetesSettings = KubernetesSettings()
    place: Place | None = field(default=None, compare=False)

    @property
    def said(self) -> dict[str, str]:
        """All of it as texts by the names of the settings file; nothing in it is secret."""
        values = {name: getattr(self, name) for name in self.__match_args__ if name != "place"}
        return {name.replace("_", "-"): _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    match value:
        case Window() | KubernetesSettings() | GitHubApproval():
            return value.text
        case tuple():
            return " ".join(str(each) for each in value)
        case bool():
            return str(value).lower()
        case None:
            return ""
        case _:
            return str(value)


_UNDEMANDING: Mapping[str, Any] = {"approval_required": False, "approvals": 1, "dry_run": False, "merged": False}
_PROFILES: Mapping[Profile, Mapping[str, Any]] = {
    Profile.DEVELOPMENT: {
        **_UNDEMANDING,
        "auto_run": True,
        "backup_enabled": False,
        "rollback_on_failure": True,
        "max_retries": 3,
        "timeout_seconds": 300,
    },
    Profile.STAGING: {
        **_UNDEMANDING,
        "auto_run": True,
        "backup_retention_days": 7,
        "rollback_on_failure": True,
        "max_retries": 2,
        "timeout_seconds": 600,
        "merged": True,
    },
    Profile.PRODUCTION: {},
}


def profile(name: str, kind: Profile) -> Environment:
    """An environment of which nothing is said but its profile."""
    made = Environment(name, kind, **_PROFILES[kind])
    return replace(made, audit_file=f"avion-lint-audit/{name}.jsonl")


def read_environments(node: Node | None, reading: Reading) -> tuple[Environment, ...]:
    """Read `environments:`; what the JSON Schema refuses is passed over, the rest is checked here."""
    return tuple(_read(entry.key.text, entry.key, entry.value, reading) for entry in entries(node))


def _read(name: str, key: Node, node: Node, reading: Reading) -> Environment:
    said = text_at(node, "profile") or (name if name in set(Profile) else Profile.PRODUCTION)
    kind = Profile(said) if said in set(Profile) else Profile.PRODUCTION
    made = replace(profile(name, kind), place=Place(reading.document, key.span), **dict(_values(name, node, reading)))
    _refuse_laxness(made, node, reading)
    _refuse_template(made, node, reading)
    return made


def _refuse_laxness(made: Environment, node: Node, reading: Reading) -> None:
    if made.profile is Profile.PRODUCTION and made.rollback_on_failure:
        place = Place(reading.document, span_at(node, ["rollback-on-failure"]))
        reading.refuse((place, "`rollback-on-failure` cannot be true in production: people decide there"))
    if made.approvers and made.approvals > len(made.approvers) and made.approval_required:
        words = f"asks for {made.approvals} approvals, and `approvers` names {len(made.approvers)}"
        reading.refuse((Place(reading.document, span_at(node, ["approvers"])), f"`approvals` {words}"))


_NAMED = pattern(r"\{[a-z_]+\}")


def filled(template: str, values: Mapping[str, str]) -> str:
    """A template with `{name}` replaced inside its texts, as JSON wants it."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", json.dumps(value)[1:-1])
    return template


TOLD = ("service", "environment", "outcome", "why", "what", "run", "plan", "before", "after", "database", "by")
"""What a template of a notification may name."""


def _refuse_template(made: Environment, node: Node, reading: Reading) -> None:
    """Refuse a template that is no JSON with values in it, or names what there is not."""
    if not made.notification_template:
        return
    place = Place(reading.document, span_at(node, ["notification-template"]))
    try:
        texts = _strings(json.loads(filled(made.notification_template, dict.fromkeys(TOLD, '"'))))
    except (json.JSONDecodeError, RecursionError):
        reading.refuse((place, "`notification-template` is no JSON once the values are in it"))
        return
    unknown = sorted({word for text in texts for word in _NAMED.findall(text)})
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in TOLD)
        reading.refuse((place, f"`notification-template` names {', '.join(unknown)}; there are {known}"))


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            yield from (text for each in value for text in _strings(each))
        case dict():
            yield from (text for pair in value.items() for each in pair for text in _strings(each))


def _values(environment: str, node: Node, reading: Reading) -> Iterator[tuple[str, Any]]:
    for key in profile("", Profile.PRODUCTION).said:
        given = get(node, key)
        if given is None or key in ("profile", "name"):
            continue
        name = key.replace("-", "_")
        if key == "maintenance-window":
            yield name, _window(given, reading)
        elif key == "kubernetes":
            yield name, read_kubernetes(given)
        elif key == "mode":
            yield name, Mode(text) if (text := text_at(node, key)) in set(Mode) else Mode.LOCAL
        elif key == "github-approval":
            yield name, _github(given, environment)
        elif isinstance(given, Scalar):
            yield name, given.value if isinstance(given.value, bool | int) else given.text
        else:
            yield name, tuple(item.text for item in items(given) if isinstance(item, Scalar))


def _github(node: Node, environment: str) -> GitHubApproval:
    usual = GitHubApproval("", environment)
    return GitHubApproval(
        text_at(node, "repository") or "",
        text_at(node, "environment") or environment,
        text_at(node, "plan-in") or usual.plan_in,
        (text_at(node, "api-url") or usual.api_url).rstrip("/"),
        tuple(item.text for item in items(get(node, "command")) if isinstance(item, Scalar)),
    )


def _window(node: Node, reading: Reading) -> Window | None:
    begin, end = _time(node, "from"), _time(node, "to")
    zone = text_at(node, "time-zone") or "UTC"
    if not _is_zone(zone):
        place = Place(reading.document, span_at(node, ["time-zone"]))
        reading.refuse((place, f"`time-zone` is {zone}, which is no time zone: write it as `Asia/Tokyo` or `UTC`"))
        return None
    named = {item.text for item in items(get(node, "days")) if isinstance(item, Scalar)}
    days = frozenset(DAYS.index(day) for day in named if day in DAYS) or frozenset(range(len(DAYS)))
    return Window(begin, end, days, zone) if begin is not None and end is not None else None


def _time(node: Node, key: str) -> time | None:
    try:
        return time.fromisoformat(text_at(node, key) or "")
    except ValueError:
        return None  # the JSON Schema has said so


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - only where there is a window

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
