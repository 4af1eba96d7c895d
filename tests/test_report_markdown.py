from __future__ import annotations

import re

import pytest

from avion_lint.finding import Level
from avion_lint.record import replace
from avion_lint.report import markdown
from avion_lint.report.markdown_text import block, code, inline
from tests import report_samples as samples


def test_a_comment_begins_with_its_marker_and_the_counts() -> None:
    assert markdown.render(samples.everything()).splitlines()[:2] == [
        "<!-- avion-lint -->",
        "## avion-lint: 2 errors, 1 warning, 1 info",
    ]


def test_a_clean_run_says_so_and_what_was_judged() -> None:
    assert markdown.render(samples.clean()) == (
        "<!-- avion-lint -->\n## avion-lint: no findings\n\n"
        "1,184 migrations on origin/main are taken as applied, 2 judged.\n"
    )


def test_a_finding_shows_place_effect_related_places_and_remedy() -> None:
    (related,) = samples.index_result().finding.related
    remedy = "\n".join(["```text", *samples.REMEDY.splitlines(), "```"])

    assert markdown.render(samples.verdict(samples.index_result())) == (
        "<!-- avion-lint -->\n"
        "## avion-lint: 1 error\n"
        "\n"
        "**error** LK101 index-not-concurrent `services/billing/migrations/00012_add_index.sql:2:1`  \n"
        "CREATE INDEX without CONCURRENTLY blocks every write to invoices until the index is built.\n"
        "\n"
        f"- `services/billing/migrations/00003_invoices.sql:2` {related.message}\n"
        "\n"
        f"<details><summary>What to do</summary>\n\n{remedy}\n\n</details>\n"
        "\n"
        "1,184 migrations on origin/main are taken as applied, 2 judged.\n"
    )


def test_findings_stand_by_service_the_heaviest_first() -> None:
    results = (samples.header_result(), samples.index_result(), samples.japanese_result())
    report = markdown.render(samples.verdict(*results))
    order = re.findall(r"^### (.*)|^\*\*(\w+)\*\*", report, re.MULTILINE)

    assert [heading or level for heading, level in order] == ["billing", "error", "warning", "請求", "error"]


def test_what_was_not_checked_has_its_own_heading() -> None:
    report = markdown.render(samples.verdict(unchecked=samples.UNCHECKED))

    assert "### Not checked\n\n**not checked** `services/billing/migrations/00013_backfill.go`  \n" in report
    assert "iconv -f WINDOWS-1252" in report


def test_what_is_about_the_whole_repository_has_no_place() -> None:
    report = markdown.render(samples.verdict(unchecked=(samples.NO_HISTORY,)))

    assert "\n**not checked**  \nThe history of the migrations: this is no git repository.\n" in report


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a | b", r"a \| b"),
        ("<img src=x>", r"\<img src=x\>"),
        ("[a](https://evil.example)", "\\[a\\](https:\u2060//evil.example)"),
        ("*a* _b_ ~c~", r"\*a\* \_b\_ \~c\~"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("&lt;", r"\&lt;"),
        ("@team", "@\u2060team"),
        ("fixes #12 and GH-3", "fixes #\u206012 and GH-\u20603"),
        ("www.evil.example", "www\u2060.evil.example"),
        ("$$ x $$", r"\$\$ x \$\$"),
        ("one\n\n# two", "one # two"),
        ("\x1b[31m", r"␛\[31m"),
        ("a `b|c` d", "a `b|c` d"),
        ("a ` b", r"a \` b"),
        ("a `` b", "a  b"),
    ],
)
def test_text_has_no_meaning_in_markdown_but_code_in_backquotes(hostile: str, shown: str) -> None:
    assert inline(hostile) == shown


@pytest.mark.parametrize(
    ("text", "span"),
    [("a.sql", "`a.sql`"), ("a`b", "``a`b``"), ("a``b`", "``` a``b` ```"), ("a\nb", "`a b`"), ("", "")],
)
def test_a_code_span_cannot_be_closed_from_inside(text: str, span: str) -> None:
    assert code(text) == span


def test_a_block_cannot_be_closed_from_inside() -> None:
    assert block("````\n</details>\n") == ["`````text", "````", "</details>", "`````"]


def test_hostile_content_stays_in_its_place() -> None:
    report = markdown.render(samples.verdict(samples.hostile_result()))
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", report, flags=re.MULTILINE | re.DOTALL)
    outside = re.sub(r"(?<!`)(`{2})(?!`).*?(?<!`)\1(?!`)", "", outside)

    assert set(re.findall(r"(?<!\\)<[^>]*>", outside)) == {
        "<!-- avion-lint -->",
        "<details>",
        "<summary>",
        "</summary>",
        "</details>",
    }
    assert not re.search(r"@\w|#\d|://", outside)
    assert "##[" not in report


def test_a_comment_is_never_longer_than_github_takes_and_says_what_is_left_out() -> None:
    results = [samples.result(samples.INDEX, Level.ERROR, samples.index_result().finding)] * 500
    report = markdown.render(replace(samples.clean(), results=tuple(results)))
    shown = report.count("**error**")
    left_out = re.search(r"^\*\*(\d+) more entries\*\* did not fit here", report, re.MULTILINE)

    assert 60_000 < len(report) <= 65_536
    assert left_out
    assert shown + int(left_out[1]) == 500


def test_emoji_count_twice_towards_the_length_of_a_comment() -> None:
    finding = replace(samples.index_result().finding, message="🚀" * 1000)
    results = [samples.result(samples.INDEX, Level.ERROR, finding)] * 100
    report = markdown.render(replace(samples.clean(), results=tuple(results)))

    assert len(report.encode("utf-16-le")) // 2 <= 65_536


def test_a_finding_about_the_whole_repository_has_no_place() -> None:
    report = markdown.render(samples.verdict(samples.whole_result()))

    assert "**error** MG110 version-gap  \nNobody can tell what is applied.\n" in report
