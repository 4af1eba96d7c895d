"""Verdicts made by hand, with the nastiest content that a repository can hold."""

from __future__ import annotations

from avion_lint.finding import Finding, Level, Related
from avion_lint.record import replace
from avion_lint.rule import Rule
from avion_lint.source import Document, Place, Span
from avion_lint.verdict import (
    EnabledRule,
    Result,
    Scope,
    Suppressed,
    SuppressedBy,
    Unchecked,
    Verdict,
    place_key,
)

INDEX = Rule(
    "LK101",
    "index-not-concurrent",
    "Find an index that is built while writers wait.",
    "avion_rules.locks.index_not_concurrent",
)
DROP = Rule(
    "CO101",
    "column-dropped-in-use",
    "Find a column that is dropped while the running release may still read it.",
    "avion_rules.compatibility.column_dropped_in_use",
)
HEADER = Rule(
    "MG103",
    "header-missing",
    "Find a migration without author and date.",
    "avion_rules.migrations.header_missing",
)
GAP = Rule("MG110", "version-gap", "Find a version that is left out.", "avion_rules.migrations.version_gap")
RULES = (INDEX, DROP, HEADER, GAP)

PLAIN = Document(
    "services/billing/migrations/00012_add_index.sql",
    "-- +goose Up\nCREATE INDEX idx_invoices_customer ON invoices (customer_id);\n\n"
    "-- +goose Down\nDROP INDEX idx_invoices_customer;\n",
)
EARLIER = Document(
    "services/billing/migrations/00003_invoices.sql",
    "-- +goose Up\nCREATE TABLE invoices (id bigint PRIMARY KEY, customer_id bigint);\n",
)
JAPANESE = Document(
    "サービス/請求/V2__索引 追加.sql",
    "\ufeff-- 請求書の検索を速くする 🚀\r\n"
    '\tALTER TABLE 請求書\tDROP COLUMN "🎌旗", -- e\u0301\r\n\tDROP COLUMN 備考;\r\n',
)
HOSTILE = Document(
    "::stop-commands::x/a b\n`|<img>%0A,;]]>\x1b[31m.sql",
    "SELECT '\x1b]0;owned\x07', '\x9b31m', '\u202edrop', ']]>', '##[add-mask]x', '\x00'; -- ${{ x }} `a` |\n",
)
LONG = Document("db/long.sql", "SELECT " + ", ".join(f"column_{n}" for n in range(4000)) + " FROM t;\n")
EMPTY = Document("db/V9__empty.sql", "")

SCOPE = Scope(
    services=3,
    migrations=1186,
    applied=1184,
    judged=2,
    assumed="1,184 migrations on origin/main are taken as applied",
    notes=("The base is origin/main, because GITHUB_BASE_REF says main.",),
)

REMEDY = """\
Build it without blocking writers, in a migration of its own:

    -- +goose NO TRANSACTION
    -- +goose Up
    CREATE INDEX CONCURRENTLY idx_invoices_customer ON invoices (customer_id);"""


def place(document: Document, text: str, after: int = 0) -> Place:
    """Place of a text in a document."""
    start = document.text.index(text, after)
    return Place(document, Span(start, start + len(text)))


def span_from(document: Document, first: str, last: str) -> Place:
    """Place from one text to the end of another."""
    start = document.text.index(first)
    return Place(document, Span(start, document.text.index(last, start) + len(last)))


def result(rule: Rule, level: Level, finding: Finding, service: str = "", fingerprint: str = "") -> Result:
    """Result with a fingerprint that is made up from its place where none is given."""
    made_up = f"{finding.place.span.start:016x}{finding.place.span.end:016x}"
    return Result(rule, level, finding, service, fingerprint or made_up)


def index_result() -> Result:
    """An error with a remedy of several lines and a related place."""
    finding = Finding(
        place(PLAIN, "CREATE INDEX idx_invoices_customer ON invoices (customer_id)"),
        "CREATE INDEX without CONCURRENTLY blocks every write to invoices until the index is built.",
        REMEDY,
        (
            Related(
                place(EARLIER, "CREATE TABLE invoices"),
                "invoices was created here, and is on main since v1.2",
            ),
        ),
        "public.invoices",
    )
    return result(INDEX, Level.ERROR, finding, "billing", "a" * 32)


