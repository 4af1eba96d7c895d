"""The applied state of one database, as an export of its runner's own table tells it."""

from __future__ import annotations

from datetime import date

from avion_lint.record import cached_property, record
from avion_lint.runners.migration import FileName, Kind, Runner, Version
from avion_lint.source import Document, Place

FLYWAY_TABLE = "flyway_schema_history"


@record
class Row:
    """A migration that a database has run; what the runner does not keep is "" or None.

    `version` is None for Flyway's repeatable migrations. `checksum` is Flyway's. `sha256`, in hexadecimal, is of the
    file when `avion-lint applied pull` first saw it applied, with line feeds as line ends. `failed` tells of one that
    Flyway began and did not end. `when` is a day, YYYY-MM-DD.
    """

    place: Place
    version: Version | None
    description: str = ""
    script: str = ""
    type: str = ""
    checksum: int | None = None
    sha256: str = ""
    failed: bool = False
    when: str = ""


@record(caches=True)
class AppliedState:
    """What a database has run. `name` is for people, `exported` None where the file does not tell it.

    `baseline` is the version that Flyway was told to begin after: what is not above it is never run there.
    """

    document: Document
    runner: Runner
    table: str
    name: str
    exported: date | None
    rows: tuple[Row, ...]
    baseline: Version | None = None

    @cached_property
    def _by_version(self) -> dict[Version, Row]:
        return {row.version: row for row in self.rows if row.version is not None}

    @cached_property
    def _by_description(self) -> dict[str, Row]:
        return {row.description: row for row in self.rows if row.version is None}

    def row(self, name: FileName) -> Row | None:
        """The row of a migration, None where it is not applied (or only below the baseline)."""
        if name.version is None:
            return self._by_description.get(name.description) if name.kind is Kind.REPEATABLE else None
        return self._by_version.get(name.version)

    def has(self, name: FileName) -> bool:
        """Whether the database has run a migration, or was told to take it as run."""
        row = self.row(name)
        if row is not None:
            return not row.failed
        return self.baseline is not None and name.version is not None and name.version <= self.baseline

    @property
    def title(self) -> str:
        """The table and its database, for people."""
        return f"{self.table} of {self.name}" if self.name else self.table

    @property
    def newest(self) -> str:
        """The day of the newest row, "" where there is none."""
        return max((row.when for row in self.rows), default="")

    @property
    def witness(self) -> str:
        """What a sentence about one of its versions goes on with: `is in goose_db_version of production, …`."""
        if self.exported is not None:
            return f"is in {self.title}, exported {self.exported.isoformat()}"
        return f"is in {self.title} ({self.document.path})"
