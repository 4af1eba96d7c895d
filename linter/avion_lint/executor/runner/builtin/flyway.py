"""Flyway as our own reader does it: versioned migrations, then repeatable ones, callbacks around them, undo scripts.

What it leaves out: Flyway's locks, groups, and callbacks for statements, errors and commands other than migrate.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from avion_lint.executor.runner.builtin.sending import NAME, RefusedError, attempted, send, transaction
from avion_lint.executor.runner.job import Job, Tool
from avion_lint.runners.flyway_name_grammar import parse_version
from avion_lint.runners.flyway_names import callback_event
from avion_lint.runners.migration import Chunk, Direction, Kind, MigrationFile, Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

Rows = list[tuple[str | None, str, str, str, int | None, bool]]
_MAKE = """
CREATE TABLE IF NOT EXISTS {} (
    installed_rank integer NOT NULL PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL,
    type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL,
    installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL)
"""
_ROWS = "SELECT version, description, type, script, checksum, success FROM {} ORDER BY installed_rank"
_NOTE = """
INSERT INTO {0} SELECT coalesce(max(installed_rank), 0) + 1, %s, %s, %s, %s, %s, current_user, now(), 0, %s FROM {0}
"""


def flyway_reader() -> Tool:
    """The reader in Flyway's place."""
    return Tool(
        NAME,
        lambda job, target: attempted(job, lambda connection: _Run(job, connection).migrate(target)),
        lambda job, target: attempted(job, lambda connection: _Run(job, connection).undo(target)),
        built_in=True,
    )


