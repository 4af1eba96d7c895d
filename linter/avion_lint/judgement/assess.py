"""From services and the ground they stand on to the subjects of rules, and to what the tool itself has to say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from avion_lint import tool
from avion_lint.discovery.discover import Stray
from avion_lint.discovery.gather import Collected, Gathering, name_of, named, owner
from avion_lint.discovery.tree import Unreadable
from avion_lint.finding import Finding
from avion_lint.history.changes import Change as FileChange
from avion_lint.history.edits import Edit as TextEdit
from avion_lint.history.ground import Ground
from avion_lint.judgement.announced import announced
from avion_lint.judgement.moved import moved_services
from avion_lint.judgement.projects import Gathered, Standing, Take, project, runner_order
from avion_lint.record import record, replace
from avion_lint.rule import Rule
from avion_lint.runners.migration import Direction, Kind, Misread, Runner
from avion_lint.schema.model import Schema
from avion_lint.settings.model import Settings
from avion_lint.source import Document, Place, Span
from avion_lint.subjects import (
    BaseMigration,
    Change,
    Dialect,
    Edit,
    Migration,
    Project,
    SqlProblem,
    Unrecognised,
)
from avion_lint.verdict import Found, Unchecked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.cache.memory import Memory
    from avion_lint.judgement.spread import Spread


@record
class Assessment:
    """Everything that rules are run over, what the tool found on the way, and what it could not check."""

    projects: tuple[Project, ...]
    changes: tuple[Change, ...]
    found: tuple[Found, ...]
    unchecked: tuple[Unchecked, ...]


def assess(
    gathering: Gathering,
    ground: Ground,
    settings: Settings,
    tick: Callable[[], None],
    memory: Memory | None = None,
    *,
    spread: Spread | None = None,
    take: Take = lambda migration, _: migration,
) -> Assessment:
    """Put the subjects together; `tick` is called once for each migration read, `take` is as for `project`."""
    projects = tuple(
        _project(collected, ground, settings, tick, memory, spread=spread, take=take)
        for collected in gathering.services
    )
    found = (
        *(each for made in projects for each in _of_project(made)),
        *(each for collected in gathering.services for each in _unreadable(collected, ground)),
        *_history(ground, {content.path for collected in gathering.services for content in collected.unreadable}),
    )
    unchecked = (
        *(each for made in projects for each in _applied_problems(made, ground)),
        *(each for collected in gathering.services for each in _applied_unreadable(collected, ground)),
        *(_stray(stray) for stray in gathering.strays),
        *(
            Unchecked(place.document.path, place.start.line, f"Flyway would not take this setting: {message}")
            for place, message in gathering.problems
        ),
        *(
            Unchecked(each.path, None, f"how the migrations beside it are run: it {each.why}", each.mend, blocks=True)
            for each in gathering.unreadable
        ),
    )
    return Assessment(projects, tuple(_changes(gathering, ground)), tuple(found), tuple(unchecked))


def without_schemas(assessment: Assessment) -> Assessment:
    """The same once all is judged, without the schemas after the last migrations: they take much room."""
    return replace(assessment, projects=tuple(replace(each, after=Schema()) for each in assessment.projects))


def migration_paths(gathering: Gathering) -> tuple[str, ...]:
    """Paths of all migrations, in the order in which services run them."""
    files = (file for collected in gathering.services for file in sorted(collected.files, key=runner_order))
    return tuple(dict.fromkeys(file.path for file in files))


# --- projects ------------------------------------------------------------------------------------------------


def _project(
    collected: Collected,
    ground: Ground,
    settings: Settings,
    tick: Callable[[], None],
    memory: Memory | None,
    *,
    spread: Spread | None,
    take: Take,
) -> Project:
    deprecations = announced(settings.deprecated, collected, ground.tip, ground.landed)
    return project(
        Gathered(
            collected.service,
            collected.files,
            _standing(collected, ground),
            tuple(
                Unrecognised(document, problem, judged=_is_new(document.path, ground))
                for document, problem in collected.problems
            ),
            ground.base_of(collected.service.root),
            tuple(_base(collected, ground)),
            deprecations,
            ground.landed,
            _positions(collected),
        ),
        tick,
        memory,
        spread=spread,
        take=take,
    )


def _is_new(path: str, ground: Ground) -> bool:
    """Whether a file that is no migration is asked for, and not on the base branch where only what is new counts."""
    return path not in ground.passed and ground.is_asked_for(path)


def _positions(collected: Collected) -> dict[str, int]:
    """The places of migrations in the runner's order, where the service counts them."""
    if not collected.service.deprecated_for.migrations:
        return {}
    counted = (file for file in collected.files if file.kind in (Kind.VERSIONED, Kind.CODE))
    return {file.path: place for place, file in enumerate(sorted(counted, key=runner_order))}


