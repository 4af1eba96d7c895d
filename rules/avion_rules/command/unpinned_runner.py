"""Migration runners of which nobody has chosen the version."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.rule import rule
from avion_lint.shell.walk import simples_in
from avion_lint.shell.words import Word
from avion_lint.shell.wrappers import program
from avion_lint.source import Place
from avion_rules.command._words import is_pasted

_RUNNERS = pattern(r"(?:^|[/@])(?:goose|flyway|migrate|dbmate|liquibase|atlas|sqitch|tern|alembic)(?=$|[/:@])")
_MOVING = pattern(r"@(?:latest|main|master|HEAD|upgrade)$")
_IMAGE = pattern(r"^(?:[\w.-]+(?::\d+)?/)*[\w.-]+$")
_FETCHERS = frozenset({"curl", "wget"})
_SHELLS = frozenset({"sh", "bash"})
_INSTALLERS = pattern(r"goose|flyway|dbmate|atlas|migrate|liquibase")


@rule("SH120", subject=Run)
def unpinned_runner(run: Run) -> Iterator[Finding]:
    """Find a migration runner of which nobody has chosen the version."""
    if is_pasted(run) or run.workflow is not None:  # steps are what moving-migration-tool is about
        return
    told: set[int] = set()
    for act in run.acts:
        found = _moving(act)
        if found is not None and found.place.span.start not in told:
            told.add(found.place.span.start)
            yield run.finding(found.place, _message(found.name), _REMEDY)


@record
class _Found:
    """The runner as it is named, and where."""

    name: str
    place: Place


def _moving(act: Act) -> _Found | None:
    words = (*act.call.words, *(word for each in act.call.wrappers for word in each.words))
    if act.call.name == "go" or any(each.name.startswith("go ") for each in act.call.wrappers):
        word = next((each for each in words if _MOVING.search(each.shape) and _RUNNERS.search(each.shape)), None)
        return _Found(word.shape.rpartition("/")[2], word.where.place) if word else None
    image = _image(act)
    if image is not None:
        return _Found(image.shape, image.where.place)
    return _piped(act)


def _image(act: Act) -> Word | None:
    """The image of a runner that is started without a tag or with `latest`."""
    for each in act.call.wrappers:
        if each.target is not None and each.name.endswith(" run") and not each.name.startswith(("kubectl", "go")):
            shape = each.target.shape
            name = shape.removesuffix(":latest")
            if "compose" not in each.name and _RUNNERS.search(name) and _IMAGE.match(name):
                return each.target
    return None


def _piped(act: Act) -> _Found | None:
    """`curl … | sh` of a runner's own installer."""
    member = act.call.command.membership
    if act.call.name not in _FETCHERS or member is None or act.call.command.is_background:
        return None
    fed = member.pipeline.parts[member.index + 1 :]
    runs = any(program(each.words) in _SHELLS for each in simples_in(fed))
    url = next((word for word in act.call.words if "://" in word.shape), None)
    if not runs or url is None or not _INSTALLERS.search(url.shape):
        return None
    return _Found(url.shape.rpartition("://")[2], url.where.place)


def _message(name: str) -> str:
    return (
        f"Nobody has chosen the version: `{name}` is whatever is newest when this is run. A new runner may read the "
        "migrations in another way in production than it did in the test an hour before."
    )


_REMEDY = (
    "Name a version, the same one everywhere: `github.com/pressly/goose/v3/cmd/goose@v3.27.3`, `flyway/flyway:11.20.3`."
)
