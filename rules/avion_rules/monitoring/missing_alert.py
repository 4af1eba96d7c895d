"""What can go wrong with a migration and no alert tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.monitoring import AlertRule
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.promql.syntax import selectors
from avion_lint.record import record
from avion_lint.rule import rule
from avion_rules.monitoring._jobs import migrating
from avion_rules.monitoring._queries import STARTED, alerts

_WORDS: dict[str, tuple[str, Callable[[str], object]]] = {
    "failed": (
        "a migration fails",
        pattern(r"kube_job_(?:status_)?failed|migration\w*_fail|argocd_app_info|avion_lint_run_last_failed").search,
    ),
    "stuck": (
        "a migration does not end",
        pattern(
            "|".join(
                (
                    *sorted(STARTED),
                    r"kube_job_status_active|migration\w*_(?:duration|running|seconds)|avion_lint_run_under_way",
                )
            )
        ).search,
    ),
    "lock-wait": (
        "a session waits for a lock",
        pattern(
            r"pg_locks|pg_stat_activity\w*(?:count|waiting|max_tx_duration)|cnpg_backends_waiting|lock_wait|blocked|waiting"
        ).search,
    ),
    "backup-age": ("the last backup is old", pattern(r"backup|last_successful_time|archiv|wal_g|barman").search),
}


@record
class Required:
    """What there have to be alerts for: of `failed`, `stuck`, `lock-wait` and `backup-age`."""

    alerts: tuple[str, ...] = ("failed", "stuck", "lock-wait", "backup-age")
    STRICTER = (("alerts", "more"),)


@rule("MO115", subject=Delivery, options=Required)
def missing_alert(delivery: Delivery, options: Required) -> Iterator[Finding]:
    """Find what can go wrong with migrations and no alert of the repository tells."""
    jobs = tuple(migrating(delivery))
    told = [(alert, _text(alert)) for alert in delivery.alerts if not alert.records]
    if not jobs or not told:
        return
    missing = [word for word in options.alerts if word in _WORDS and not any(_WORDS[word][1](text) for _, text in told)]
    if missing:
        about = next(
            (alert for alert, _, tree in alerts(delivery) if any(_is_job(each.name) for each in selectors(tree))), None
        )
        yield (about or told[0][0]).finding(
            (about or told[0][0]).group.place("name"),
            f"Nobody is told when {' or when '.join(_WORDS[word][0] for word in missing)}: no alert asks for it.",
            "Add the alerts; the page of this rule has one of each kind.",
            related=(Related(jobs[0].head, "this migrates"),),
        )


def _is_job(name: str) -> bool:
    return name.startswith("kube_job_")


def _text(alert: AlertRule) -> str:
    return " ".join(query.text.text for query in alert.queries)
