"""Comments turn rules off where they say, and those that say it wrong are told."""

from __future__ import annotations

import pytest

from avion_lint import tool
from avion_lint.judgement.suppression import Suppressions, read_suppressions
from avion_lint.rule import Rule
from avion_lint.rule_names import rule_names
from avion_lint.source import Document, Place, Span
from avion_lint.sql.lexer import comments as sql_comments
from avion_lint.yaml.comments import comments as yaml_comments
from avion_lint.yaml.reader import load_all

INDEX = Rule("LK101", "index-not-concurrent", "", "x")
DROP = Rule("CO101", "dropped-in-use", "", "x")
NAMES = rule_names([*tool.RULES, INDEX, DROP])


def spans(text: str, words: str) -> list[Span]:
    """Statements `CREATE …;` and so on: each of the given texts where it stands in the file."""
    found = []
    at = 0
    for word in words.split("|"):
        at = text.index(word, at)
        found.append(Span(at, at + len(word)))
        at += len(word)
    return found


def read(text: str, statements: str = "") -> tuple[Document, Suppressions]:
    document = Document("1.sql", text)
    found = spans(text, statements) if statements else []
    return document, read_suppressions(document, sql_comments(text), found, NAMES)


def covered(text: str, statements: str, rule: Rule = INDEX) -> list[str]:
    """Which of the statements a finding of the rule is suppressed in."""
    document, suppressions = read(text, statements)
    return [
        Place(document, span).text
        for span in spans(text, statements)
        if any(each.covers(rule, Place(document, span)) for each in suppressions.found)
    ]


def complaint(text: str) -> str:
    _, suppressions = read(text, "SELECT 1;")
    assert suppressions.found == ()
    (finding,) = suppressions.invalid
    return finding.message


def test_a_comment_holds_for_the_next_statement_only():
    text = "A;\n-- avion-lint: ignore[index-not-concurrent] small\nB;\nC;\n"

    assert covered(text, "A;|B;|C;") == ["B;"]


def test_other_comments_and_blank_lines_may_stand_between():
    text = "A;\n-- avion-lint: ignore[LK101] small\n\n/* more\nwords */\n-- and more\n\nB;\nC;\n"

    assert covered(text, "A;|B;|C;") == ["B;"]


def test_a_comment_inside_a_statement_holds_for_it():
    text = "A\n  -- avion-lint: ignore[LK101] small\n  x;\nB;\n"

    assert covered(text, "A\n  -- avion-lint: ignore[LK101] small\n  x;|B;") == [
        "A\n  -- avion-lint: ignore[LK101] small\n  x;"
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_comment_behind_a_statement_on_its_line_holds_for_it(end):
    text = f"A;{end}B; -- avion-lint: ignore[LK101] small{end}C;{end}"

    assert covered(text, "A;|B;|C;") == ["B;"]


def test_a_comment_behind_a_span_without_its_semicolon_holds_for_it():
    text = "A ; -- avion-lint: ignore[LK101] small\nB;\n"

    assert covered(text, "A|B;") == ["A"]


def test_a_comment_between_two_statements_of_one_line_holds_for_the_second():
    text = "A; /* avion-lint: ignore[LK101] small */ B;\n"

    assert covered(text, "A;|B;") == ["B;"]


def test_what_stands_between_the_comment_and_its_statement_is_covered_too():
    text = "A;\n-- avion-lint: ignore[LK101] small\n-- +goose StatementBegin\nB;\n"
    document, suppressions = read(text, "A;|B;")
    at = text.index("-- +goose")

    assert suppressions.found[0].covers(INDEX, Place(document, Span(at, at + 3)))


def test_a_comment_holds_only_for_the_rules_that_it_names():
    text = "-- avion-lint: ignore[index-not-concurrent] small\nA;\n"

    assert covered(text, "A;", DROP) == []


def test_a_comment_may_name_several_rules_by_name_and_id():
    text = "-- avion-lint: ignore[LK101,dropped-in-use  AV110] r\nA;\n"
    _, suppressions = read(text, "A;")

    assert [(each.rule.id, each.place.text) for each in suppressions.found] == [
        ("LK101", "LK101"),
        ("CO101", "dropped-in-use"),
        ("AV110", "AV110"),
    ]


def test_a_comment_for_the_file_holds_for_all_of_it():
    text = "-- avion-lint: ignore-file[LK101] old\nA;\nB;\n"
    document, suppressions = read(text, "A;|B;")

    assert covered(text, "A;|B;") == ["A;", "B;"]
    assert suppressions.found[0].covers(INDEX, Place(document, Span(0, 0)))
    assert not suppressions.found[0].covers(INDEX, Place(Document("2.sql", text), Span(0, 0)))


def test_a_comment_that_no_statement_follows_holds_for_nothing():
    text = "A;\n-- avion-lint: ignore[LK101] small\n"

    assert covered(text, "A;") == []
    assert len(read(text, "A;")[1].found) == 1


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("-- avion-lint: ignore[LK101] the table is small", "the table is small"),
        ("--avion-lint:ignore[LK101]small", "small"),
        ("-- avion-lint: ignore[LK101]: small: 10 rows", "small: 10 rows"),
        ("-- AVION-LINT: ignore [ LK101 ]   小さい表 🙂 ", "小さい表 🙂"),
        ("/* avion-lint: ignore[LK101] first\n   second */", "first second"),
        ("/** avion-lint: ignore[LK101] x*/", "x"),
        ("-- avion-lint ignore[LK101] no colon", "no colon"),
    ],
)
def test_the_reason_is_what_stands_behind_the_brackets(comment, reason):
    _, suppressions = read(f"{comment}\nA;\n", "A;")

    assert [(each.rule, each.reason) for each in suppressions.found] == [(INDEX, reason)]
    assert suppressions.invalid == ()


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("-- avion-lint: ignore[LK101]", "The comment gives no reason."),
        ("-- avion-lint: ignore[LK101] ...", "The comment gives no reason."),
        ("/* avion-lint: ignore[LK101] */", "The comment gives no reason."),
        ("-- avion-lint: ignore because", "The comment does not name the rule that it turns off."),
        ("-- avion-lint: ignore[] because", "The comment does not name the rule that it turns off."),
        ("-- avion-lint: ignore[ , ] because", "The comment does not name the rule that it turns off."),
        ("-- avion-lint: ignore[LK101 because", "The comment does not name the rule that it turns off."),
        ("-- avion-lint: ignor[LK101] r", "avion-lint does not know `ignor`; did you mean `ignore`?"),
        (
            "-- avion-lint: ignore_file[LK101] r",
            "avion-lint does not know `ignore_file`; did you mean `ignore-file`?",
        ),
        ("-- avion-lint: disable[LK101] r", "avion-lint does not know `disable`."),
        ("-- avion-lint:", "The comment says nothing that avion-lint knows."),
        (
            "-- avion-lint: ignore[index-not-concurent] r",
            "Part of the comment has no effect: no rule is called `index-not-concurent`; did you mean",
        ),
    ],
)
def test_a_comment_that_says_it_wrong_is_told(comment, message):
    assert message in complaint(f"{comment}\nSELECT 1;\n")


