"""Timelines of migrations given as texts."""

from avion_lint.discovery.gather import gather
from avion_lint.discovery.tree import MemoryTree
from avion_lint.history.deployments import Deployment
from avion_lint.judgement.projects import Gathered, Standing, project
from avion_lint.record import replace
from avion_lint.runners.migration import Direction
from avion_lint.settings.model import Settings
from avion_lint.timeline.build import timeline


def last_migration(*texts, postgres=15, names="m/0000{}_x.sql"):
    """The last of several migrations as rules see it, the others before it."""
    files = {names.format(number): text for number, text in enumerate(texts, 1)}
    (collected,) = gather(MemoryTree(files), Settings()).services
    service = replace(collected.service, postgres=postgres)
    standing = {file.path: Standing(Deployment(0, "", applied=False), judged=True) for file in collected.files}
    return project(Gathered(service, collected.files, standing), lambda: None).migrations[-1]


def goose_timeline(before, up, *, head="", direction=Direction.UP, postgres=15):
    """The timeline of a goose migration `up` after one of `before`."""
    down = "\n-- +goose Down\nSELECT 1;\n"
    texts = [f"-- +goose Up\n{before}{down}"] if before else []
    return timeline(last_migration(*texts, f"{head}-- +goose Up\n{up}{down}", postgres=postgres), direction)


def drawn(made):
    """The strongest lock on each relation that others see, statement by statement."""
    return [
        {str(made.lanes[at].name): str(held.lock) for at in made.felt() if (held := made.lanes[at].at(step.number))}
        for step in made.steps
    ]
