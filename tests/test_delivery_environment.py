"""Settings of environments: where they stand, and which environment they are for."""

import pytest

from avion_lint.delivery.environment import environment_of
from tests.delivery_helper import delivery

KEYS = 'auto_run: "false"\n{0}max_retries: "1"\n'


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("avion-prod", "production"),
        ("environments/staging/migration-config.yaml", "staging"),
        ("values-dev.yaml", "development"),
        ("refs/heads/develop", "development"),
        ("product-catalogue", ""),
        ("non-prod", ""),
        ("preprod", ""),
        ("dev-and-prod", ""),
        ("users", ""),
    ],
)
def test_a_name_tells_its_environment_or_none(text: str, name: str) -> None:
    assert environment_of(text) == name


def test_the_data_of_a_config_map_are_settings_of_its_namespace() -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{namespace: avion-prod}}\ndata:\n  {KEYS.format('  ')}"
    (found,) = delivery({"k8s/config.yaml": text}).environments

    assert (found.name, found.rank) == ("production", 2)
    assert [(each.key, each.value) for each in found.settings] == [("auto_run", "false"), ("max_retries", "1")]


def test_a_plain_file_is_of_the_environment_in_its_path() -> None:
    (found,) = delivery({"environments/staging/migration.yaml": KEYS.format("")}).environments

    assert found.name == "staging"


def test_settings_under_the_names_of_environments_are_read_each_as_its_own() -> None:
    text = f"production:\n  {KEYS.format('  ')}staging:\n  {KEYS.format('  ')}"
    found = delivery({"migrations.yaml": text}).environments

    assert [each.name for each in found] == ["production", "staging"]


def test_one_key_of_ours_makes_no_settings_for_migrations() -> None:
    assert delivery({"values-prod.yaml": "max_retries: 3\nport: 80\n"}).environments == ()
