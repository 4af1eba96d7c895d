"""Proof in a text itself that its SQL is for another database than PostgreSQL."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from avion_lint.pattern import DOTALL, IGNORECASE, MULTILINE, pattern
from avion_lint.record import record
from avion_lint.sql import actions as a
from avion_lint.sql.extract import extract
from avion_lint.sql.lexer import opaque_spans, statement_ends
from avion_lint.sql.parse import SyntaxProblem, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re


@record
class _Mark:
    """What only that database's SQL has, and how a statement with it is known not to be PostgreSQL's."""

    dialect: str
    reason: str
    pattern: re.Pattern[str]
    proof: Callable[[str], bool]


def _refused(statement: str) -> bool:
    """Whether PostgreSQL's grammar refuses the statement."""
    return isinstance(parse(statement), SyntaxProblem)


def _has_nvarchar(statement: str) -> bool:
    """Whether a column has the type NVARCHAR(…), which the grammar takes and no server knows."""
    parsed = parse(statement)
    if isinstance(parsed, SyntaxProblem):
        return True
    actions = (action for raw in parsed for action in extract(raw, statement))
    return any(_is_nvarchar(column) for action in actions for column in _columns(action))


def _columns(action: a.Action) -> tuple[a.Type, ...]:
    match action:
        case a.CreateTable():
            return tuple(column.type for column in action.columns)
        case a.AddColumn():
            return (action.column.type,)
        case a.AlterColumnType():
            return (action.type,)
    return ()


def _is_nvarchar(given: a.Type) -> bool:
    return given.name == "nvarchar" and bool(given.modifiers)


def _needs_go(statement: str) -> bool:
    """Whether the text is PostgreSQL's only if its GO lines part statements."""
    return _refused(statement) and not _refused(_GO.sub(";", statement))


def _mark(dialect: str, reason: str, source: str, proof: Callable[[str], bool] = _refused) -> _Mark:
    return _Mark(dialect, reason, pattern(source, IGNORECASE | MULTILINE), proof)


_MYSQL_ENGINES = "InnoDB|MyISAM|NDB|NDBCLUSTER|Aria|RocksDB|ARCHIVE|FEDERATED"
_INTEGER = r"\b(?:TINY|SMALL|MEDIUM|BIG)?INT(?:EGER)?(?:\s*\(\s*\d+\s*\))?"
_GO_LINE = r"^[ \t]*GO[ \t\r]*$"
_GO = pattern(_GO_LINE, IGNORECASE | MULTILINE)

