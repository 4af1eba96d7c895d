"""SQL that commands send to a database: of psql, mysql and their kin, from options, heredocs and pipes."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.pattern import pattern
from avion_lint.record import record, replace
from avion_lint.shell.arguments import Arguments, Spelling, arguments
from avion_lint.shell.calls import Call
from avion_lint.shell.syntax import Simple
from avion_lint.shell.words import Word
from avion_lint.shell.wrappers import program
from avion_lint.source import UNKNOWN, Excerpt, Place, Span

_PSQL = Spelling(
    frozenset(
        "-c -d -f -F -h -L -o -p -P -R -T -U -v --command --dbname --file --field-separator --host --log-file --output "  # noqa: SIM905 - a list of words is read better
        "--port --pset --record-separator --table-attr --username --set --variable".split()
    ),
    first_operand_ends=False,
)
_MYSQL = Spelling(
    frozenset("-e -u -h -P -D -S --execute --user --host --port --database --socket --defaults-file".split()),  # noqa: SIM905 - as above
    first_operand_ends=False,
)
_COCKROACH = Spelling(
    frozenset("-e -f --execute --file --url --host --user -u -d --database --certs-dir".split()),  # noqa: SIM905 - as above
    first_operand_ends=False,
)
_SPELLINGS = {"psql": _PSQL, "pgcli": _PSQL, "usql": _PSQL, "mysql": _MYSQL, "mariadb": _MYSQL, "cockroach": _COCKROACH}
_TEXT = frozenset({"-c", "--command", "-e", "--execute"})
_FILE = frozenset({"-f", "--file"})
_META_LINE = pattern(r"^[ \t]*\\[^\n]*", 8)
_STOPS = pattern(r"^[ \t]*\\set[ \t]+ON_ERROR_STOP(?:[ \t]+(?:on|1|true))?[ \t]*$", 8)
_VARIABLE = pattern(r"(?<![:\w\]]):(?:'[A-Za-z_]\w*'|\"[A-Za-z_]\w*\"|[A-Za-z_]\w*)(?!:)")
_UNKNOWN_RUN = pattern(UNKNOWN + "+")
_ECHO_OPTIONS = frozenset({"-n", "-e", "-E", "-ne", "-en"})


@record
class Connection:
    """Words that say where to, as they are given; None where the command does not say."""

    host: Word | None = None
    port: Word | None = None
    user: Word | None = None
    database: Word | None = None
    dsn: Word | None = None


@record
class Client:
    """A client's call: what it is, where it connects, how it runs what it is given.

    `stops` tells whether it ends at the first error (psql's ON_ERROR_STOP), None where that is not known: a single
    `-c` always does, for its text is one request. `files` are scripts it reads (`-f`, `<`, `cat … |`).
    """

    call: Call
    program: str
    connection: Connection
    single_transaction: bool
    stops: bool | None
    files: tuple[Word, ...]
    texts: tuple[SqlText, ...]


@record
class SqlText:
    """SQL as a client gets it.

    `excerpt` leads it to the document; unknown stretches and psql's variables are letters of the same length, told in
    `unknown` as offsets `(start, end)`; lines that are psql's own are blank. `how` is the option or channel.
    """

    excerpt: Excerpt
    how: str
    unknown: tuple[tuple[int, int], ...]
    meta: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The SQL."""
        return self.excerpt.text

    def place(self, start: int, end: int) -> Place:
        """Place in the document of `[start, end)` of the SQL."""
        return self.excerpt.place(Span(start, end))


def client(call: Call) -> Client | None:
    """Read the call of a database client; None for any other command."""
    name = call.name
    if name not in _SPELLINGS:
        return None
    given = arguments(call.arguments, _SPELLINGS[name])
    texts = [
        _text(each.value.derived(), each.name)
        for each in given.options
        if each.name in _TEXT and each.value is not None
    ]
    files = [each.value for each in given.options if each.name in _FILE and each.value is not None]
    if not texts and (not files or any(word.text == "-" for word in files)):
        more, sources = _from_stdin(call)
        texts += more
        files = [word for word in (*files, *sources) if word.text != "-"]
    return Client(
        call, name, _connection(name, given), _is_single(given), _stops(name, given, texts), tuple(files), tuple(texts)
    )


def clients(calls: Iterator[Call] | tuple[Call, ...]) -> Iterator[Client]:
    """Every call of a database client."""
    return (found for call in calls if (found := client(call)) is not None)


def _is_single(given: Arguments) -> bool:
    return given.has("-1", "--single-transaction")


def _stops(name: str, given: Arguments, texts: list[SqlText]) -> bool | None:
    if name != "psql":
        return None
    values = [each.value for each in given.options if each.name in {"-v", "--set", "--variable"} and each.value]
    said = [word.shape.partition("=") for word in values]
    last = next((value for key, _, value in reversed(said) if key == "ON_ERROR_STOP"), None)
    if last is not None:
        return None if UNKNOWN in last else last.lower() not in {"0", "off", "false", "no", ""}
    return any(_STOPS.match(line) for text in texts for line in text.meta)


def _connection(name: str, given: Arguments) -> Connection:
    """Where a client connects to: an operand of psql with `=` or `://` is a connection string, the next one a user."""
    database = given.value("-d", "--dbname", "-D", "--database")
    operands = list(given.operands) if name != "cockroach" else []
    if database is None and operands:
        database = operands.pop(0)
    user = given.value("-U", "--username", "-u", "--user") or (operands[0] if operands and name == "psql" else None)
    host = given.value("-h", "--host")
    is_dsn = database is not None and ("://" in database.shape or "=" in database.shape)
    port = given.value("-p", "--port", "-P")
    return Connection(host, port, user, None if is_dsn else database, database if is_dsn else given.value("--url"))


def _from_stdin(call: Call) -> tuple[list[SqlText], list[Word]]:
    """SQL and files that reach a client through its standard input."""
    if (heredoc := call.stdin) is not None:
        return [_text(heredoc.text, "<<" if heredoc.delimiter else "<<<")], []
    files = [each.target for each in call.redirects if each.operator == "<" and each.target is not None]
    if files:
        return [], files
    return _from_pipe(call)


def _from_pipe(call: Call) -> tuple[list[SqlText], list[Word]]:
    member = call.command.membership
    if member is None or member.index == 0:
        if call.outer is not None and len(call.script.commands) == 1:
            return _from_pipe(call.outer)
        return [], []
    before = member.pipeline.parts[member.index - 1]
    return _written(before) if isinstance(before, Simple) else ([], [])


def _written(node: Simple) -> tuple[list[SqlText], list[Word]]:
    """What the command left of a pipe writes, if it is echo, printf or cat."""
    words = node.words[1:]
    match program(node.words):
        case "echo":
            return [_text(word.derived(), "echo") for word in words if word.text not in _ECHO_OPTIONS], []
        case "printf":
            found = words[1:] if words and (words[0].text or "").strip() in {"%s", "%s\\n"} else words[:1]
            return [_text(word.derived(), "printf") for word in found], []
        case "cat":
            heredocs = [each.heredoc for each in node.redirects if each.heredoc is not None]
            if heredocs:
                return [_text(heredocs[-1].text, "cat <<")], []
            return [], [word for word in words if not word.shape.startswith("-")]
    return [], []


def _text(given: Excerpt, how: str) -> SqlText:
    """Make a text that parses as SQL where it can, with every character still at its place."""
    text = given.text
    meta: list[str] = []
    unknown: list[tuple[int, int]] = []
    if "\\" in text:
        meta = [match[0] for match in _META_LINE.finditer(text)]
        text = _META_LINE.sub(lambda match: " " * len(match[0]), text)
    for found in (_UNKNOWN_RUN, _VARIABLE):
        unknown += [match.span() for match in found.finditer(text)]
    text = _UNKNOWN_RUN.sub(lambda match: "x" * len(match[0]), text)
    text = _VARIABLE.sub(lambda match: _placeholder(match[0]), text)
    return SqlText(replace(given, text=text), how, tuple(sorted(unknown)), tuple(meta))


def _placeholder(variable: str) -> str:
    """A literal for `:'name'`, a quoted name for `:"name"`, a name for `:name`."""
    quote = variable[1] if variable[1] in "'\"" else "x"
    return quote + "x" * (len(variable) - 2) + quote
