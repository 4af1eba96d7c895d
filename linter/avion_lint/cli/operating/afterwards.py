"""What comes after the migrations: is the service well, and who is told."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from avion_lint.cli.operating.preparation import Prepared
from avion_lint.cli.output import complain
from avion_lint.executor.children.processes import Custody, Order
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.steps import Ended, Report
from avion_lint.settings.environments import TOLD, Environment, filled

Step = tuple[str, Callable[[], Mapping[str, object]]]
_TRIES, _PAUSE, _PATIENCE = 5, 2.0, 10
_COMMAND = 300.0  # seconds for the smoke test
_PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
_SENT = ("run", "service", "environment", "outcome", "before", "after")
_BAD = (Ended.FAILED, Ended.ROLLED_BACK, Ended.INTERRUPTED)


def afterwards(environment: Environment, custody: Custody, private: Path) -> tuple[Step, ...]:
    """The steps that the settings ask for."""
    steps: list[Step] = []
    if environment.health_url:
        steps.append(("health", lambda: health(environment.health_url)))
    if environment.smoke_command:
        steps.append(("smoke", lambda: _smoke(environment.smoke_command, custody, private)))
    return tuple(steps)


def health(url: str, tries: int = _TRIES, pause: float = _PAUSE) -> Mapping[str, object]:
    """See that an address answers with a code of 200 to 299; raises CannotRunError."""
    last = ""
    for turn in range(tries):
        if turn:
            time.sleep(pause)
        try:
            with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 - the settings allow http(s) only
                return {"code": answer.status}
        except urllib.error.HTTPError as error:
            last = f"code {error.code}"
        except OSError as error:
            last = str(getattr(error, "reason", error))
    raise CannotRunError(f"{url} does not say that it is well: {last}")


def _smoke(command: tuple[str, ...], custody: Custody, private: Path) -> Mapping[str, object]:
    output = private / "smoke"
    code, said = custody.run(Order(command, dict(os.environ), cwd=str(Path.cwd())), output, _COMMAND)
    if code != 0:
        words = " ".join(said.split())[-400:]
        raise CannotRunError(f"{' '.join(command)} ended with code {code}: {words}")
    return {"command": list(command)}


def announce(report: Report, prepared: Prepared, environ: Mapping[str, str], what: str = "run") -> None:
    """Tell the webhook and PagerDuty, where the settings name them; that they cannot be told fails nothing.

    `what` is a run or a rollback.
    """
    environment, plan = prepared.place.environment, prepared.plan
    told = _told(report, prepared, what)
    webhook = environ.get(environment.notification_webhook_env, "") if environment.notification_webhook_env else ""
    if webhook and report.outcome is not Ended.NOTHING:
        template = environment.notification_template
        post(webhook, json.loads(filled(template, told)) if template else _plain(told), "the webhook")
    key_name = environment.pagerduty_integration_key_env
    key = environ.get(key_name, "") if key_name else ""
    if key and report.outcome in _BAD:
        plain = _plain(told)
        payload = {"summary": plain["text"][:1024], "source": plan.database, "severity": "critical"}
        about = {"routing_key": key, "event_action": "trigger", "dedup_key": report.run}
        event = {**about, "payload": {**payload, "custom_details": plain}}
        post(environ.get("AVION_LINT_PAGERDUTY_URL", _PAGERDUTY), event, "PagerDuty")


def _told(report: Report, prepared: Prepared, what: str) -> dict[str, str]:
    """What a template may name."""
    plan = prepared.plan
    by = os.environ.get("GITHUB_ACTOR", "") or os.environ.get("USER", "")
    words = (plan.service, prepared.place.environment.name, str(report.outcome), report.why, what, report.run)
    return dict(zip(TOLD, (*words, plan.hash, report.before, report.after, plan.database, by), strict=True))


def _plain(told: Mapping[str, str]) -> dict[str, str]:
    """What is sent where there is no template; Slack and its kin show `text`."""
    words = f"{told['service']} in {told['environment']}: {told['outcome']}"
    words = words if told["what"] == "run" else f"rollback of {words}"
    text = f"{words} ({told['why']})" if told["why"] else words
    return {"text": text, **{name: told[name] for name in _SENT}}


def post(url: str, told: object, name: str) -> bool:
    """Post JSON; whether it was taken. The address is a secret and is in no word that is written."""
    if not url.startswith(("https://", "http://")):
        complain(f"{name} was not told: its address is not one of http:// or https://")
        return False
    data = json.dumps(told).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE):  # noqa: S310 - as above
            return True
    except (OSError, ValueError) as error:
        complain(f"{name} was not told: {type(error).__name__}")
        return False