# In order of weight: SQLite and ClickHouse take MySQL's backticks too, so what these alone have comes first.
_MARKS = (
    _mark("clickhouse", "an ENGINE of ClickHouse", r"\bENGINE\s*=\s*\w*MergeTree\b"),
    _mark("clickhouse", "ON CLUSTER, as only ClickHouse knows it", r"\bTABLE\b[^;()]*\sON\s+CLUSTER\s+['\"{\w]"),
    _mark("sqlite", "AUTOINCREMENT, as only SQLite knows it", r"\bPRIMARY\s+KEY\s+(?:ASC\s+|DESC\s+)?AUTOINCREMENT\b"),
    _mark("sqlite", "WITHOUT ROWID, as only SQLite knows it", r"\)\s*(?:STRICT\s*,\s*)?WITHOUT\s+ROWID\b"),
    _mark("sqlite", "PRAGMA, a command of SQLite", r"(?:\A|;)\s*PRAGMA\s+\w+"),
    _mark("mysql", "an ENGINE of MySQL", rf"\bENGINE\s*=?\s*(?:{_MYSQL_ENGINES})\b"),
    _mark(
        "mysql",
        "AUTO_INCREMENT, as MySQL and H2 know it",
        rf"(?:{_INTEGER}|\bNULL|\bKEY|\bUNSIGNED)\s+AUTO_INCREMENT\b|\)[^;()]*\bAUTO_INCREMENT\s*=\s*\d",
    ),
    _mark("mysql", "UNSIGNED numbers, as in MySQL", rf"{_INTEGER}\s+UNSIGNED\b"),
    _mark("mysql", "names in backticks, as in MySQL", r"`[^`\n]+`"),
    _mark("mysql", "ON UPDATE CURRENT_TIMESTAMP, as in MySQL", r"\bON\s+UPDATE\s+(?:CURRENT_TIMESTAMP|NOW\s*\()"),
    _mark("mysql", "a CHARSET, as in MySQL", r"\)[^;()]*\bCHARSET\s*="),
    _mark("tsql", "IDENTITY with a seed, as in SQL Server", r"\bIDENTITY\s*\(\s*\d+\s*,\s*\d+\s*\)"),
    _mark("tsql", "names in square brackets, as in SQL Server", r"\[\w+\]\s*\.\s*\[\w+\]|\bTABLE\s+\[\w+\]"),
    _mark("tsql", "the type NVARCHAR, as in SQL Server", r"\bNVARCHAR\s*\(\s*(?:MAX|\d+)\s*\)", _has_nvarchar),
    _mark("tsql", "GO between its statements, as in SQL Server", _GO_LINE, _needs_go),
)
# What a text without evidence rarely has, in small letters: a word, which is quick to look for, and what must follow.
_SIGNS = (
    ("`", pattern("`")),
    ("engine", pattern(r"engine\b")),
    ("cluster", pattern(r"\son\s+cluster\s")),
    ("increment", pattern("increment")),
    ("rowid", pattern(r"rowid\b")),
    ("pragma", pattern(r"pragma\b")),
    ("unsigned", pattern(r"unsigned\b")),
    ("update", pattern(r"update\s+(?:current_timestamp|now)")),
    ("charset", pattern(r"charset\b")),
    ("identity", pattern(r"identity\s*\(\s*\d")),
    ("]", pattern(r"\]\s*\.")),
    ("[", pattern(r"table\s+\[")),
    ("nvarchar", pattern(r"nvarchar\b")),
)
_GO_IN_SMALL = pattern(r"\n[ \t]*go[ \t\r]*(?:\n|\Z)")
_COPY_DATA = pattern(r"^[ \t]*COPY\b[^;]*\bFROM\s+STDIN\b[^;]*;[^\n]*\n(.*?)^\\\.", IGNORECASE | MULTILINE | DOTALL)
_LETTER = pattern(r"[^\n]")
_META_COMMAND = pattern(r"^[ \t]*\\.*$", MULTILINE)
_PLACEHOLDER = pattern(r"\$\{[^}\n]*\}")


def may_be_foreign(text: str) -> bool:
    """Whether a text has a word that can be evidence, in code or elsewhere; most have none."""
    lower = f"\n{text.lower()}"
    for word, sign in _SIGNS:  # every file is asked, and a generator takes twice as long
        if word in lower and sign.search(lower):
            return True
    # goose's own name is in each of its files, and does not count.
    return lower.count("go") > lower.count("goose") and bool(_GO_IN_SMALL.search(lower))


def evidence(text: str) -> tuple[str, str] | None:
    """Dialect, and what the text has that cannot be PostgreSQL's (`an ENGINE of MySQL`); None where nothing shows it.

    Only code counts: not strings, comments, dollar-quoted bodies, data of COPY, or psql's own commands, as
    PostgreSQL's lexical rules tell them apart. What PostgreSQL would accept is never evidence.
    """
    if not may_be_foreign(text):
        return None
    text = _PLACEHOLDER.sub(_name, _META_COMMAND.sub(_blank, _COPY_DATA.sub(_blank, text)))
    code = _code(text)
    ends = statement_ends(text)
    for mark in _MARKS:
        places = {_around(ends, found.start(), text): None for found in mark.pattern.finditer(code)}
        if any(mark.proof(text[start:end]) for start, end in places):
            return mark.dialect, mark.reason
    return None


def _blank(found: re.Match[str]) -> str:
    return _LETTER.sub(" ", found[0])


def _name(found: re.Match[str]) -> str:
    """Put a name for a placeholder, whose value nobody knows."""
    return "p" * len(found[0])


def _code(text: str) -> str:
    """Text with blanks for all that is not code; line ends stay."""
    pieces: list[str] = []
    at = 0
    for span in opaque_spans(text):
        pieces += text[at : span.start], _LETTER.sub(" ", text[span.start : span.end])
        at = span.end
    return "".join((*pieces, text[at:]))


def _around(ends: list[int], at: int, text: str) -> tuple[int, int]:
    """Start and end of the statement at that offset."""
    index = bisect_left(ends, at)
    return (ends[index - 1] + 1 if index else 0), (ends[index] if index < len(ends) else len(text))
