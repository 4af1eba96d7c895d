"""`avion-lint run`: a service through the whole procedure in one environment."""

from __future__ import annotations

import getpass
import os
import secrets
import signal
import socket
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from avion_lint import __version__
from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.operating.afterwards import afterwards, announce
from avion_lint.cli.operating.answers import answers
from avion_lint.cli.operating.backups import back_up, by_command, folder_of, told
from avion_lint.cli.operating.cluster import Clustered, Own, cluster_answers, earlier, kubectl_for
from avion_lint.cli.operating.preparation import Place, Prepared, built_by, differences, place_of, prepare
from avion_lint.cli.operating.runner import Started, program_of
from avion_lint.cli.output import complain, say
from avion_lint.executor.backups.backup import Wanted
from avion_lint.executor.children.processes import Custody
from avion_lint.executor.kubernetes.kubectl import Kubectl
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.runner.job import Ran
from avion_lint.executor.running.procedure import execute
from avion_lint.executor.running.steps import Context, Ended, Report
from avion_lint.executor.server.address import Address
from avion_lint.executor.trail.audit import Trail, entries
from avion_lint.executor.trail.metrics import write
from avion_lint.executor.trail.table import Copy
from avion_lint.record import record, replace
from avion_lint.report import run_text
from avion_lint.runners.migration import Runner
from avion_lint.settings.environments import Mode

_CODES = {
    Ended.DONE: Exit.CLEAN,
    Ended.NOTHING: Exit.CLEAN,
    Ended.DRY_RUN: Exit.CLEAN,
    Ended.REFUSED: Exit.FINDINGS,
    Ended.INTERRUPTED: Exit.INTERRUPTED,
    Ended.FAILED: Exit.FAILED,
    Ended.ROLLED_BACK: Exit.FAILED,
}


def run(given: Namespace) -> int:
    """Take a service through the procedure; the exit code tells how it ended."""
    end_as_by_hand()
    try:
        report = _ran(given)
    except CannotRunError as error:
        complain(f"{error.text}{f'. To mend it, {error.mend}' if error.mend else ''}")
        return Exit.UNCHECKED
    say(run_text.render(report) if given.format == "text" else run_text.as_json(report))
    return code_of(report)


def code_of(report: Report) -> int:
    """The exit code for a report; says so where the trail does not have all of it."""
    if report.untold:
        complain(f"{report.untold}; what is printed here is all that is known of this run")
        return Exit.FAILED
    return _CODES[report.outcome]


def _ran(given: Namespace) -> Report:
    place = place_of(given)
    with tempfile.TemporaryDirectory(prefix="avion-lint-run-", ignore_cleanup_errors=True) as folder:
        means = means_of(given, place, Path(folder))
        try:
            left = earlier(given, place, means.kubectl, means.private)
            prepared = prepare(given, place)
            with copied(prepared.place, prepared.address) as trail:
                context, clustered = context_of(given, prepared, means, trail)
                found = (*answers(given, prepared), *cluster_answers(clustered, left))
                report = execute(context, found, opening(prepared, means), dry=given.dry_run)
        finally:
            means.custody.end()
    announce(report, prepared, os.environ)
    return replace(report, manifests=shown_of(clustered, report))


@record
class Means:
    """What a run has of its own: its name, the runner's program, what it starts, a private folder, and kubectl.

    The program is "" in a dry run, and where the runner is started in a cluster; only there is `kubectl` something.
    """

    name: str
    program: str
    custody: Custody
    private: Path
    kubectl: Kubectl | None = None


def means_of(given: Namespace, place: Place, private: Path) -> Means:
    """What a run works with; raises UsageError and CannotRunError where a program is not there."""
    if place.environment.mode is Mode.KUBERNETES:
        return Means(new_run(), "", Custody(), private, kubectl_for(given, place))
    program = "" if given.dry_run else program_of(place.collected.service.runner, given)
    return Means(new_run(), program, Custody(), private)


def shown_of(clustered: Clustered | None, report: Report) -> str:
    """What a dry run would have created in a cluster."""
    return clustered.shown if clustered is not None and report.outcome is Ended.DRY_RUN else ""


@contextmanager
def copied(place: Place, address: Address) -> Iterator[Trail]:
    """The trail, with its copy in the database where the settings ask for one; that it cannot be had stops nothing."""
    if not place.environment.audit_table:
        yield place.trail
        return
    copy = Copy(address, place.environment.audit_table, place.owner)
    copy.begin(entries(place.trail.text()))
    try:
        yield Trail(place.trail.path, copy)
    finally:
        copy.end()
        if copy.why:
            complain(copy.why)