class _Run:
    """One run on a connection, which is the history's; migrations have one of their own, as they have with Flyway."""

    def __init__(self, job: Job, connection: psycopg.Connection) -> None:
        from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

        self.job = job
        self.connection = connection
        self.configuration = job.stage.configuration
        self.schema = self.configuration.default_schema
        self.table: sql.Composable = sql.Identifier(self.schema or "public", self.configuration.table)
        self.before_each = self._callbacks("beforeEachMigrate")
        self.after_each = self._callbacks("afterEachMigrate")

    def migrate(self, target: Version | None) -> str:
        """Run what is pending."""
        self._open()
        self._event("beforeMigrate")
        rows = self._rows()
        self._validate(rows)
        done = [self._pending(file) for file in self._versioned(rows, target)]
        if target is None:
            self._event("afterVersioned")
            repeatable = [*self._repeatable(rows)]
            if repeatable:
                self._event("beforeRepeatables")
            done += [self._pending(file) for file in repeatable]
        self._event("afterMigrate")
        return "\n".join(done)

    def undo(self, target: Version | None) -> str:
        """Run the undo script of the newest migration, or of all that are newer than a version."""
        self._open()
        state = {row[0]: row[2] for row in self._rows() if row[0] is not None}
        applied = [version for version, kind in state.items() if kind != "UNDO_SQL"]
        scripts = {str(file.version): file for file in self.job.stage.files if file.kind is Kind.UNDO}
        wanted = applied[-1:] if target is None else [each for each in reversed(applied) if _is_newer(each, target)]
        for version in wanted:
            if version not in scripts:
                raise RefusedError(f"there is no undo script of version {version}")
            self._send(scripts[version], Direction.DOWN)
            self._note(scripts[version], "UNDO_SQL", success=True)
        return "\n".join(scripts[version].path for version in wanted)

    def _open(self) -> None:
        from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

        if self.configuration.init_sql:
            self.connection.execute(self.configuration.init_sql.encode())
        if self.schema:
            schema = sql.Identifier(self.schema)
            self.connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
            self.connection.execute(sql.SQL("SET search_path = {}, public").format(schema))
        self.connection.execute(sql.SQL(_MAKE).format(self.table))

    def _rows(self) -> Rows:
        from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

        found: Rows = list(self.connection.execute(sql.SQL(_ROWS).format(self.table)).fetchall())
        return found

    def _validate(self, rows: Rows) -> None:
        files = {str(file.version): file for file in self.job.stage.files if file.kind is Kind.VERSIONED}
        for version, description, kind, _, checksum, success in rows:
            file = files.get(version or "")
            if not success:
                raise RefusedError(f"Detected failed migration to version {version} ({description})")
            if kind != "UNDO_SQL" and file and file.checksum is not None and file.checksum != checksum:
                raise RefusedError(f"Migration checksum mismatch for migration version {version}")

    def _versioned(self, rows: Rows, target: Version | None) -> Iterator[MigrationFile]:
        """Migrations that are pending; into an empty database the highest baseline goes in place of those before it."""
        files = [file for file in self.job.stage.files if file.kind is Kind.VERSIONED and file.version]
        baselines = [file for file in self.job.stage.files if file.kind is Kind.BASELINE and file.version]
        done = {row[0] for row in rows if row[0] is not None}
        done -= {row[0] for row in rows if row[2] == "UNDO_SQL" and _last(rows, row[0]) == "UNDO_SQL"}
        if baselines and not done:
            first = max(baselines, key=lambda file: file.version or Version((), ""))
            yield first
            files = [file for file in files if file.version and first.version and file.version > first.version]
        applied = [file.version for file in files if str(file.version) in done and file.version]
        for file in files:
            if str(file.version) in done or file.version is None or (target is not None and target < file.version):
                continue
            if applied and file.version < max(applied) and not self.configuration.out_of_order:
                raise RefusedError(f"Detected resolved migration not applied to database: {file.version}")
            yield file

    def _repeatable(self, rows: Rows) -> Iterator[MigrationFile]:
        last = {description: checksum for version, description, _, _, checksum, _ in rows if version is None}
        for file in self.job.stage.files:
            if file.kind is Kind.REPEATABLE and (
                file.description not in last or last[file.description] != file.checksum
            ):
                yield file

    def _pending(self, file: MigrationFile) -> str:
        section = file.section(Direction.UP)
        try:
            self._send(file, Direction.UP)
        except Exception:
            if section is not None and not section.transaction and not self.connection.broken:
                self._note(file, "SQL", success=False)
            raise
        self._note(file, "SQL", success=True)
        return file.path

    def _send(self, file: MigrationFile, direction: Direction) -> None:
        section = file.section(direction)
        if section is not None and section.error is not None:
            raise RefusedError(f"{file.path}: {section.error.text}")
        chunks = section.chunks if section else ()
        if any(chunk.masked for chunk in chunks):
            raise RefusedError(f"{file.path}: No value provided for a placeholder in it")
        with transaction(self.connection, wanted=section is None or section.transaction):
            for callback in self.before_each:
                self._plain(callback)
            for chunk in chunks:
                self._one(file, chunk)
            for callback in self.after_each:
                self._plain(callback)
        self.connection.execute("RESET ALL")
        if self.schema:
            from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

            self.connection.execute(sql.SQL("SET search_path = {}, public").format(sql.Identifier(self.schema)))

    def _one(self, file: MigrationFile, chunk: Chunk) -> None:
        rows = _rows_behind(file, chunk)
        if rows is None:
            send(self.connection, chunk)
            return
        with self.connection.cursor().copy(chunk.text.encode()) as copy:
            copy.write(rows)

    def _event(self, name: str) -> None:
        for callback in self._callbacks(name):
            with transaction(self.connection):
                self._plain(callback)

    def _plain(self, file: MigrationFile) -> None:
        section = file.section(Direction.UP)
        for chunk in section.chunks if section else ():
            send(self.connection, chunk)

    def _callbacks(self, name: str) -> tuple[MigrationFile, ...]:
        return tuple(
            file
            for file in self.job.stage.files
            if file.kind is Kind.CALLBACK and callback_event(basename(file.path), self.configuration) == name
        )

    def _note(self, file: MigrationFile, kind: str, *, success: bool) -> None:
        from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

        version = str(file.version) if file.version else None
        values = (version, file.description, kind, file.path, file.checksum, success)
        self.connection.execute(sql.SQL(_NOTE).format(self.table), values)


def _is_newer(version: str, than: Version) -> bool:
    found = parse_version(version)
    return found is not None and found > than


def _last(rows: Rows, version: str | None) -> str:
    """What was done last with a version."""
    return [row[2] for row in rows if row[0] == version][-1]


def _rows_behind(file: MigrationFile, chunk: Chunk) -> str | None:
    """The rows that stand behind `COPY … FROM STDIN`, None where the chunk is nothing of that sort."""
    words = chunk.text.upper().split()
    if words[:1] != ["COPY"] or "STDIN" not in words:
        return None
    text = file.document.text
    start = text.find("\n", text.find(";", chunk.span.end)) + 1
    rows = []
    for line in text[start:].splitlines(keepends=True):
        if line.strip() == "\\.":
            break
        rows.append(line)
    return "".join(rows)
