"""Names of objects and the kinds of objects that bear them."""

from __future__ import annotations

from enum import StrEnum

from avion_lint.record import record
from avion_lint.sql.identifiers import identifier


@record(order=True)
class Name:
    """Name of an object, folded as PostgreSQL folds it, with its schema where one is known."""

    schema: str | None
    name: str

    def __str__(self) -> str:
        return self.name if self.schema in (None, "public") else f"{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        """The name as SQL, quoted where it must be."""
        name = identifier(self.name)
        return name if self.schema is None else f"{identifier(self.schema)}.{name}"


class ObjectKind(StrEnum):
    """Kinds of objects, in the words of DROP, COMMENT ON and ALTER … RENAME."""

    TABLE = "table"
    FOREIGN_TABLE = "foreign table"
    COLUMN = "column"
    ATTRIBUTE = "attribute"
    CONSTRAINT = "constraint"
    INDEX = "index"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    SEQUENCE = "sequence"
    TYPE = "type"
    DOMAIN = "domain"
    ENUM_VALUE = "enum value"
    FUNCTION = "function"
    AGGREGATE = "aggregate"
    TRIGGER = "trigger"
    POLICY = "policy"
    RULE = "rule"
    SCHEMA = "schema"
    EXTENSION = "extension"
    PUBLICATION = "publication"
    STATISTICS = "statistics"
    OTHER = "object"
