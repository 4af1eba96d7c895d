"""Everything that is known before anything is run: service, environment, database, plan, verdict and checks."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from avion_lint.applied.text import text_sha256
from avion_lint.cli.exit_codes import UsageError
from avion_lint.cli.inputs import gathered, load_settings, walked
from avion_lint.cli.operating.backups import latest_backup
from avion_lint.cli.operating.database import UnreachableError, address_for, connected, variable_of
from avion_lint.cli.operating.gate import Gate, Merged, case_for, contradicting, merged, pass_gate
from avion_lint.cli.roots import root_of
from avion_lint.cli.services import one_service
from avion_lint.cli.stats_pull import tables_of
from avion_lint.discovery.gather import Collected
from avion_lint.executor.catalog import against_replay, observed
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.estimate import Estimate, estimate
from avion_lint.executor.running.lock import holder, key_of
from avion_lint.executor.running.measure import measure
from avion_lint.executor.running.pending import Pending, checksums, pending
from avion_lint.executor.running.plan import Plan, PlannedFile, canonical
from avion_lint.executor.running.preflight import Check, Evidence, checks
from avion_lint.executor.running.recorded import Recorded, read
from avion_lint.executor.server.address import Address, driver
from avion_lint.executor.trail.audit import Trail, entries, hashes_of
from avion_lint.executor.trail.both import together
from avion_lint.executor.trail.table import Owner, entries_in
from avion_lint.history.deployments import Deployment
from avion_lint.judgement.judge import Case
from avion_lint.judgement.projects import Gathered, Standing, project
from avion_lint.problems import suggestion
from avion_lint.record import record, replace
from avion_lint.runners.migration import Direction, Runner
from avion_lint.schema.model import Schema
from avion_lint.settings.environments import Environment, Mode, Profile, profile
from avion_lint.settings.model import Settings
from avion_lint.source import Document
from avion_lint.sql import actions as a
from avion_lint.stats.model import Stats
from avion_lint.subjects import Migration

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

    from avion_lint.executor.trail.audit import Entry


@record
class Place:
    """A service in an environment: what commands need that look at no plan.

    `elsewhere` is what the trail's table has of the service, once the database was asked.
    """

    root: Path
    settings: Settings
    environment: Environment
    collected: Collected
    trail: Trail
    elsewhere: tuple[Entry, ...] = ()

    @property
    def known(self) -> tuple[Entry, ...]:
        """What the trail has, and what its table has that was written elsewhere; raises CannotRunError."""
        return together(entries(self.trail.text()), self.elsewhere)

    @property
    def owner(self) -> Owner:
        """Whose entries of the trail are the service's."""
        return Owner(self.collected.service.name, self.environment.name)

    @property
    def apart(self) -> str:
        """The schema of the trail's table, "" for none."""
        return self.environment.audit_table.partition(".")[0]

    def remembering(self, connection: psycopg.Connection) -> Place:
        """The place with what the trail's table knows of the service; raises psycopg.Error."""
        table = self.environment.audit_table
        return replace(self, elsewhere=entries_in(connection, table, self.owner)) if table else self

    @property
    def table(self) -> str:
        """The name of the runner's table."""
        return self.collected.history[1]

    @property
    def key(self) -> int:
        """The number of the service's lock."""
        schema = self.collected.history[0] or ""
        return key_of(str(self.collected.service.runner), f"{schema}.{self.table}")

    def look(self, connection: psycopg.Connection) -> Recorded:
        """Read the runner's table; raises CannotRunError and psycopg.Error."""
        return self.looking()(connection)

    def looking(self) -> Callable[[psycopg.Connection], Recorded]:
        """What reads the runner's table, and asks the trail no more; raises CannotRunError."""
        known = hashes_of(self.known, self.collected.service.name)
        schema = self.collected.history[0]
        return lambda connection: read(connection, self.collected.service.runner, self.table, schema, known)


@record
class Prepared:
    """All that a plan tells, and what it was made of.

    `scripts` are texts of Flyway's configurations of single scripts, by the path of the script.
    """

    place: Place
    address: Address
    case: Case
    recorded: Recorded
    pending: Pending
    migrations: tuple[Migration, ...]
    plan: Plan
    gate: Gate
    merged: Merged
    estimate: Estimate
    checks: tuple[Check, ...]
    scripts: Mapping[str, str]
    drift: tuple[str, ...] | None = None

    @property
    def blocking(self) -> tuple[Check, ...]:
        """Checks that keep anything from being run."""
        return tuple(check for check in self.checks if check.blocks)


