"""What PostgreSQL refuses: statements that no transaction may hold, and statements that are certain to fail."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.schema.model import Schema
from avion_lint.sql import actions as a


@record
class Failure:
    """An error that a statement is certain to end with: its SQLSTATE, and why in plain words."""

    sqlstate: str
    why: str


def legal_in_transaction(action: a.Action, schema: Schema, version: int) -> bool:
    """Whether a transaction block may hold the statement."""
    return not refused_in_transaction(action, schema, version)


def refused_in_transaction(action: a.Action, schema: Schema, version: int) -> str:
    """Name what no transaction block may hold, as the manual does; "" for what one may.

    In a DO block that commits the SQLSTATE is 2D000, for all others 25001. From PreventInTransactionBlock's callers
    in PostgreSQL's code; all measured on 12 to 18.
    """
    match action:
        case a.DoBlock(commits=True):
            return "COMMIT or ROLLBACK"
        case a.Vacuum(analyze_only=False):
            return "VACUUM"
        case a.Cluster(table=None):
            return "CLUSTER without a table"
        case a.Cluster(table=a.Name() as table) if _is_partitioned(schema, table):
            return "CLUSTER of a partitioned table" if version >= _CLUSTER_PARTITIONED else ""
        case a.Reindex(concurrently=False):
            return _reindex(action, schema, version)
        case a.Command(words=words):
            return _COMMANDS.get(words, "")
    return concurrent_words(action)


def concurrent_words(action: a.Action) -> str:
    """Name a statement with CONCURRENTLY that no transaction may hold; "" for every other."""
    if type(action) not in _MAY_BE_CONCURRENT:
        return ""
    match action:
        case a.CreateIndex(concurrently=True):
            return "CREATE INDEX CONCURRENTLY"
        case a.Drop(concurrently=True):
            return "DROP INDEX CONCURRENTLY"
        case a.Reindex(concurrently=True, kind=kind):
            return f"REINDEX {kind.upper()} CONCURRENTLY"
        case a.DetachPartition(concurrently=True):
            return "DETACH PARTITION … CONCURRENTLY"
    return ""


_MAY_BE_CONCURRENT = {a.CreateIndex, a.Drop, a.Reindex, a.DetachPartition}

_COMMANDS = {
    "CREATE DATABASE": "CREATE DATABASE",
    "DROP DATABASE": "DROP DATABASE",
    "ALTER DATABASE SET TABLESPACE": "ALTER DATABASE … SET TABLESPACE",
    "CREATE TABLESPACE": "CREATE TABLESPACE",
    "DROP TABLESPACE": "DROP TABLESPACE",
    "ALTER SYSTEM": "ALTER SYSTEM",
    "DISCARD ALL": "DISCARD ALL",
    "CREATE SUBSCRIPTION": "CREATE SUBSCRIPTION with a replication slot",
    "DROP SUBSCRIPTION": "DROP SUBSCRIPTION with a replication slot",
    "ALTER SUBSCRIPTION REFRESH": "ALTER SUBSCRIPTION with a refresh",
}

_CLUSTER_PARTITIONED = 15
_PARTITION_BY_PARTITION = 14  # since then REINDEX takes the partitions one by one, each in a transaction of its own


def _reindex(action: a.Reindex, schema: Schema, version: int) -> str:
    if action.kind in ("schema", "database", "system"):
        return f"REINDEX {action.kind.upper()}"
    if action.name is None or version < _PARTITION_BY_PARTITION:
        return ""
    index = schema.index(action.name) if action.kind == "index" else None
    table = index.table if index else action.name
    return f"REINDEX of a partitioned {action.kind}" if _is_partitioned(schema, table) else ""


def _is_partitioned(schema: Schema, name: a.Name) -> bool:
    table = schema.table(name)
    return table is not None and table.partitioned


def fails(action: a.Action, schema: Schema, version: int, beside: tuple[a.Action, ...] = ()) -> Failure | None:
    """The error that an action is certain to end with, whatever the tables hold; None where there is none to be told.

    `beside` are all actions of its statement: what they drop is gone as well. Being in a transaction is not looked
    at: that is `legal_in_transaction`.
    """
    from avion_lint.sql.effects.failing import failing  # noqa: PLC0415 - tables of cases, read when asked

    return failing(action, schema, version, beside)


def dropped_too(
    action: a.Drop | a.DropConstraint, schema: Schema, version: int, beside: tuple[a.Action, ...] = ()
) -> tuple[str, ...]:
    """Name what CASCADE drops beside the object, as far as the schema tells."""
    from avion_lint.sql.effects import dependence  # noqa: PLC0415 - as above
    from avion_lint.sql.effects.scope import Scope  # noqa: PLC0415 - as above

    return dependence.users(action, Scope(schema, version), beside)
