from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator

from avion_lint import __version__
from avion_lint.finding import Finding, Level, Related
from avion_lint.pages.model import Example, ExampleFile, ExampleKind, Page, SafeWay
from avion_lint.record import replace
from avion_lint.report import sarif
from avion_lint.source import Document, Place, Span
from tests import report_samples as samples

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)

PAGE = Page(
    path="avion_rules/locks/index_not_concurrent.md",
    title="index-not-concurrent",
    summary="Find an index that is built while writers wait.",
    why="CREATE INDEX takes a **SHARE** lock.\n\nWriters wait.",
    when_fine="On a new table.",
    safe_way=(SafeWay("goose", "```sql\nCREATE INDEX CONCURRENTLY i ON t (a);\n```"),),
    examples=tuple(
        Example(
            kind,
            "",
            "",
            (ExampleFile("1.sql", f"-- {kind}\n", "sql", before=False, deleted=False, marks=(), page_lines=()),),
            1,
        )
        for kind in ExampleKind
    ),
    text="",
)


def run_of(report: str) -> dict[str, Any]:
    """The one run of a report that is valid SARIF and that GitHub takes."""
    log = json.loads(report)
    VALIDATOR.validate(log)
    problems = list(github_problems(log))
    assert problems == []
    (run,) = log["runs"]
    return run


def github_problems(log: dict[str, Any]) -> Iterator[str]:
    """What GitHub code scanning would refuse or not show, by its documentation of SARIF support."""
    if not log.get("$schema") or log["version"] != "2.1.0" or not log["runs"]:
        yield "head"
    for run in log["runs"]:
        driver = run["tool"]["driver"]
        if not driver["name"] or "results" not in run or len(run["results"]) > 25_000:
            yield "run"
        if not run["automationDetails"]["id"].endswith("/"):
            yield "the category is empty"
        for rule in driver["rules"]:
            yield from github_rule_problems(rule)
        for result in run["results"]:
            yield from github_result_problems(result, driver["rules"])


def github_rule_problems(rule: dict[str, Any]) -> Iterator[str]:
    texts = [rule[key]["text"] for key in ("shortDescription", "fullDescription", "help")]
    if not rule["id"] or len(rule["name"]) > 255 or not all(text.strip() for text in texts):
        yield f"{rule['id']}: required"
    if any(len(text) > 1024 for text in texts[:2]):
        yield f"{rule['id']}: too long"
    if rule["defaultConfiguration"]["level"] not in ("note", "warning", "error"):
        yield f"{rule['id']}: level"
    properties = rule["properties"]
    if len(properties["tags"]) > 10 or properties["precision"] not in ("very-high", "high", "medium", "low"):
        yield f"{rule['id']}: properties"
    if properties["problem.severity"] not in ("error", "warning", "recommendation"):
        yield f"{rule['id']}: severity"


def github_result_problems(result: dict[str, Any], rules: list[dict[str, Any]]) -> Iterator[str]:
    if rules[result["ruleIndex"]]["id"] != result["ruleId"] or not result["message"]["text"].strip():
        yield "result"
    if len(result["locations"]) != 1 or len(result["relatedLocations"]) > 100:
        yield "locations"
    if not result["partialFingerprints"]["primaryLocationLineHash"]:
        yield "fingerprint"
    region = result["locations"][0]["physicalLocation"]["region"]
    if region["startLine"] != region["endLine"]:
        yield "more than one line: not shown in a pull request"
    for location in (*result["locations"], *result["relatedLocations"]):
        yield from github_location_problems(location["physicalLocation"])
    ids = [location["id"] for location in result["relatedLocations"]]
    if len(ids) != len(set(ids)):
        yield "ids"


def github_location_problems(location: dict[str, Any]) -> Iterator[str]:
    region = location["region"]
    start = (region["startLine"], region["startColumn"])
    if min(*start, region["endLine"], region["endColumn"]) < 1:
        yield "counted from 1"
    if start > (region["endLine"], region["endColumn"]):
        yield "ends before it begins"
    uri = location["artifactLocation"]["uri"]
    if not uri or not uri.isascii() or not uri.isprintable() or "\\" in uri or " " in uri or ":" in uri:
        yield f"uri {uri}"


def region_of(result: dict[str, Any]) -> tuple[int, int, int, int]:
    region = result["locations"][0]["physicalLocation"]["region"]
    return region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]


def test_reports_are_valid_sarif_that_github_takes() -> None:
    run_of(sarif.render(samples.everything()))
    run_of(sarif.render(samples.everything(), {"LK101": PAGE}, include_suppressed=True))


def test_the_check_of_githubs_requirements_finds_what_github_refuses() -> None:
    log = json.loads(sarif.render(samples.everything()))
    run = log["runs"][0]
    run["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"] = 0
    run["results"][1]["locations"][0]["physicalLocation"]["region"]["endLine"] = 99
    run["tool"]["driver"]["rules"][0]["fullDescription"]["text"] = ""

    assert len(list(github_problems(log))) == 3