def place_of(given: Namespace) -> Place:
    """The service and the environment that the command line names; raises UsageError, SettingsError."""
    root = Path(root_of("."))
    settings = load_settings(root, given.settings)
    environment = with_image(environment_of(given.env, settings), getattr(given, "image", None))
    if getattr(given, "mode", None):
        environment = replace(environment, mode=Mode(given.mode))
    collected = one_service(gathered(walked(root, ["."]), settings).services, given.service, root)
    return Place(root, settings, environment, collected, Trail(root / environment.audit_file))


_IMAGE = re.compile(r"[a-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}")


def with_image(environment: Environment, image: str | None) -> Environment:
    """The environment with the image that the command line names; raises UsageError where it has no digest."""
    if not image:
        return environment
    if not _IMAGE.fullmatch(image):
        raise UsageError(
            f"--image {image} is no image with its digest: write NAME@sha256:… (64 hexadecimal digits), as "
            "`docker buildx imagetools inspect` tells it; a tag alone may be another program tomorrow"
        )
    return replace(environment, kubernetes=replace(environment.kubernetes, image=image))


def environment_of(name: str, settings: Settings) -> Environment:
    """The environment of that name; without any in the settings, those of the profiles. Raises UsageError."""
    for environment in settings.environments:
        if environment.name == name:
            return environment
    if not settings.environments and name in set(Profile):
        return profile(name, Profile(name))
    known = tuple(environment.name for environment in settings.environments) or tuple(str(each) for each in Profile)
    raise UsageError(f"there is no environment {name}{suggestion(name, known) or '; there are ' + ', '.join(known)}")


def prepare(given: Namespace, place: Place) -> Prepared:
    """Ask git and the database, judge, make the plan; raises UsageError, SettingsError, GitError, CannotRunError."""
    address = address_for(place.environment, place.collected.service.name, os.environ)
    try:
        with connected(address, "plan") as (connection, reached):
            try:
                return _prepared(given, place, connection, reached)
            except driver().Error as error:
                words = reached.redacted(" ".join(str(error).split()))
                raise CannotRunError(f"the database cannot be asked: {words}") from None
    except UnreachableError as error:
        if place.environment.mode is not Mode.KUBERNETES:
            raise
        name = variable_of(place.environment, place.collected.service.name)
        mend = f"run this where it can be reached, or lead a port to it and put that address into {name}"
        raise CannotRunError(
            f"{error.text}; checks, lock and history need it from here, not from a Job", mend
        ) from None


