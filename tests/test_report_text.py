from __future__ import annotations

import pytest

from avion_lint.finding import Finding, Level
from avion_lint.record import replace
from avion_lint.report import text
from avion_lint.report.plain import width
from avion_lint.source import Place, Span
from tests import report_samples as samples

INDEX = """\
services/billing/migrations/00012_add_index.sql:2:1 error LK101 index-not-concurrent
  CREATE INDEX without CONCURRENTLY blocks every write to invoices until the index is built.

    2 | CREATE INDEX idx_invoices_customer ON invoices (customer_id);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

  Build it without blocking writers, in a migration of its own:

      -- +goose NO TRANSACTION
      -- +goose Up
      CREATE INDEX CONCURRENTLY idx_invoices_customer ON invoices (customer_id);

  services/billing/migrations/00003_invoices.sql:2: invoices was created here, and is on main since v1.2

1 error in 1 file; 1,184 migrations on origin/main are taken as applied, 2 judged
"""

JAPANESE = """\
サービス/請求/V2__索引 追加.sql:2:18 error CO101 column-dropped-in-use
  DROP COLUMN takes 旗 away while the running release may still read it.

    2 |     ALTER TABLE 請求書  DROP COLUMN "🎌旗", -- e\u0301
      |                         ^^^^^^^^^^^^^^^^^^^^^^^^ to line 3
"""


def test_a_finding_shows_place_effect_source_remedy_and_related_places() -> None:
    assert text.render(samples.verdict(samples.index_result())) == INDEX


def test_carets_are_right_under_wide_characters_tabs_and_combining_marks() -> None:
    assert text.render(samples.verdict(samples.japanese_result())).startswith(JAPANESE)


def test_a_clean_run_says_so_in_one_line() -> None:
    assert text.render(samples.clean()) == (
        "No findings; 1,184 migrations on origin/main are taken as applied, 2 judged\n"
    )


def test_a_run_that_judged_nothing_says_that() -> None:
    scope = replace(samples.SCOPE, judged=0, assumed="This is main itself, and nothing is uncommitted.")
    assert text.render(samples.verdict(scope=scope)) == (
        "No findings; This is main itself, and nothing is uncommitted, none judged\n"
    )


def test_the_summary_counts_levels_files_suppressed_and_unchecked() -> None:
    assert text.render(samples.everything()).splitlines()[-1] == (
        "2 errors, 1 warning, 1 info in 3 files; 1,184 migrations on origin/main are taken as applied, "
        "2 judged; 3 suppressed, 2 not checked"
    )


def test_unchecked_entries_are_always_printed_with_their_mend() -> None:
    report = text.render(samples.verdict(unchecked=samples.UNCHECKED))

    assert report.startswith(
        "services/billing/migrations/00013_backfill.go not checked\n"
        "  A Go migration: what it does cannot be read.\n"
        "\n"
        "db/V7__large.sql:3 not checked\n"
        "  It is not UTF-8 (byte 0xE9 at offset 120), so nothing in it was judged.\n"
        "  Save the file as UTF-8:\n"
        "      iconv -f WINDOWS-1252 -t UTF-8 db/V7__large.sql\n"
    )


def test_what_is_about_the_whole_repository_has_no_place() -> None:
    assert text.render(samples.verdict(unchecked=(samples.NO_HISTORY,))).startswith(
        "not checked\n  The history of the migrations: this is no git repository.\n"
    )


def test_a_finding_about_the_whole_repository_has_neither_place_nor_source() -> None:
    verdict = samples.verdict(samples.whole_result())

    assert text.render(verdict).splitlines() == [
        "error MG110 version-gap",
        "  Nobody can tell what is applied.",
        "",
        "  Fetch it.",
        "",
        "1 error; 1,184 migrations on origin/main are taken as applied, 2 judged",
    ]
    assert text.render(verdict, quiet=True).startswith("error MG110 version-gap: Nobody can tell")


def test_a_file_without_text_has_no_source_to_show() -> None:
    finding = Finding(Place(samples.EMPTY, Span(0, 0)), "It is empty.")
    report = text.render(samples.verdict(samples.result(samples.GAP, Level.ERROR, finding)))

    assert report.splitlines()[:3] == ["db/V9__empty.sql:1:1 error MG110 version-gap", "  It is empty.", ""]


def test_what_is_said_to_be_judged_is_said_once() -> None:
    scope = replace(samples.SCOPE, judged=0, assumed="on main itself, so nothing is judged")
    assert text.render(samples.verdict(scope=scope)) == "No findings; on main itself, so nothing is judged\n"


def test_quiet_gives_one_line_for_each_finding_and_nothing_when_clean() -> None:
    report = text.render(samples.everything(), quiet=True)

    assert len(report.splitlines()) == 4 + 2 + 1
    assert "\n\n" not in report
    assert text.render(samples.clean(), quiet=True) == ""
    assert text.render(samples.verdict(samples.index_result()), quiet=True).splitlines()[0] == (
        "services/billing/migrations/00012_add_index.sql:2:1 error LK101 index-not-concurrent: "
        "CREATE INDEX without CONCURRENTLY blocks every write to invoices until the index is built."
    )


def test_verbose_adds_notes_and_what_is_suppressed_with_its_reason() -> None:
    extra = (
        "services/billing/migrations/00012_add_index.sql:2:1 suppressed LK101 index-not-concurrent\n"
        "  by a comment in the file: the table has ten rows\n"
    )
    note = "\nThe base is origin/main, because GITHUB_BASE_REF says main.\n"

    assert extra in text.render(samples.everything(), verbose=True)
    assert note in text.render(samples.everything(), verbose=True)
    assert extra not in text.render(samples.everything())
    assert note not in text.render(samples.everything())


def test_colour_changes_nothing_but_colour() -> None:
    coloured = text.render(samples.verdict(samples.index_result()), colour=True)
    plain = coloured
    for attribute in ("1;31", "1", "2", "0"):
        plain = plain.replace(f"\x1b[{attribute}m", "")

    assert "\x1b[1;31merror\x1b[0m" in coloured
    assert plain == INDEX


@pytest.mark.parametrize("options", [{}, {"quiet": True}, {"verbose": True}])
def test_a_hostile_repository_reaches_neither_the_terminal_nor_the_runner(options: dict[str, bool]) -> None:
    report = text.render(samples.everything(), **options)

    for line in report.splitlines():
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


def test_lines_of_messages_and_source_fit_the_terminal() -> None:
    message = "a word after " * 30
    finding = Finding(samples.place(samples.LONG, "column_2000"), message)
    report = text.render(samples.verdict(samples.result(samples.GAP, Level.INFO, finding)), columns=60)

    lines = report.splitlines()[1:-1]
    assert max(map(width, lines)) <= 60
    assert " ".join(" ".join(lines[: lines.index("")]).split()) == message.strip()


def test_a_path_that_is_not_utf8_can_be_printed() -> None:
    unchecked = samples.UNCHECKED[0]
    report = text.render(samples.verdict(unchecked=(replace(unchecked, path="caf\udce9.sql"),)))

    assert report.startswith("caf\\xe9.sql not checked\n")
    report.encode()