def test_a_run_without_results_still_has_the_list_so_that_alerts_close() -> None:
    run = run_of(sarif.render(samples.clean()))

    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_the_tool_is_named_with_its_version_and_category() -> None:
    run = run_of(sarif.render(samples.clean()))

    assert run["tool"]["driver"]["name"] == "avion-lint"
    assert run["tool"]["driver"]["semanticVersion"] == __version__
    assert run["automationDetails"] == {"id": "avion-lint/"}
    assert run["columnKind"] == "utf16CodeUnits"


def test_all_rules_that_were_on_are_listed_by_id_whether_they_found_something_or_not() -> None:
    clean, found = (run_of(sarif.render(verdict)) for verdict in (samples.clean(), samples.everything()))

    assert [rule["id"] for rule in clean["tool"]["driver"]["rules"]] == ["CO101", "LK101", "MG103", "MG110"]
    assert clean["tool"]["driver"]["rules"] == found["tool"]["driver"]["rules"]


def test_a_rule_that_reports_without_being_listed_as_on_is_described_as_well() -> None:
    run = run_of(sarif.render(samples.verdict(samples.index_result(), rules=())))

    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["LK101"]


def test_a_rule_carries_its_page_as_help() -> None:
    run = run_of(sarif.render(samples.clean(), {"LK101": PAGE}))
    other, rule = run["tool"]["driver"]["rules"][:2]

    assert rule["fullDescription"]["text"] == (
        "Find an index that is built while writers wait. CREATE INDEX takes a SHARE lock. Writers wait."
    )
    assert "CREATE INDEX takes a SHARE lock." in rule["help"]["text"]
    assert "CREATE INDEX takes a **SHARE** lock." in rule["help"]["markdown"]
    assert other["help"] == {"text": samples.DROP.summary, "markdown": samples.DROP.summary}


def test_a_rules_properties_follow_its_level() -> None:
    rules = run_of(sarif.render(samples.clean()))["tool"]["driver"]["rules"]

    assert rules[1]["defaultConfiguration"] == {"level": "error"}
    assert rules[1]["properties"] == {
        "tags": ["database-migrations", "locks"],
        "precision": "high",
        "problem.severity": "error",
    }
    assert rules[2]["properties"]["problem.severity"] == "warning"


def test_a_description_that_is_too_long_is_cut() -> None:
    wordy = replace(samples.INDEX, summary="word " * 1000)
    rules = tuple(replace(enabled, rule=wordy) for enabled in samples.clean().rules[:1])
    run = run_of(sarif.render(samples.verdict(rules=rules)))

    assert len(run["tool"]["driver"]["rules"][0]["shortDescription"]["text"]) <= 1024


def test_a_result_points_at_its_line_in_utf16_code_units() -> None:
    """Up to the place stand a tab, "ALTER TABLE ", three letters and a tab."""
    run = run_of(sarif.render(samples.verdict(samples.japanese_result())))
    (result,) = run["results"]

    assert region_of(result) == (2, 18, 2, 18 + len('DROP COLUMN "🎌旗", -- e\u0301') + 1)
    assert result["level"] == "error"
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == samples.JAPANESE.path
    assert uri.startswith("%E3%82%B5")


def test_a_place_of_several_lines_is_given_whole_as_a_related_location() -> None:
    (result,) = run_of(sarif.render(samples.verdict(samples.japanese_result())))["results"]
    whole = result["relatedLocations"][-1]

    assert whole["message"]["text"] == "The whole of it, lines 2 to 3."
    assert whole["physicalLocation"]["region"] == {
        "startLine": 2,
        "startColumn": 18,
        "endLine": 3,
        "endColumn": 16,
    }


def test_related_places_are_linked_from_the_message() -> None:
    (result,) = run_of(sarif.render(samples.verdict(samples.index_result())))["results"]

    assert result["message"]["text"].split("\n\n")[:2] == [
        "CREATE INDEX without CONCURRENTLY blocks every write to invoices until the index is built.",
        "See: [invoices was created here, and is on main since v1.2](1).",
    ]
    assert [location["id"] for location in result["relatedLocations"]] == [1]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("plain int[] stays", "plain int[] stays"),
        ("callbacks[42](0) is called", r"callbacks\[42\](0) is called"),
        ("[evil](1)", r"\[evil\](1)"),
        ("use `ALTER TABLE`", "use 'ALTER TABLE'"),
        ("argument {0}, but ${schema}", "argument {{0}}, but ${schema}"),
        ("a\x1b[2J", "a␛[2J"),
    ],
)
def test_a_message_is_text_and_never_a_link_or_a_placeholder(message: str, shown: str) -> None:
    finding = Finding(samples.place(samples.PLAIN, "DROP"), message)
    verdict = samples.verdict(samples.result(samples.GAP, Level.INFO, finding))
    (result,) = run_of(sarif.render(verdict))["results"]

    assert result["message"]["text"] == shown
    assert result["level"] == "note"


