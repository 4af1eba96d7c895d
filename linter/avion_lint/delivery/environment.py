"""Settings of environments as rules see them: which file rules which environment, and its keys with their places."""

from __future__ import annotations

from avion_lint.delivery.part import Part, Somewhere
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.yaml.nodes import Entry, Scalar, span_at

ENVIRONMENTS = ("development", "staging", "production")
"""From the least strict to the strictest."""

_NAMES = {
    "development": "development",
    "develop": "development",
    "dev": "development",
    "staging": "staging",
    "stage": "staging",
    "stg": "staging",
    "production": "production",
    "prod": "production",
    "prd": "production",
    "live": "production",
}
_WORD = pattern(r"[a-z]+")
_CAMEL = pattern(r"(?<=[a-z0-9])(?=[A-Z])")


def environment_of(text: str) -> str:
    """The environment that a name tells (`avion-prod`, `values-staging.yaml`); "" where it tells none or several."""
    words = _WORD.findall(text.lower())
    found = {_NAMES[word] for word in words if word in _NAMES}
    if {"pre", "non", "not"} & set(words):
        return ""
    return found.pop() if len(found) == 1 else ""


@record
class Setting:
    """A key of an environment's settings; `value` is None where it is no single value."""

    entry: Entry

    @property
    def key(self) -> str:
        """Its name as written."""
        return self.entry.key.text

    @property
    def name(self) -> str:
        """The same in lower case with underscores: `autoRun` and `auto-run` are `auto_run`."""
        return _CAMEL.sub("_", self.key).replace("-", "_").lower()

    @property
    def value(self) -> str | None:
        """What it says, as text; None where it is no single value or not known."""
        node = self.entry.value
        return node.text if isinstance(node, Scalar) and node.known else None


@record
class Environment:
    """The settings for migrations of one environment; `name` is one of ENVIRONMENTS, or what the file calls it.

    `part` is the mapping that holds the keys, `object` the ConfigMap that it belongs to, if it does.
    """

    name: str
    part: Part
    settings: tuple[Setting, ...]
    object: Part | None = None

    @property
    def path(self) -> str:
        """Path of the file."""
        return self.part.yaml.path

    @property
    def is_config_map(self) -> bool:
        """Whether they are the data of a ConfigMap, where every value has to be text."""
        return self.object is not None

    @property
    def family(self) -> str:
        """What it has in common with the settings of the other environments: path and name, without their words."""
        known = f"{self.path}\n{self.object.text('metadata', 'name') if self.object else ''}".lower()
        return _WORD.sub(lambda word: "*" if word[0] in _NAMES else word[0], known)

    @property
    def rank(self) -> int | None:
        """How strict it has to be, None where that is not known."""
        return ENVIRONMENTS.index(self.name) if self.name in ENVIRONMENTS else None

    def setting(self, key: str) -> Setting | None:
        """The setting of that name."""
        return next((each for each in self.settings if each.name == key), None)

    def finding(
        self,
        at: Somewhere | None,
        message: str,
        remedy: str = "",
        *,
        related: tuple[Related, ...] = (),
    ) -> Finding:
        """A finding at a key, or at the head of the settings; its object is the environment, and the key's name."""
        name = f"{self.name}/{at.key.text}" if isinstance(at, Entry) else self.name
        where = self.part.yaml.place(span_at(self.part.node, ())) if at is None else at
        return self.part.finding(where, message, remedy, related=related, object=name)


KEYS = (
    "auto_run",
    "backup_enabled",
    "backup_retention_days",
    "rollback_on_failure",
    "max_retries",
    "timeout_seconds",
    "dry_run",
    "approval_required",
    "approvers",
    "notification_webhook",
    "pagerduty_integration_key",
    "maintenance_window",
    "lock_timeout",
    "statement_timeout",
    "backup_max_age_hours",
    "max_backup_age_hours",
    "max_transaction_minutes",
    "max_replication_lag_seconds",
    "max_minutes",
    "approvals",
    "notification_webhook_env",
    "pagerduty_integration_key_env",
    "database_url_env",
    "profile",
    "merged",
    "skip",
)
"""Keys that settings for migrations have."""
_OWN = frozenset({"auto_run", "backup_enabled", "backup_retention_days", "rollback_on_failure", "approval_required"})
_TELLING = _OWN | {"dry_run", "max_retries", "timeout_seconds", "maintenance_window", "backup_max_age_hours"}
_ENOUGH = 2  # keys of ours that make a mapping the settings for migrations, when its name does not tell


def environment(part: Part, named: str, of: Part | None = None) -> Environment | None:
    """Settings for migrations among the entries of a mapping, None where they are none.

    `named` are the words that may tell the environment: path, namespace and name, the most telling first. `of` is the
    ConfigMap that the mapping belongs to.
    """
    settings = tuple(Setting(entry) for entry in part.entries())
    names = {setting.name for setting in settings}
    if len(names & _TELLING) < _ENOUGH or not names & _OWN:
        return None
    name = next((found for words in named.split("\n") if (found := environment_of(words))), "")
    return Environment(name or named.partition("\n")[0], part, settings, of)
