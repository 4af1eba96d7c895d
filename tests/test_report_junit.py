from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from avion_lint.finding import Finding, Level
from avion_lint.report import junit
from avion_lint.source import Document, Place, Span
from avion_lint.verdict import Verdict
from tests import report_samples as samples


def suites(verdict: Verdict) -> ET.Element:
    root = ET.fromstring(junit.render(verdict).encode())
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert int(element.attrib["tests"]) == len(cases)
        for counted, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.attrib[counted]) == sum(case.find(outcome) is not None for case in cases)
    return root


def test_an_error_is_a_failure_in_the_suite_of_its_file() -> None:
    (suite,) = suites(samples.verdict(samples.index_result()))
    (case,) = suite
    failure = case[0]

    assert suite.attrib["name"] == "services/billing/migrations/00012_add_index.sql"
    assert (case.attrib["name"], case.attrib["line"]) == ("LK101 index-not-concurrent 2:1", "2")
    assert failure.tag == "failure"
    assert failure.attrib["message"] == samples.index_result().finding.message
    assert failure.text is not None
    assert samples.REMEDY in failure.text
    assert "00003_invoices.sql:2: invoices was created here" in failure.text


def test_warnings_fail_and_infos_pass() -> None:
    root = suites(samples.verdict(samples.header_result(), samples.hostile_result()))

    assert (root.attrib["failures"], root.attrib["tests"]) == ("1", "2")
    assert [case.find("system-out") is not None for case in root.iter("testcase")] == [True, False]


def test_a_judged_file_without_findings_is_a_passed_test_case() -> None:
    (suite,) = suites(samples.clean())

    assert suite.attrib["name"] == samples.PLAIN.path
    assert [(case.attrib["name"], len(case)) for case in suite] == [("no findings", 0)]


def test_suppressed_results_are_skipped_with_their_reason() -> None:
    cases = list(suites(samples.verdict(suppressed=samples.suppressed())).iter("skipped"))

    assert [case.attrib["message"] for case in cases] == [
        "by a comment in the file: the table has ten rows",
        "by an exception in the settings: agreed with the DBAs ␛[31m until 2026-12-31",
        "by the baseline",
    ]


def test_what_was_not_checked_is_an_error_where_it_blocks_and_else_skipped() -> None:
    root = suites(samples.verdict(unchecked=samples.UNCHECKED))

    assert [error.attrib["message"][:15] for error in root.iter("error")] == ["It is not UTF-8"]
    assert [skipped.attrib["message"][:14] for skipped in root.iter("skipped")] == ["A Go migration"]


def test_suites_are_sorted_by_path() -> None:
    names = [suite.attrib["name"] for suite in suites(samples.everything())]

    assert names == sorted(names)
    assert len(names) == 5


@given(st.text(), st.text())
def test_any_text_makes_well_formed_xml_without_commands(message: str, path: str) -> None:
    finding = Finding(Place(Document(path, "x"), Span(0, 1)), message + "]]>", message)
    verdict = samples.verdict(samples.result(samples.GAP, Level.ERROR, finding), judged={})
    report = junit.render(verdict)

    suites(verdict)
    assert "]]>" not in report
    assert "##[" not in report
    assert not any(line.lstrip().startswith("::") for line in report.split("\n"))
