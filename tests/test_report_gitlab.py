from __future__ import annotations

import json
from typing import Any

from avion_lint.report import gitlab
from tests import report_samples as samples


def entries(report: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(report)
    for entry in found:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert entry["location"]["lines"]["begin"] >= 1
        assert not entry["location"]["path"].startswith("./")
    return found


def test_a_finding_is_an_entry() -> None:
    assert entries(gitlab.render(samples.verdict(samples.index_result()))) == [
        {
            "description": f"LK101: {samples.index_result().finding.message}",
            "check_name": "LK101 index-not-concurrent",
            "fingerprint": "a" * 32,
            "severity": "critical",
            "location": {"path": "services/billing/migrations/00012_add_index.sql", "lines": {"begin": 2}},
        }
    ]


def test_levels_have_their_severity() -> None:
    severities = [entry["severity"] for entry in entries(gitlab.render(samples.everything()))]

    assert severities == ["info", "major", "critical", "critical", "major", "critical"]


def test_what_was_not_checked_is_an_entry_with_a_fingerprint_of_its_own() -> None:
    one, other = entries(gitlab.render(samples.verdict(unchecked=samples.UNCHECKED)))

    assert one["description"] == "Not checked: A Go migration: what it does cannot be read."
    assert one["location"]["lines"]["begin"] == 1
    assert other["location"] == {"path": "db/V7__large.sql", "lines": {"begin": 3}}
    assert one["fingerprint"] != other["fingerprint"]


def test_a_clean_run_is_an_empty_list_without_byte_order_mark() -> None:
    assert gitlab.render(samples.clean()) == "[]\n"


def test_hostile_paths_come_back_as_they_were() -> None:
    (entry,) = entries(gitlab.render(samples.verdict(samples.hostile_result())))

    assert entry["location"]["path"] == samples.HOSTILE.path
