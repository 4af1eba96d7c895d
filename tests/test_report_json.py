from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from avion_lint.report import json_report
from avion_lint.source import Document
from tests import report_samples as samples


def schema() -> dict[str, Any]:
    return json.loads(files("avion_lint.report").joinpath("report.schema.json").read_text(encoding="utf-8"))


def valid(report: str) -> dict[str, Any]:
    value = json.loads(report)
    Draft202012Validator(schema()).validate(value)
    return value


def test_the_schema_is_a_schema_that_describes_every_field() -> None:
    Draft202012Validator.check_schema(schema())
    for name, part in schema()["$defs"].items():
        for field, definition in part.get("properties", {}).items():
            assert "description" in definition or "$ref" in definition, f"{name}.{field}"


def test_reports_are_valid() -> None:
    valid(json_report.render(samples.clean()))
    valid(json_report.render(samples.everything()))


def test_a_finding_has_exactly_the_documented_fields() -> None:
    report = valid(json_report.render(samples.verdict(samples.index_result())))

    assert report["findings"] == [
        {
            "id": "LK101",
            "rule": "index-not-concurrent",
            "level": "error",
            "path": "services/billing/migrations/00012_add_index.sql",
            "line": 2,
            "column": 1,
            "end_line": 2,
            "end_column": 61,
            "message": samples.index_result().finding.message,
            "remedy": samples.REMEDY,
            "related": [
                {
                    "path": "services/billing/migrations/00003_invoices.sql",
                    "line": 2,
                    "column": 1,
                    "end_line": 2,
                    "end_column": 22,
                    "message": "invoices was created here, and is on main since v1.2",
                }
            ],
            "fingerprint": "a" * 32,
            "service": "billing",
            "fix": None,
        }
    ]


def test_columns_count_characters_and_the_end_is_excluded() -> None:
    """Before it are a tab, 12 characters, 3 of the name and a tab; before its end a tab and 14 characters."""
    (finding,) = valid(json_report.render(samples.verdict(samples.japanese_result())))["findings"]

    assert [finding[key] for key in ("line", "column", "end_line", "end_column")] == [2, 18, 3, 16]


def test_suppressed_results_say_by_what_and_why() -> None:
    report = valid(json_report.render(samples.everything()))

    assert [(entry["by"], entry["reason"]) for entry in report["suppressed"]] == [
        ("comment", "the table has ten rows"),
        ("exception", "agreed with the DBAs \x1b[31m until 2026-12-31"),
        ("baseline", ""),
    ]


def test_unchecked_entries_say_why_and_how_to_mend_it() -> None:
    first, second = valid(json_report.render(samples.everything()))["unchecked"]

    assert first == {
        "path": "services/billing/migrations/00013_backfill.go",
        "line": None,
        "why": "A Go migration: what it does cannot be read.",
        "mend": "",
        "blocks": False,
    }
    assert (second["path"], second["line"], second["blocks"]) == ("db/V7__large.sql", 3, True)


def test_judged_files_have_the_sha256_of_their_bytes() -> None:
    """The expected value is sha256sum's for the bytes of a file with "SELECT 1;" and a line feed."""
    document = Document("a.sql", "SELECT 1;\n")
    report = valid(json_report.render(samples.verdict(judged={"a.sql": document.sha256})))

    assert report["judged"] == {"a.sql": "b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd"}


def test_the_summary_counts_and_says_what_was_assumed() -> None:
    summary = valid(json_report.render(samples.everything()))["summary"]

    assert summary == {
        "errors": 2,
        "warnings": 1,
        "infos": 1,
        "suppressed": 3,
        "unchecked": 2,
        "services": 3,
        "migrations": 1186,
        "applied": 1184,
        "judged": 2,
        "beside": 0,
        "assumed": "1,184 migrations on origin/main are taken as applied",
        "notes": ["The base is origin/main, because GITHUB_BASE_REF says main."],
    }


def test_text_comes_back_unchanged_and_nothing_reaches_the_terminal() -> None:
    report = json_report.render(samples.verdict(samples.hostile_result()))
    (finding,) = valid(report)["findings"]

    assert finding["path"] == samples.HOSTILE.path
    assert finding["message"] == samples.hostile_result().finding.message
    assert report.isascii()
    assert report.replace("\n", "").isprintable()
    assert "##[" not in report


def test_a_path_that_is_not_utf8_can_be_written() -> None:
    report = json_report.render(samples.verdict(judged={"caf\udce9.sql": "0" * 64}))

    assert list(valid(report)["judged"]) == ["caf\udce9.sql"]
    report.encode()


def test_equal_verdicts_give_equal_text() -> None:
    assert json_report.render(samples.everything()) == json_report.render(samples.everything())
