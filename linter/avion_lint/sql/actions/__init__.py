"""Typed facts of a statement: what it does, to which object, in PostgreSQL's own words.

Every action carries `span`, the offsets of its clause in the text that was parsed. Names are as written:
`Name.schema` is None where the statement gives none; the schema model resolves them.
"""

from __future__ import annotations

from avion_lint.sql.actions.blocks import Action, DoBlock, Inner, Unseen, flattened, touched, unseen
from avion_lint.sql.actions.columns import AddColumn, AlterColumnType, DropColumn, DropNotNull, SetDefault, SetNotNull
from avion_lint.sql.actions.constraints import AddConstraint, DropConstraint, ValidateConstraint
from avion_lint.sql.actions.data import Delete, Insert, Update
from avion_lint.sql.actions.definitions import ColumnDefinition, ConstraintDefinition, ConstraintKind
from avion_lint.sql.actions.indexes import CreateIndex, Reindex
from avion_lint.sql.actions.names import Name, ObjectKind
from avion_lint.sql.actions.objects import (
    AlterRole,
    AlterSequence,
    CommentOn,
    CreateObject,
    CreateTrigger,
    Drop,
    Rename,
    SchemaUsage,
    SetSchema,
    SetSequence,
)
from avion_lint.sql.actions.session import (
    Call,
    Cluster,
    Command,
    SetVariable,
    TransactionControl,
    TransactionWord,
    Vacuum,
)
from avion_lint.sql.actions.tables import AlterTable, AttachPartition, CreateTable, DetachPartition, LockTable, Truncate
from avion_lint.sql.actions.types import AddEnumValue, AlterDomain, CreateType
from avion_lint.sql.actions.values import Bound, Expression, Term, Type
from avion_lint.sql.actions.views import ColumnUse, CreateView, Output, RefreshView
from avion_lint.sql.identifiers import identifier

__all__ = (
    "Action",
    "AddColumn",
    "AddConstraint",
    "AddEnumValue",
    "AlterColumnType",
    "AlterDomain",
    "AlterRole",
    "AlterSequence",
    "AlterTable",
    "AttachPartition",
    "Bound",
    "Call",
    "Cluster",
    "ColumnDefinition",
    "ColumnUse",
    "Command",
    "CommentOn",
    "ConstraintDefinition",
    "ConstraintKind",
    "CreateIndex",
    "CreateObject",
    "CreateTable",
    "CreateTrigger",
    "CreateType",
    "CreateView",
    "Delete",
    "DetachPartition",
    "DoBlock",
    "Drop",
    "DropColumn",
    "DropConstraint",
    "DropNotNull",
    "Expression",
    "Inner",
    "Insert",
    "LockTable",
    "Name",
    "ObjectKind",
    "Output",
    "RefreshView",
    "Reindex",
    "Rename",
    "SchemaUsage",
    "SetDefault",
    "SetNotNull",
    "SetSchema",
    "SetSequence",
    "SetVariable",
    "Term",
    "TransactionControl",
    "TransactionWord",
    "Truncate",
    "Type",
    "Unseen",
    "Update",
    "Vacuum",
    "ValidateConstraint",
    "flattened",
    "identifier",
    "touched",
    "unseen",
)