def header_result() -> Result:
    """A warning at the very start of a file, at a place without length."""
    finding = Finding(Place(PLAIN, Span(0, 0)), "There is no line with the author and none with the date.")
    return result(HEADER, Level.WARNING, finding, "billing", "b" * 32)


def japanese_result() -> Result:
    """An error at a place of two lines between tabs, wide and combining characters, in a file with a BOM."""
    finding = Finding(
        span_from(JAPANESE, 'DROP COLUMN "🎌旗"', "備考"),
        "DROP COLUMN takes 旗 away while the running release may still read it.",
        "Deprecate the column first:\n\n    COMMENT ON COLUMN 請求書.備考 IS 'deprecated 2026-01-31';",
        (Related(place(JAPANESE, "備考"), "the other column [1](0)"),),
        "請求書.旗",
    )
    return result(DROP, Level.ERROR, finding, "請求", "c" * 32)


def hostile_result() -> Result:
    """A finding in which path, source and every text try to break out of each format."""
    nasty = "::error::x\x1b[2J `tick | <b>html</b> ]]> %0A @team #1 https://evil.example [a](1) {0} ##[add-path]/"
    finding = Finding(
        place(HOSTILE, "'##[add-mask]x', '\x00'"),
        nasty,
        f"```\n::add-mask::secret\n{nasty}\n</details>",
        (Related(place(HOSTILE, "SELECT"), nasty),),
        nasty,
    )
    return result(GAP, Level.INFO, finding, "a|b`<c>\n", "d" * 32)


def whole_result() -> Result:
    """An error about the repository as a whole."""
    finding = Finding(Place(Document(".", ""), Span(0, 0)), "Nobody can tell what is applied.", "Fetch it.")
    return result(GAP, Level.ERROR, finding)


def suppressed() -> tuple[Suppressed, ...]:
    """One suppressed result for each thing that can suppress."""
    reasons = {
        SuppressedBy.COMMENT: "the table has ten rows",
        SuppressedBy.EXCEPTION: "agreed with the DBAs \x1b[31m until 2026-12-31",
        SuppressedBy.BASELINE: "",
    }
    first = index_result()
    return tuple(
        Suppressed(replace(first, fingerprint=f"{number:032x}"), by, reason)
        for number, (by, reason) in enumerate(reasons.items())
    )


UNCHECKED = (
    Unchecked("services/billing/migrations/00013_backfill.go", None, "A Go migration: what it does cannot be read."),
    Unchecked(
        "db/V7__large.sql",
        3,
        "It is not UTF-8 (byte 0xE9 at offset 120), so nothing in it was judged.",
        "Save the file as UTF-8:\n    iconv -f WINDOWS-1252 -t UTF-8 db/V7__large.sql",
        blocks=True,
    ),
)
NO_HISTORY = Unchecked(".", None, "The history of the migrations: this is no git repository.")


def verdict(*results: Result, **parts: object) -> Verdict:
    """Verdict with these results; every rule of the samples was on."""
    documents = {found.finding.place.document for found in results} or {PLAIN}
    made = Verdict(
        scope=SCOPE,
        rules=tuple(EnabledRule(rule, Level.ERROR if rule in (INDEX, DROP) else Level.WARNING) for rule in RULES),
        results=tuple(sorted(results, key=place_key)),
        suppressed=(),
        unchecked=(),
        judged={document.path: document.sha256 for document in documents},
    )
    return replace(made, **parts)  # type: ignore[arg-type]


def clean() -> Verdict:
    """Verdict without findings."""
    return verdict()


def everything() -> Verdict:
    """Verdict with all there can be."""
    results = (index_result(), header_result(), japanese_result(), hostile_result())
    return verdict(*results, suppressed=suppressed(), unchecked=UNCHECKED)
