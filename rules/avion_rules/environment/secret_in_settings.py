"""Secrets among the settings of an environment."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import Environment
from avion_lint.finding import Finding
from avion_lint.record import replace
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Scalar
from avion_rules.access._secrets import secret_in


@rule("EN107", subject=Environment)
def secret_in_settings(environment: Environment) -> Iterator[Finding]:
    """Find a password, a webhook or a key in a file of settings."""
    if environment.is_config_map:
        return  # secret-in-plain-text speaks of Kubernetes' objects
    for setting in environment.settings:
        node = setting.entry.value
        what = secret_in(setting.key, node.text) if isinstance(node, Scalar) and node.known else ""
        if what:
            found = environment.finding(
                node,
                f"Everybody who reads the repository gets {what}.",
                f"Name the variable that has it (`{setting.name}_env: …`) and put the value into the environment's "
                "secrets. What was pushed once has to be replaced: git keeps it.",
            )
            yield replace(found, hidden=True)
