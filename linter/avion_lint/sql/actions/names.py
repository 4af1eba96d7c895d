"""Names of objects and the kinds of objects that bear them."""

from __future__ import annotations

from collections import namedtuple

from avion_lint.enumeration import StrEnum
from avion_lint.sql.identifiers import identifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    class _Name(NamedTuple):
        schema: str | None
        name: str

else:
    _Name = namedtuple("_Name", ("schema", "name"))  # noqa: PYI024 - the typed one needs `typing` at start-up


class Name(_Name):
    """Name of an object, folded as PostgreSQL folds it, with its schema where one is known.

    A tuple, since it is the key under which schemas keep everything: tuples are hashed and compared fastest.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return self.name if self.schema in (None, "public") else f"{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        """The name as SQL, quoted where it must be."""
        name = identifier(self.name)
        return name if self.schema is None else f"{identifier(self.schema)}.{name}"


class ObjectKind(StrEnum):
    """Kinds of objects, in the words of DROP, COMMENT ON and ALTER … RENAME."""

    __hash__ = str.__hash__  # enumerations have a slow one, and these are parts of keys

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