def _standing(collected: Collected, ground: Ground) -> dict[str, Standing]:
    """How the files of a service stand, by path: most are applied, and share one record."""
    elsewhere = collected.shared.union(content.path for content in collected.unreadable)
    settled: dict[int, Standing] = {}
    found: dict[str, Standing] = {}
    for file in collected.files:
        path = file.document.path
        deployment = ground.deployments[path]
        if path in ground.judged or path in ground.edited:
            judged = path in ground.judged and path not in elsewhere
            found[path] = Standing(deployment, judged, edited=path in ground.edited)
        else:
            known = settled.get(id(deployment))
            found[path] = known or settled.setdefault(id(deployment), Standing(deployment, judged=False))
    return found


def _base(collected: Collected, ground: Ground) -> Iterator[BaseMigration]:
    # What this branch changes is known under its own version; the base branch may have renamed it meanwhile.
    changed = {change.path for change in ground.changes if change.before is not None}
    ours = {(file.kind, file.version) for file in collected.files if file.path in changed}
    for path, name in named(collected, sorted(ground.tip)):
        ahead = path in ground.ahead and (name.kind, name.version) not in ours
        witness = ground.witnesses.get(path, "")
        yield BaseMigration(path, name.kind, name.version, name.description, ahead, witness)


# --- changes -------------------------------------------------------------------------------------------------

_EDITS = {
    TextEdit.MODE: Edit.MODE,
    TextEdit.LINE_ENDS: Edit.LINE_ENDS,
    TextEdit.COMMENTS: Edit.COMMENTS,
    TextEdit.SQL: Edit.SQL,
}


def _changes(gathering: Gathering, ground: Ground) -> Iterator[Change]:
    """What is done to migrations that the base branch has; a rename with an edit is two changes."""
    moved = moved_services(gathering, ground)
    for change in ground.changes:
        if change.before is None:
            continue
        collected = owner(change.before.path, gathering)
        name = name_of(collected, change.before.path) if collected else None
        if collected is None or name is None:
            continue
        now = moved.get(collected.service.root, collected)
        for edit in _edits(change):
            yield Change(
                collected.service,
                name.kind,
                name.version,
                change.before,
                change.after,
                edit,
                _place(change, change.before),
                ground.base_of(collected.service.root),
                _checksum_changed(change, collected),
                name.description,
                name_of(now, change.path) if change.renamed_from else None,
                ground.witnesses.get(change.before.path, ""),
                now.service.root,
            )


def _edits(change: FileChange) -> Iterator[Edit]:
    if change.after is None:
        yield Edit.DELETED
        return
    if change.renamed_from is not None:
        yield Edit.RENAMED
    if change.edit in _EDITS:
        yield _EDITS[change.edit]


def _place(change: FileChange, before: Document) -> Place:
    if change.after is None:
        return Place(before, before.line_span(1))
    return Place(change.after, change.at or change.after.line_span(1))


def _checksum_changed(change: FileChange, collected: Collected) -> bool:
    if collected.service.runner is not Runner.FLYWAY or change.before is None or change.after is None:
        return False
    from avion_lint.runners.flyway_checksum import checksum  # noqa: PLC0415 - Flyway's alone

    return checksum(change.before.text) != checksum(change.after.text)


# --- what the tool finds -----------------------------------------------------------------------------------------


def _of_project(made: Project) -> Iterator[Found]:
    service = made.service
    judged = made.judged
    if service.dialect is not Dialect.POSTGRESQL and judged:
        yield _found(tool.NOT_JUDGED, _other_database(made, judged[0]), service.name)
    for migration in judged:
        if migration.kind is Kind.CODE:
            yield _found(tool.CODE_MIGRATION, _code(migration), service.name)
        for problem in migration.problems:
            if not _is_explained(migration, problem):
                rule = tool.NOT_JUDGED if problem.masked else tool.NOT_PARSED
                yield _found(rule, _not_parsed(migration, problem), service.name)


def _found(rule: Rule, finding: Finding, service: str) -> Found:
    return Found(rule, finding, service)


def _other_database(made: Project, first: Migration) -> Finding:
    service = made.service
    message = (
        f"The migrations of {service.name} are taken to be for {service.dialect}, not PostgreSQL: "
        f"{service.dialect_reason}. Only the rules that hold for every database were run."
    )
    entry = f"services: [{{path: {service.root or '.'}, dialect: postgresql}}]"
    remedy = f"If that is wrong, say so in avion-lint.yaml: {entry}."
    return first.finding(None, message, remedy, object=service.name)


def _code(migration: Migration) -> Finding:
    message = (
        "This migration is code: it runs with the others, and what it does to the database cannot be read from it."
    )
    remedy = "Review it by hand; where plain SQL does, write SQL."
    return migration.finding(None, message, remedy)