def _prepared(given: Namespace, place: Place, connection: psycopg.Connection, address: Address) -> Prepared:
    version = connection.info.server_version
    place, wanted = _for_server(place, version // 10000)
    collected = place.collected
    place = place.remembering(connection)
    measured, recorded = measure(connection, place.apart), place.look(connection)
    found = pending(collected, recorded)
    migrations = _migrations(collected, frozenset(file.path for file in found.files))
    _, tables = tables_of(driver(), connection, _PATIENCE)
    stats = Stats(measured.here.date(), tables={table.name: table for table in tables})
    taken = estimate(migrations, stats)
    case = case_for(given, collected)
    gate = pass_gate(case, collected, recorded, found)
    told = merged(given, place.root, place.settings.base, found)
    drift = _drift(connection, place, _schema_before(collected, frozenset(file.path for file in found.files)))
    evidence = Evidence(
        place.environment,
        measured,
        recorded,
        found,
        taken,
        latest_backup(place.root, place.environment, collected.service.name),
        contradicting(case, collected, recorded),
        told.unmerged,
        told.base,
        wanted,
        drift,
        built_by(migrations),
        holder(connection, place.key),
    )
    server = f"{version // 10000}.{version % 10000}"
    scripts = scripts_of(place)
    plan = replace(_plan(place, address, recorded, found, server=server), callbacks=_beside(found, scripts))
    made = (migrations, plan, gate, told, taken, checks(evidence), scripts, drift)
    return Prepared(place, address, case, recorded, found, *made)


def differences(prepared: Prepared) -> Callable[[psycopg.Connection], tuple[str, ...] | None]:
    """What compares the server's schema with the one that the plan's migrations make when they are all applied."""

    def compare(connection: psycopg.Connection) -> tuple[str, ...] | None:
        pending = frozenset(file.path for file in prepared.plan.files)
        everything = _everything(prepared.place.collected, pending)
        return _drift(connection, prepared.place, everything[-1].after if everything else Schema())

    return compare


def _drift(connection: psycopg.Connection, place: Place, schema: Schema) -> tuple[str, ...] | None:
    """What the server has otherwise than a replayed schema; None where that is not sure."""
    if schema.doubts:
        return None
    with connection.transaction():
        return against_replay(observed(connection), schema, place.collected.history, place.apart)


def _schema_before(collected: Collected, paths: frozenset[str]) -> Schema:
    """The schema before the first of some migrations; after all where there are none."""
    everything = _everything(collected, paths)
    first = next((migration for migration in everything if migration.path in paths), None)
    if first is not None:
        return first.before
    return everything[-1].after if everything else Schema()


_PATIENCE = 30  # seconds for the sizes of tables


def _for_server(place: Place, major: int) -> tuple[Place, int | None]:
    """The place with the server's version where the settings name none; and the version that they name."""
    wanted = place.settings.service_at(place.collected.service.root).postgres
    if wanted is not None:
        return place, wanted
    service = replace(place.collected.service, postgres=major)
    return replace(place, collected=replace(place.collected, service=service)), None


def planned(collected: Collected, paths: Iterable[str]) -> tuple[PlannedFile, ...]:
    """Files of a service as a plan has them, in the order that is given."""
    order = tuple(paths)
    found = {migration.path: migration for migration in _migrations(collected, frozenset(order))}
    return tuple(_planned(found[path]) for path in order)


def _migrations(collected: Collected, wanted: frozenset[str]) -> tuple[Migration, ...]:
    return tuple(migration for migration in _everything(collected, wanted) if migration.path in wanted)


def _everything(collected: Collected, wanted: frozenset[str]) -> tuple[Migration, ...]:
    """All migrations of a service, those wanted as one deployment after all others."""
    standing = {file.path: _standing(new=file.path in wanted) for file in collected.files}
    return project(Gathered(collected.service, collected.files, standing), lambda: None).migrations


def _standing(*, new: bool) -> Standing:
    return Standing(Deployment(int(new), "", applied=not new), judged=new)


def _plan(
    place: Place,
    address: Address,
    recorded: Recorded,
    found: Pending,
    *,
    server: str,
) -> Plan:
    service = place.collected.service
    return Plan(
        service.name,
        place.environment.name,
        str(service.runner),
        f"{address.host}:{address.port}/{address.database}",
        server,
        recorded.newest,
        recorded.fingerprint,
        planned(place.collected, [file.path for file in found.files]),
        tuple(canonical(version) for version in recorded.versions),
        settings=place.environment.said,
    )


def scripts_of(place: Place) -> dict[str, str]:
    """Texts of Flyway's configurations of single scripts, by the paths of the scripts."""
    if place.collected.service.runner is not Runner.FLYWAY:
        return {}
    files = {file.path: place.root / f"{file.path}.conf" for file in place.collected.files}
    return {path: conf.read_text(encoding="utf-8") for path, conf in files.items() if conf.is_file()}


def _beside(found: Pending, scripts: Mapping[str, str]) -> dict[str, str]:
    """SHA-256 of what decides beside the migrations what is run: callbacks, and configurations of single scripts."""
    callbacks = {file.path: file.document.sha256 for file in found.callbacks}
    return callbacks | {f"{path}.conf": Document("", text).sha256 for path, text in scripts.items()}


def _planned(migration: Migration) -> PlannedFile:
    file = migration.file
    down = file.section(Direction.DOWN) if file.runner is Runner.GOOSE else None
    return PlannedFile(
        file.path,
        canonical(file.version) if file.version else "",
        file.document.sha256,
        text_sha256(file.document.text),
        is_transactional(migration),
        undoable=down is not None and down.error is None and bool(down.chunks),
        checksums=() if file.version else checksums(file),
    )


def built_by(migrations: Iterable[Migration], *, again: bool = False) -> frozenset[str]:
    """Names of indexes that migrations build; those that they drop themselves before only where that is asked for."""
    built: set[str] = set()
    dropped: set[str] = set()
    for action in (each for made in migrations for statement in made.up for each in statement.all_actions()):
        if isinstance(action, a.CreateIndex) and action.index and (again or action.index not in dropped):
            built.add(action.index)
        elif isinstance(action, a.Drop) and action.kind is a.ObjectKind.INDEX:
            dropped.add(action.name.name)
    return frozenset(built)


def is_transactional(migration: Migration) -> bool:
    """Whether nothing of a migration stays when it fails: one transaction, which nothing in it ends early."""
    section = migration.file.section(Direction.UP)
    if section is None or not section.transaction or migration.problems:
        return False
    return not any(_ends_transaction(action) for statement in migration.up for action in statement.all_actions())


def _ends_transaction(action: a.Action) -> bool:
    if isinstance(action, a.DoBlock):
        return action.commits or bool(action.unreadable)
    return isinstance(action, a.TransactionControl)
