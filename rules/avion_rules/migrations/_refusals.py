"""The runners' errors in plain words: what is wrong with the file, and how to mend it."""

from __future__ import annotations

from avion_lint.record import record
from avion_lint.runners.migration import Runner


@record
class Refusal:
    """A sort of error: words that every error of the sort holds, what they mean, and the remedy.

    `hangs` tells that the runner gives no error at all and never comes to an end.
    """

    words: str
    meaning: str
    remedy: str
    hangs: bool = False


def explain(runner: Runner, error: str) -> Refusal:
    """Find the sort that an error is of; what is not known is left to the runner's own words."""
    known = _GOOSE if runner is Runner.GOOSE else _FLYWAY
    return next((refusal for refusal in known if refusal.words in error), _UNKNOWN)


_UNKNOWN = Refusal("", "it cannot read the file", "Change the file so that the runner's error goes away.")

_ANNOTATIONS = (
    "goose knows `-- +goose Up`, `-- +goose Down`, `-- +goose StatementBegin`, `-- +goose StatementEnd`, "
    "`-- +goose NO TRANSACTION`, `-- +goose ENVSUB ON` and `-- +goose ENVSUB OFF`, each alone on its line "
    "and spelt just so."
)

_GOOSE = (
    Refusal(
        "\\ufeff",
        "an invisible byte order mark stands before the first line, and goose takes it for SQL",
        "Save the file as UTF-8 without a byte order mark: `sed -i '1s/^\\xEF\\xBB\\xBF//' FILE`.",
    ),
    Refusal(
        "contains leading whitespace",
        "blanks stand before an annotation",
        "Put the annotation at the very start of its line.",
    ),
    Refusal(
        "contains multiple '+goose' annotations",
        "one line holds `+goose` twice",
        "Leave one annotation on the line.",
    ),
    Refusal("empty annotation", "`+goose` stands alone on a line", _ANNOTATIONS),
    Refusal(
        "not supported: invalid annotation",
        "a comment that holds `+goose` is taken for an annotation, and goose knows none of that name",
        f"{_ANNOTATIONS} In any other comment leave out the plus sign.",
    ),
    Refusal(
        "duplicate '-- +goose Up'",
        "a second `-- +goose Up` stands here",
        "Remove this line; one file is one migration.",
    ),
    Refusal(
        "stateMachine=0",
        "this line comes before any `-- +goose Up`",
        "Put `-- +goose Up` with its statements first, then `-- +goose Down` with its own.",
    ),
    Refusal(
        "must start with '-- +goose Up' annotation, stateMachine=4",
        "a second `-- +goose Down` stands here",
        "Remove this line; one file has one Down section.",
    ),
    Refusal(
        "must start with '-- +goose Up' annotation, stateMachine=",
        "the Down section begins before the `-- +goose StatementBegin` above it has been ended",
        "Put a line `-- +goose StatementEnd` above this one.",
    ),
    Refusal(
        "must start with '-- +goose Up' annotation, see",
        "there is no `-- +goose Up` line",
        "Put a line `-- +goose Up` above the first statement.",
    ),
    Refusal(
        "unexpected state 0",
        "something that is no `--` comment stands above the line `-- +goose Up`",
        "Move it below that line; a `/* … */` comment is written with `--` there.",
    ),
    Refusal(
        "StatementBegin' must be defined after",
        "one `-- +goose StatementBegin` stands inside another",
        "End the first block with `-- +goose StatementEnd` before this line, or remove this line.",
    ),
    Refusal(
        "StatementEnd' must be defined after",
        "no `-- +goose StatementBegin` stands above this line",
        "Put `-- +goose StatementBegin` on a line above the statement, or remove this line.",
    ),
    Refusal(
        "missing '-- +goose StatementEnd'",
        "the block that begins here is never ended",
        "Put a line `-- +goose StatementEnd` below the statement.",
    ),
    Refusal(
        "missing semicolon?",
        "the statement that ends here has no semicolon that goose sees: only one at the end of a line "
        "counts, with nothing but a `--` comment after a blank behind it",
        "End the statement's last line with `;`. A comment after it goes on its own line; a body with "
        "semicolons inside goes between `-- +goose StatementBegin` and `-- +goose StatementEnd`.",
    ),
    Refusal(
        "token too long",
        "a line is longer than 4 MiB",
        "Break the line, or load the data outside of the migrations.",
    ),
    Refusal(
        "variable substitution failed",
        "ENVSUB is on here and takes a dollar sign for the start of a variable",
        "Put `-- +goose ENVSUB OFF` above this statement, or write `$$` for each dollar sign that is meant.",
    ),
)

_FLYWAY = (
    Refusal(
        "both transactional and non-transactional",
        "the file mixes statements that must run inside a transaction with some that cannot",
        "Give the statements that cannot run in a transaction (CREATE INDEX CONCURRENTLY and the like) a "
        "migration of their own.",
    ),
    Refusal(
        "No value provided for placeholder",
        "Flyway replaces `${…}` everywhere, in comments and strings too, and knows no value for this one",
        "Set the placeholder (`flyway.placeholders.…`), or, where the text is meant as it is, put "
        "`placeholderReplacement=false` into a file of the same name with `.conf` added.",
    ),
    Refusal(
        "Failed to populate value for default placeholder",
        "Flyway has no placeholder of its own by that name",
        "Use one of Flyway's own (`flyway:defaultSchema`, `flyway:user`, `flyway:database`, "
        "`flyway:timestamp`, `flyway:filename`, `flyway:workingDirectory`, `flyway:table`, "
        "`flyway:environment`), or set `placeholderReplacement=false` in a file of the same name with "
        "`.conf` added.",
    ),
    Refusal(
        "Unknown configuration propert",
        "the script configuration beside it holds a key that Flyway does not know",
        "Only `executeInTransaction`, `encoding` and `placeholderReplacement` may stand there.",
    ),
    Refusal(
        "Invalid value for",
        "the script configuration beside it holds a switch that is neither true nor false",
        "Write `true` or `false`.",
    ),
    Refusal(
        "Incomplete statement",
        "for Flyway a block that begins here (`BEGIN ATOMIC`, `CASE`) is never ended",
        "End it with `END`; or write the body in dollar quotes, which Flyway does not look into.",
    ),
    Refusal(
        "never gets past the digit",
        "it makes no headway at a digit that is not one of 0 to 9",
        "Write the digit in ASCII, or put it into a string.",
        hangs=True,
    ),
    Refusal(
        "never gets to the end of these COPY data",
        "it looks for the line `\\.` that ends the data of COPY, and there is none",
        "End the data with a line that holds only `\\.`.",
        hangs=True,
    ),
)
