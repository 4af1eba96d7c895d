"""Takes back migrations by their Down sections, one after the other, and sees by the history that each is gone."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.plan import PlannedFile, canonical
from avion_lint.executor.running.sessions import end, name_of
from avion_lint.executor.running.steps import Context
from avion_lint.executor.server.address import connect
from avion_lint.executor.server.reaching import reconnected
from avion_lint.settings.environments import Environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.executor.runner.job import Ran

_SAID = 4000


def undo(
    context: Context, files: tuple[PlannedFile, ...], back: Callable[[float], Ran], tell_of: Callable[..., None]
) -> tuple[str, ...]:
    """Take back migrations, the newest first; raises CannotRunError, and psycopg.Error."""
    if context.at_once:
        return _at_once(context, files, back, tell_of)
    undone: list[str] = []
    for file in reversed(files):
        with connect(context.address, "status") as connection:
            newest = context.look(connection).last
        if newest != file.version:  # goose undoes what was applied last, whatever its version
            raise CannotRunError(f"what was applied last is {newest}, not {file.version}: nothing more is taken back")
        tell_of("runner-begun", files=[file.said], version=newest, direction="down")
        ran = back(float(context.environment.timeout_seconds))
        with reconnected(context.address) as connection:
            end(connection, name_of(context.key, context.run))
            found = context.look(connection)
        tell_of("runner-ended", content=ran.content, late=ran.late, said=ran.said[-_SAID:], version=found.newest)
        if file.version in {canonical(version) for version in found.versions}:
            raise CannotRunError(why(ran, context.environment, []))
        tell_of("files-taken-back", files=[file.said])
        undone.append(file.version)
    return tuple(undone)


def _at_once(
    context: Context, files: tuple[PlannedFile, ...], back: Callable[[float], Ran], tell_of: Callable[..., None]
) -> tuple[str, ...]:
    """Take back all in one go; what has become of it the history says."""
    wanted = [file.version for file in files]
    with connect(context.address, "status") as connection:
        found = context.look(connection)
    last = [canonical(row.version) for row in found.state.rows if row.version is not None and not row.failed]
    if last[-len(wanted) :] != wanted:  # goose goes back through what was applied last, whatever its version
        raise CannotRunError(f"what was applied last is {', '.join(last[-len(wanted) :])}: nothing is taken back")
    tell_of("runner-begun", files=[file.said for file in files], version=found.newest, direction="down")
    ran = back(float(context.environment.timeout_seconds))
    with reconnected(context.address) as connection:
        end(connection, name_of(context.key, context.run))
        found = context.look(connection)
    left = {canonical(version) for version in found.versions}
    told = {"content": ran.content, "late": ran.late, "said": ran.said[-_SAID:], "version": found.newest, **ran.told}
    tell_of("runner-ended", **told)
    undone = [file for file in files if file.version not in left]
    if undone:
        tell_of("files-taken-back", files=[file.said for file in undone])
    if len(undone) < len(files):
        raise CannotRunError(why(ran, context.environment, []))
    return tuple(reversed(wanted))


def why(ran: Ran, environment: Environment, killed: list[str]) -> str:
    """Why the runner has not done what it was started for, in its own words."""
    if ran.why:
        return ran.why
    if ran.late:
        ended = f"; ended on the server: {'; '.join(killed)}" if killed else ""
        return f"the time for all migrations ({environment.timeout_seconds} s) is over{ended}"
    words = " ".join(ran.said.split())[-600:] or "it said nothing"
    return f"the runner {'says that it is content, but' if ran.content else 'failed:'} {words}"