def test_brackets_and_backslashes_in_a_link_are_escaped() -> None:
    related = Related(samples.place(samples.PLAIN, "DROP"), r"para[0]\spans[2]")
    finding = replace(samples.index_result().finding, related=(related,), remedy="")
    (result,) = run_of(sarif.render(samples.verdict(replace(samples.index_result(), finding=finding))))["results"]

    assert result["message"]["text"].endswith(r"[para\[0\]\\spans\[2\]](1).")


def test_fingerprints_are_githubs_line_hash_and_our_own() -> None:
    """The line hash of "x = 1" in this file is a vector of github/codeql-action's own test."""
    document = Document("a.sql", "x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n")
    finding = Finding(samples.place(document, "x = 1"), "m")
    result = samples.result(samples.GAP, Level.INFO, finding, fingerprint="ab" * 16)
    (shown,) = run_of(sarif.render(samples.verdict(result)))["results"]

    assert shown["partialFingerprints"] == {
        "primaryLocationLineHash": "bb609acbe9138d60:1",
        "avionLint/v1": "ab" * 16,
    }


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "a\r\n", "a\n\n"])
def test_every_offset_of_any_text_makes_a_valid_result(text: str) -> None:
    document = Document("a.sql", text)
    found = [
        samples.result(samples.GAP, Level.INFO, Finding(Place(document, Span(start, end)), "m"))
        for start in range(len(text) + 1)
        for end in range(start, len(text) + 2)
    ]
    run_of(sarif.render(samples.verdict(*found)))


def test_hostile_paths_are_percent_encoded_and_come_back() -> None:
    (result,) = run_of(sarif.render(samples.verdict(samples.hostile_result())))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]

    assert unquote(uri) == samples.HOSTILE.path


def test_a_path_that_is_not_utf8_is_encoded_by_its_bytes() -> None:
    finding = Finding(Place(Document("caf\udce9.sql", "x"), Span(0, 1)), "m")
    (result,) = run_of(sarif.render(samples.verdict(samples.result(samples.GAP, Level.INFO, finding))))["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "caf%E9.sql"


def test_suppressed_results_are_left_out_because_github_would_open_them() -> None:
    verdict = samples.verdict(samples.header_result(), suppressed=samples.suppressed())
    (result,) = run_of(sarif.render(verdict))["results"]

    assert result["ruleId"] == "MG103"
    assert "suppressions" not in result


def test_suppressed_results_that_are_asked_for_are_marked_and_all_others_as_not_suppressed() -> None:
    verdict = samples.verdict(samples.header_result(), suppressed=samples.suppressed())
    results = run_of(sarif.render(verdict, include_suppressed=True))["results"]

    assert [result["suppressions"] for result in results] == [
        [],
        [{"kind": "inSource", "status": "accepted", "justification": "the table has ten rows"}],
        [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "agreed with the DBAs ␛[31m until 2026-12-31",
            }
        ],
        [{"kind": "external", "status": "accepted", "justification": "baseline"}],
    ]


def test_what_was_not_checked_is_a_notification_and_what_blocks_a_failed_run() -> None:
    run = run_of(sarif.render(samples.verdict(unchecked=samples.UNCHECKED)))
    (invocation,) = run["invocations"]
    limit, broken = invocation["toolExecutionNotifications"]

    assert invocation["executionSuccessful"] is False
    assert (limit["level"], broken["level"]) == ("warning", "error")
    assert broken["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert broken["message"]["text"].startswith("It is not UTF-8")
    assert "iconv" in broken["message"]["text"]


def test_what_was_not_checked_and_does_not_block_leaves_the_run_successful() -> None:
    run = run_of(sarif.render(samples.verdict(unchecked=(samples.NO_HISTORY,))))
    (invocation,) = run["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]

    assert invocation["executionSuccessful"] is True
    assert "locations" not in notification


def test_more_results_than_github_takes_are_cut_to_the_heaviest_and_that_is_said() -> None:
    light = samples.header_result()
    verdict = replace(samples.verdict(light), results=(*[light] * 25_001, samples.index_result()))
    log = json.loads(sarif.render(verdict))
    results, (invocation,) = log["runs"][0]["results"], log["runs"][0]["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]

    assert len(results) == 25_000
    assert results[-1]["ruleId"] == "LK101"
    assert notification["message"]["text"] == (
        "2 more results are left out, the lightest: GitHub takes at most 25,000 in a run."
    )


def test_a_long_message_is_cut() -> None:
    finding = Finding(samples.place(samples.PLAIN, "DROP"), "word " * 5000, "line\n" * 5000)
    (result,) = run_of(sarif.render(samples.verdict(samples.result(samples.GAP, Level.INFO, finding))))["results"]

    assert len(result["message"]["text"]) < 10_000


def test_equal_verdicts_give_equal_text_without_a_date() -> None:
    assert sarif.render(samples.everything()) == sarif.render(samples.everything())
    assert "Utc" not in sarif.render(samples.everything())