def test_an_unknown_rule_is_told_at_its_word_and_the_others_hold():
    text = "-- 注: x\n-- avion-lint: ignore[LK101, LK999] r\nA;\n"
    _, suppressions = read(text, "A;")
    (finding,) = suppressions.invalid

    assert (finding.place.text, finding.place.start.line, finding.place.start.column) == ("LK999", 2, 30)
    assert [each.rule for each in suppressions.found] == [INDEX]


def test_a_comment_for_the_file_behind_a_statement_is_told():
    _, suppressions = read("A;\n-- avion-lint: ignore-file[LK101] r\nB;\n", "A;|B;")

    assert suppressions.found == ()
    assert "first statement" in suppressions.invalid[0].message


@pytest.mark.parametrize(
    "comment",
    [
        "-- avion-lint is what checks these files",
        "-- see avion-lint: ignore[LK101] in the manual",
        "-- avion-linter: ignore[LK101] x",
        "-- no mention",
        "--",
        "/**/",
        "/*",
    ],
)
def test_other_comments_are_left_alone(comment):
    assert read(f"{comment}\nSELECT 1;\n")[1] == Suppressions()


def test_what_stands_in_a_string_is_no_comment():
    assert read("SELECT '-- avion-lint: ignore[LK101] x', $$ -- avion-lint: ignore[LK101] y\n $$;")[1] == Suppressions()


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_hold_with_a_byte_order_mark_and_any_line_end(mark, end):
    text = mark + end.join(["-- 🚀", "-- avion-lint: ignore[LK101, nope] 理由", "A;", ""])
    _, suppressions = read(text, "A;")

    assert suppressions.found[0].reason == "理由"
    assert (suppressions.invalid[0].place.text, suppressions.invalid[0].place.start.line) == ("nope", 2)
    assert covered(text, "A;") == ["A;"]


def test_yaml_has_the_same_comments_with_its_own_mark():
    text = "a: 1\n# avion-lint: ignore[LK101] why\nb: 2\nc: 3 # avion-lint: ignore[LK101]\n"
    document = Document("a.yaml", text)
    nodes = spans(text, "a: 1|b: 2|c: 3")
    read = read_suppressions(document, yaml_comments(document, load_all(document)), nodes, NAMES)

    assert [span for span in nodes if read.found[0].covers(INDEX, Place(document, span))] == [nodes[1]]
    assert [(f.message, f.remedy) for f in read.invalid] == [
        ("The comment gives no reason.", "Write `# avion-lint: ignore[rule-name] reason`.")
    ]
