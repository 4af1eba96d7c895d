"""`environments:` is read with the values of its profile, and every mistake in it is named."""

import json

import pytest

from avion_lint.problems import SettingsError
from avion_lint.settings.environments import TOLD, Profile, filled, profile
from avion_lint.settings.reader import load
from avion_lint.source import Document
from tests.test_settings import RULES


def environments(text):
    return {each.name: each for each in load(Document("avion-lint.yaml", text), RULES).environments}


def problems(text):
    with pytest.raises(SettingsError) as caught:
        environments(text)
    return [message for _, message in caught.value.problems]


def test_the_profiles_have_the_values_of_the_documents():
    development, staging, production = (profile(str(kind), kind) for kind in Profile)

    assert (development.auto_run, development.backup_enabled, development.rollback_on_failure) == (True, False, True)
    assert (development.max_retries, development.timeout_seconds, development.dry_run) == (3, 300, False)
    assert (staging.auto_run, staging.backup_enabled, staging.rollback_on_failure) == (True, True, True)
    assert (staging.max_retries, staging.timeout_seconds, staging.dry_run) == (2, 600, False)
    assert (production.auto_run, production.backup_enabled, production.backup_retention_days) == (False, True, 30)
    assert (production.rollback_on_failure, production.max_retries, production.timeout_seconds) == (False, 1, 1800)
    assert (production.dry_run, production.approval_required, production.approvals) == (True, True, 2)


def test_an_environment_takes_its_profile_from_its_name_and_production_from_any_other():
    found = environments("environments: {staging: {}, eu-prod: {}, test: {profile: development}}")

    assert {name: each.profile for name, each in found.items()} == {
        "staging": Profile.STAGING,
        "eu-prod": Profile.PRODUCTION,
        "test": Profile.DEVELOPMENT,
    }


def test_what_is_said_goes_before_the_profile():
    found = environments(
        "environments:\n  production:\n    timeout-seconds: 60\n    approvers: [a@x, b@x]\n    lock-timeout: 500ms\n"
        "    maintenance-window: {from: '22:00', to: '02:00', time-zone: Asia/Tokyo, days: [sat, sun]}\n"
    )["production"]

    assert (found.timeout_seconds, found.approvers, found.lock_timeout) == (60, ("a@x", "b@x"), "500ms")
    assert found.maintenance_window is not None
    assert found.maintenance_window.text == "22:00 to 02:00 Asia/Tokyo, sat, sun"
    assert found.max_retries == 1


def test_unknown_keys_are_refused_with_the_one_that_is_meant():
    (said,) = problems("environments: {staging: {auto_run: true}}")

    assert said == "unknown key `auto_run` in `staging`; did you mean `auto-run`?"


def test_a_secret_in_plain_text_has_no_key():
    (said,) = problems("environments: {staging: {notification-webhook: 'https://hooks.example/x'}}")

    assert said.endswith("did you mean `notification-webhook-env`?")


def test_production_never_rolls_back_by_itself():
    (said,) = problems("environments: {production: {rollback-on-failure: true}}")

    assert said == "`rollback-on-failure` cannot be true in production: people decide there"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timeout-seconds: '60'", "`timeout-seconds` must be a whole number"),
        ("lock-timeout: 3", "`lock-timeout` must be text; write it in quotes"),
        ("lock-timeout: 3 seconds", "`lock-timeout` must be a time like 3s or 15min"),
        ("maintenance-window: {from: '25:00', to: '02:00'}", '`from` must be a time of day like "02:30", in quotes'),
        ("max-retries: 0", "`max-retries` must be from 1 to 20"),
        ("approvers: [a]", "`approvals` asks for 2 approvals, and `approvers` names 1"),
        ("skip: [backups]", None),
    ],
)
def test_wrong_values_are_named(text, said):
    found = problems(f"environments: {{production: {{{text}}}}}")

    assert said in found or said is None


TEMPLATE = '{"text": "*{service}* in {environment}: {outcome} {why}", "channel": "#deploys"}'


def test_a_template_keeps_its_form_whatever_the_values_are():
    (made,) = environments(f"environments: {{x: {{notification-template: '{TEMPLATE}'}}}}").values()
    told = dict.fromkeys(TOLD, "") | {"service": 'a"b', "environment": "x", "outcome": "failed", "why": "\\ \n ä"}

    assert json.loads(filled(made.notification_template, told)) == {
        "text": '*a"b* in x: failed \\ \n ä',
        "channel": "#deploys",
    }


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("hello {service}", "`notification-template` is no JSON once the values are in it"),
        ('{"text": {service}}', "`notification-template` is no JSON once the values are in it"),
        ('{"text": "{sevice}"}', "`notification-template` names {sevice}; there are {service}, "),
    ],
)
def test_a_template_that_would_fail_when_it_is_needed_is_refused(template, said):
    (found,) = problems(f"environments: {{x: {{notification-template: '{template}'}}}}")

    assert found.startswith(said)


def test_a_time_zone_that_is_none_is_refused():
    (said,) = problems("environments: {x: {maintenance-window: {from: '01:00', to: '02:00', time-zone: Mars/Olympus}}}")

    assert said.startswith("`time-zone` is Mars/Olympus, which is no time zone")