def context_of(given: Namespace, prepared: Prepared, means: Means, trail: Trail) -> tuple[Context, Clustered | None]:
    """What the run works with, and in a cluster its way into it."""
    local = _local(given, prepared, means, trail)
    if means.kubectl is None:
        return local, None
    clustered = Clustered(prepared, means.kubectl, Own(means.name, means.custody, means.private, trail), local.tell)
    goose = prepared.place.collected.service.runner is Runner.GOOSE
    back = clustered.back if goose and not given.dry_run else None
    beside, seconds = clustered.beside(), clustered.seconds
    backup = local.backup if prepared.place.environment.backup_command else None  # else the Job makes it
    made = replace(local, move=clustered.move, at_once=True, back=back, backup=backup, beside=beside, seconds=seconds)
    return made, clustered


def _local(given: Namespace, prepared: Prepared, means: Means, trail: Trail) -> Context:
    place, custody, private = prepared.place, means.custody, means.private
    started = Started(prepared, means.program, means.name, custody, private) if means.program else None
    goose = place.collected.service.runner == "goose"
    return Context(
        means.name,
        prepared.plan,
        place.environment,
        prepared.address,
        place.key,
        trail,
        custody,
        place.looking(),
        move=started.up if started else _nothing,
        at_once=not goose,
        back=started.down if started and goose else None,
        backup=backup_of(given, prepared, means) if place.environment.backup_enabled else None,
        after=afterwards(place.environment, custody, private),
        tell=_tell if sys.stderr.isatty() or given.verbose else lambda _: None,
        wait=given.wait,
        watched=lambda: _measure(place),
        differences=differences(prepared) if place.environment.schema_differences != "off" else None,
        drift=prepared.drift or (),
        built=built_by(prepared.migrations, again=True),
    )


def backup_of(given: Namespace, prepared: Prepared, means: Means) -> Callable[[], Mapping[str, object]]:
    """What makes a backup of the database before it is changed."""
    place, plan = prepared.place, prepared.plan
    if place.environment.backup_command:
        return lambda: by_command(place.environment, means.custody, means.private)
    wanted = Wanted(
        prepared.address,
        folder_of(place.root, place.environment),
        plan.service,
        plan.environment,
        plan.server,
        plan.before,
        means.name,
        int(plan.server.partition(".")[0]),
        given.postgres_bin,
    )
    return lambda: told(*back_up(wanted, place.environment, means.custody, means.private))


def opening(prepared: Prepared, means: Means) -> Mapping[str, object]:
    """What the first entry tells of a run."""
    plan, environment = prepared.plan, prepared.place.environment
    cluster = environment.kubernetes.for_service(plan.service)
    return {
        "who": who(),
        "tool": f"avion-lint {__version__}",
        "program": means.program,
        "mode": str(environment.mode),
        **({"namespace": cluster.namespace, "image": cluster.image} if means.kubectl else {}),
        "revision": prepared.merged.commit,
        "verdict": prepared.gate.hash,
        "runner": plan.runner,
        "database": plan.database,
        "server": plan.server,
        "before": plan.before,
        "known": list(plan.known),
        "files": [file.said for file in plan.files],
        "settings": dict(plan.settings),
    }


def new_run() -> str:
    """A name for a run that no other has: the moment, and something by chance."""
    return f"{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def who() -> dict[str, str]:
    """Who runs it, as far as this machine and GitHub Actions tell."""
    names = ("GITHUB_ACTOR", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_WORKFLOW")
    user = ""
    with suppress(KeyError, OSError):  # an account without a name
        user = getpass.getuser()
    own = {"user": user, "host": socket.gethostname(), "process": str(os.getpid())}
    return own | {name.lower(): os.environ[name] for name in names if os.environ.get(name)}


def end_as_by_hand() -> None:
    """Let SIGTERM and SIGHUP end a run as Ctrl-C does: with the runner ended and the trail told."""

    def stop(_: int, __: object) -> None:
        raise KeyboardInterrupt

    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)


def _measure(place: Place) -> None:
    """Write the metrics, where the settings name a file; that it cannot be written stops nothing."""
    if not place.environment.metrics_file:
        return
    try:
        write(place.root / place.environment.metrics_file, place.known)
    except CannotRunError as error:
        complain(error.text)


def _nothing(_: float) -> Ran:
    raise UsageError("nothing is started in a dry run")


def _tell(words: str) -> None:
    complain(words)
