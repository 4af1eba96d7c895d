"""Settings that nothing in the repository reads."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.environment import KEYS, Environment, Setting
from avion_lint.finding import Finding, Related
from avion_lint.rule import rule
from avion_lint.source import Place

_DECIDING = frozenset(KEYS) - {"notification_webhook", "pagerduty_integration_key", "approvers"}


@rule("EN106", subject=Delivery)
def unread_settings(delivery: Delivery) -> Iterator[Finding]:
    """Find settings of an environment that no workflow, script or manifest reads."""
    migrating = delivery.pipelines.migrating
    paths = {each.path for each in delivery.environments}
    texts = [each.text for each in delivery.documents if each.path not in paths]
    for environment in delivery.environments:
        if not migrating or _is_named(environment, texts):
            continue
        deciding = [each for each in environment.settings if each.name in _DECIDING]
        unread = [each for each in deciding if not _is_mentioned(each, texts)]
        if unread:
            everything = len(unread) == len(deciding)
            yield environment.finding(
                _head(environment) if everything else unread[0].entry,
                _message(environment, unread, everything=everything),
                "Let the workflow or the Job read them (`envFrom`, `kubectl get configmap`, a step that reads the "
                "file), or take them away and say what holds where it is done.",
                related=tuple(Related(stage.job.place, "this migrates without them") for stage in migrating[:3]),
            )


def _message(environment: Environment, unread: list[Setting], *, everything: bool) -> str:
    if everything:
        return (
            "These settings change nothing: no workflow, script or manifest of the repository reads them, so what they "
            f"say of {environment.name or 'the environment'} is only written down."
        )
    names = ", ".join(each.key for each in unread)
    return f"No workflow, script or manifest of the repository reads {names}: what it says changes nothing."


def _head(environment: Environment) -> Place | None:
    """The name that nobody mentions; the first key where the settings are a file of their own."""
    return environment.object.place("metadata", "name") if environment.object else None


def _is_named(environment: Environment, texts: list[str]) -> bool:
    """Whether something reads the whole: the ConfigMap by its name, the file by its path."""
    name = environment.object.text("metadata", "name") if environment.object else None
    last = environment.path.rpartition("/")[2]
    return any((name and name in text) or environment.path in text or (not name and last in text) for text in texts)


def _is_mentioned(setting: Setting, texts: list[str]) -> bool:
    forms = (setting.key, setting.name, setting.name.upper(), setting.name.replace("_", "-"))
    return any(form in text for form in forms for text in texts)
