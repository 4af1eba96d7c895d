"""Which database a service's files are for: what the settings, its folder or its SQL tell."""

from __future__ import annotations

from collections.abc import Collection

from avion_lint.discovery.discover import Folder
from avion_lint.runners.migration import MigrationFile
from avion_lint.settings.model import ServiceSettings
from avion_lint.sql.evidence import evidence, may_be_foreign
from avion_lint.sql.parse import is_sql
from avion_lint.subjects import Dialect


def dialect_of(
    folder: Folder, own: ServiceSettings, files: tuple[MigrationFile, ...], plain: Collection[str] = ()
) -> tuple[Dialect, str]:
    """The database that a service's files are for, and how that is known ("" for plain PostgreSQL).

    `plain` are paths of files that are known to have nothing that could be another database's.
    """
    if own.dialect:
        return Dialect(own.dialect), "the settings say so"
    if folder.alternative in _BY_VENDOR:
        return _BY_VENDOR[folder.alternative], f"its folder is named {folder.alternative}"
    proofs = [proof for file in files if file.path not in plain and (proof := _proof(file))]
    if not proofs or len(proofs) * 2 < sum(bool(file.sections) for file in files):
        return Dialect.POSTGRESQL, ""
    name, reason, path = min(proofs, key=lambda proof: proof[2])
    return Dialect(name), f"{path} has {reason}"


_BY_VENDOR = {
    "postgresql": Dialect.POSTGRESQL,
    "postgres": Dialect.POSTGRESQL,
    "h2": Dialect.H2,
    "mysql": Dialect.MYSQL,
    "mariadb": Dialect.MYSQL,
    "sqlite": Dialect.SQLITE,
    "sqlserver": Dialect.TSQL,
    "oracle": Dialect.OTHER,
    "hsqldb": Dialect.OTHER,
    "derby": Dialect.OTHER,
}


def _proof(file: MigrationFile) -> tuple[str, str, str] | None:
    """What in a file that PostgreSQL's grammar refuses proves another database."""
    if not may_be_foreign(file.document.text):
        return None
    for chunk in (chunk for section in file.sections for chunk in section.chunks):
        if not is_sql(chunk.text):
            found = evidence(chunk.text)
            if found:
                return (*found, file.path)
    return None
