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


def why(ran: Ran, environment: Environment, killed: list[str]) -> str:
    """Why the runner has not done what it was started for, in its own words."""
    if ran.late:
        ended = f"; ended on the server: {'; '.join(killed)}" if killed else ""
        return f"the time for all migrations ({environment.timeout_seconds} s) is over{ended}"
    words = " ".join(ran.said.split())[-600:] or "it said nothing"
    return f"the runner {'says that it is content, but' if ran.content else 'failed:'} {words}"