def _not_parsed(migration: Migration, problem: SqlProblem) -> Finding:
    name = str(migration.version or migration.path)
    if problem.masked:
        message = f"This cannot be judged without the values that stand in for its placeholders: {problem.message}."
        remedy = "Give them in avion-lint.yaml: services: [{path: …, flyway: {placeholders: {name: value}}}]."
        return Finding(problem.place, message, remedy, object=name)
    message = f"This is not SQL that PostgreSQL understands: {problem.message}. "
    consequence = f"The {problem.direction} section would fail here."
    remedy = "Correct the statement."
    if _follows_copy(migration, problem):
        runner = migration.service.runner
        message = f"{runner} sends these rows as SQL, not as the rows of the COPY before them: {problem.message}. "
        remedy = "Write the rows as `INSERT INTO … VALUES (…), (…);`, or load them outside migrations."
    return Finding(problem.place, message + consequence, remedy, object=name)


def _follows_copy(migration: Migration, problem: SqlProblem) -> bool:
    """Whether what does not parse stands behind `COPY … FROM STDIN`, where psql would take it for rows."""
    section = migration.up if problem.direction is Direction.UP else migration.down
    before = [made for made in section if made.place.span.end <= problem.place.span.start]
    words = before[-1].text.upper().split() if before else []
    return words[:1] == ["COPY"] and "STDIN" in words


def _is_explained(migration: Migration, problem: SqlProblem) -> bool:
    """Whether the runner's own misreading of the file is why the text is torn."""
    torn = (
        Misread.SUBSTITUTION_IN_BODY,
        Misread.SEMICOLON_INSIDE,
        Misread.SEMICOLON_MISSED,
        Misread.DOLLAR_SWALLOWS,
        Misread.PARENTHESIS_SWALLOWS,
        Misread.PARENTHESIS_LOST,
        Misread.UNFINISHED_BEFORE_BLOCK,
    )
    readings = [reading for reading in migration.file.misreadings if reading.kind in torn]
    if not readings:
        return False
    section = migration.file.section(problem.direction)
    spans = [chunk.span for chunk in section.chunks] if section else []
    at = _index(spans, problem.place.span.start)
    return any(0 <= _index(spans, reading.span.start) <= at for reading in readings)


def _index(spans: list[Span], offset: int) -> int:
    """Which of the spans, in order, an offset lies in or right behind; -1 where it lies before or far behind all."""
    return next((at for at, span in enumerate(spans) if span.start <= offset <= span.end), -1)


def _unreadable(collected: Collected, ground: Ground) -> Iterator[Found]:
    for content in collected.unreadable:
        if content.path in ground.judged and content.path not in collected.shared:
            yield _found(tool.NOT_READABLE, not_readable(content), collected.service.name)


def not_readable(content: Unreadable) -> Finding:
    """The finding that a file cannot be read."""
    document = Document(content.path, "")
    message = f"The file {content.why}; nothing in it was checked."
    return Finding(Place(document, Span(0, 0)), message, _sentence(content.mend), object=content.path)


def _history(ground: Ground, unreadable: Collection[str]) -> Iterator[Found]:
    for unsure in ground.unsure:
        if unsure.path in unreadable and unsure.path in ground.judged:
            continue  # that it cannot be read is told, and there is no more to it: it is new
        place = Place(Document(unsure.path, ""), Span(0, 0))
        message = f"Whether this migration was changed cannot be told: {unsure.why}."
        yield _found(tool.HISTORY_UNKNOWN, Finding(place, message, _sentence(unsure.mend), object=unsure.path), "")
    if ground.missing is not None:
        yield _found(tool.HISTORY_UNKNOWN, history_unknown(ground.missing.why, ground.missing.mend), "")


def history_unknown(why: str, mend: str) -> Finding:
    """The finding that git does not tell what is applied, which is about the whole repository."""
    place = Place(Document(".", ""), Span(0, 0))
    message = f"Which migrations are applied cannot be told: {why}."
    return Finding(place, message, _sentence(mend), object="base")


def _sentence(words: str) -> str:
    if not words:
        return ""
    return f"{words[0].upper()}{words[1:]}" + ("" if words.endswith((".", "!", "?")) else ".")


def _applied_problems(made: Project, ground: Ground) -> Iterator[Unchecked]:
    read = {migration.path: migration.problems for migration in made.read if migration.problems}
    for path, problems in {**made.settled.problems, **read}.items():
        if path not in ground.judged:
            message, place = problems[0].message, problems[0].place
            why = f"applied, so it is not judged, but it cannot be read ({message}): what it made is not known"
            yield Unchecked(path, place.start.line, why)


def _applied_unreadable(collected: Collected, ground: Ground) -> Iterator[Unchecked]:
    for content in collected.unreadable:
        if content.path not in ground.judged:
            why = f"applied, so it is not judged, but it {content.why}: what it made is not known"
            yield Unchecked(content.path, None, why)


def _stray(stray: Stray) -> Unchecked:
    count = "1 file looks" if len(stray.paths) == 1 else f"{len(stray.paths):,} files look"
    tool_words = f" of {stray.tool}" if stray.tool else ", but neither goose annotations nor Flyway names tell whose"
    mend = (
        "" if stray.tool else f"name the runner in avion-lint.yaml: services: [{{path: {stray.folder}, runner: goose}}]"
    )
    return Unchecked(stray.folder, None, f"{count} like migrations{tool_words}; not judged", mend)
