"""What counts, what does not, and what of the suppressions, exceptions and the baseline serves no purpose."""

from __future__ import annotations

from datetime import date

import pytest

from avion_lint import tool
from avion_lint.finding import Finding, Level
from avion_lint.judgement.baseline import parse, render
from avion_lint.judgement.fingerprint import fingerprint
from avion_lint.judgement.suppression import read_suppressions
from avion_lint.judgement.weigh import Scale, Weighed, weigh
from avion_lint.policy.in_force import Policy, effective
from avion_lint.policy.packs import load_pack
from avion_lint.record import replace
from avion_lint.rule import Rule
from avion_lint.rule_names import rule_names
from avion_lint.settings.model import Settings
from avion_lint.settings.reader import load
from avion_lint.source import Document, Place, Span
from avion_lint.sql.lexer import comments
from avion_lint.verdict import Found, SuppressedBy

INDEX = Rule("LK101", "index-not-concurrent", "", "x")
DROP = Rule("CO101", "dropped-in-use", "", "x")
RULES = (*tool.RULES, INDEX, DROP)
TODAY = date(2026, 6, 1)

PACK = "rules: {LK101: error, CO101: warning, AV105: warning, AV107: warning, AV108: info, AV109: info}"
TEXT = """\
-- a file
CREATE INDEX a ON users (x);
-- avion-lint: ignore[LK101] the table is small
CREATE INDEX b ON users (y);
CREATE INDEX a ON users (x);
"""
A, B, A_AGAIN = "CREATE INDEX a ON users (x);", "CREATE INDEX b ON users (y);", "CREATE INDEX a"


def settings(*lines: str) -> Settings:
    return load(Document("avion-lint.yaml", "\n".join(["policy: ours.yaml", *lines])), RULES)


def policy(of: Settings) -> Policy:
    return effective(load_pack("ours.yaml", RULES, lambda path: Document(path, PACK)), of)


def document(path: str = "u/1.sql", text: str = TEXT) -> Document:
    return Document(path, text)


def found(rule: Rule, file: Document, text: str, object_: str = "users", service: str = "u") -> Found:
    at = file.text.rindex(text)
    return Found(rule, Finding(Place(file, Span(at, at + len(text))), "m", object=object_), service)


def suppressions(*files: Document):
    statements = {file.path: [Span(m, file.text.index(";", m) + 1) for m in starts(file.text)] for file in files}
    return {
        file.path: read_suppressions(file, comments(file.text), statements[file.path], rule_names(RULES)).found
        for file in files
    }


def starts(text: str):
    at = text.find("CREATE")
    while at >= 0:
        yield at
        at = text.find("CREATE", at + 1)


def scale(of: Settings | None = None, **changes) -> Scale:
    of = of or settings()
    return replace(Scale(policy(of), TODAY, of.exceptions, judged={"u/1.sql": "u"}, known={"u/1.sql"}), **changes)


def exception(**changes: str) -> str:
    fields = {
        "rule": "LK101",
        "object": "users",
        "reason": "r",
        "owner": "o",
        "expires": "2026-12-31",
    } | changes
    return "{" + ", ".join(f"{key}: {value!r}" for key, value in fields.items()) + "}"


def counted(weighed: Weighed) -> list[str]:
    return [each.rule.name for each in weighed.results]


def test_a_finding_gets_its_level_and_a_fingerprint():
    (result,) = weigh([found(INDEX, document(), B)], scale()).results

    assert result.level is Level.ERROR
    assert result.fingerprint == fingerprint("LK101", "u/1.sql", "users", B, 0)
    assert result.service == "u"


def test_a_rule_that_is_off_finds_nothing():
    assert weigh([found(INDEX, document(), B)], scale(settings("rules: {LK101: off}"))) == Weighed((), ())


def test_a_level_can_depend_on_the_file():
    of = settings("paths: [{paths: [u], rules: {LK101: off}}]")
    weighed = weigh([found(INDEX, document(), B), found(INDEX, document("v/1.sql"), B)], scale(of))

    assert [each.finding.place.document.path for each in weighed.results] == ["v/1.sql"]


def test_findings_alike_are_told_apart_by_their_number_in_the_file():
    file = document(text="CREATE INDEX a;\nCREATE  INDEX\ta;\nCREATE INDEX a;")
    places = [Span(0, 15), Span(16, 32), Span(33, 48)]
    same = [Found(INDEX, Finding(Place(file, span), "m", object="users"), "u") for span in places]
    weighed = weigh(reversed(same), scale())

    assert [each.finding.place.span for each in weighed.results] == places
    assert [each.fingerprint for each in weighed.results] == [
        fingerprint("LK101", "u/1.sql", "users", "CREATE INDEX a;", n) for n in range(3)
    ]


def test_results_are_in_the_order_of_reports():
    file = document()
    weighed = weigh(
        [
            found(INDEX, file, B),
            found(INDEX, document("a/1.sql"), B),
            found(DROP, file, B),
            found(INDEX, file, "--"),
        ],
        scale(),
    )

    assert [(each.finding.place.document.path, each.rule.id) for each in weighed.results] == [
        ("a/1.sql", "LK101"),
        ("u/1.sql", "LK101"),
        ("u/1.sql", "CO101"),
        ("u/1.sql", "LK101"),
    ]


def test_a_comment_suppresses_with_its_reason():
    file = document()
    weighed = weigh([found(INDEX, file, B)], scale(suppressions=suppressions(file)))
    (suppressed,) = weighed.suppressed

    assert weighed.results == ()
    assert (suppressed.by, suppressed.reason) == (SuppressedBy.COMMENT, "the table is small")
    assert suppressed.result.level is Level.ERROR


def test_a_comment_does_not_suppress_another_statement_or_rule():
    file = document()
    weighed = weigh([found(INDEX, file, A_AGAIN), found(DROP, file, B)], scale(suppressions=suppressions(file)))

    assert counted(weighed) == ["unused-suppression", "dropped-in-use", "index-not-concurrent"]


def test_a_comment_that_suppresses_nothing_is_found_at_its_word():
    file = document()
    (result,) = weigh([], scale(suppressions=suppressions(file))).results

    assert (result.rule, result.level) == (tool.UNUSED_SUPPRESSION, Level.WARNING)
    assert result.finding.place.text == "LK101"
    assert result.finding.place.start.line == 3
    assert result.service == "u"


@pytest.mark.parametrize(
    "changes",
    [
        {"judged": {}},
        {"applied": {"u/1.sql"}},
        {"unclear": {"u/1.sql"}},
        {"policy": policy(settings("rules: {LK101: off}"))},
        {"policy": policy(settings("rules: {AV105: off}"))},
        {"policy": policy(settings()).narrowed([DROP], [])},
    ],
    ids=["not judged", "applied", "unclear", "rule off", "reporting off", "rule not selected"],
)
def test_a_comment_is_not_called_unused_where_that_cannot_be_known_or_mended(changes):
    file = document()

    assert weigh([], scale(suppressions=suppressions(file), **changes)).results == ()


def test_a_comment_is_not_called_unused_in_a_file_that_does_not_parse():
    file = document()
    broken = [found(tool.NOT_PARSED, file, A_AGAIN)]
    quiet = policy(settings("rules: {AV101: off}"))

    assert counted(weigh(broken, scale(suppressions=suppressions(file)))) == ["not-parsed"]
    assert counted(weigh(broken, scale(suppressions=suppressions(file), policy=quiet))) == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rule": "index-not-concurrent"},
        {"object": "us*"},
        {"object": "*"},
        {"service": "u"},
        {"service": "*"},
        {"path": "u"},
        {"path": "u/*.sql"},
        {"expires": "2026-06-01"},
    ],
)
def test_an_exception_accepts_what_it_names_up_to_its_last_day(changes):
    of = settings(f"exceptions: [{exception(**changes)}]")
    weighed = weigh([found(INDEX, document(), B)], scale(of, whole=True))

    assert weighed.results == ()
    assert [each.by for each in weighed.suppressed] == [SuppressedBy.EXCEPTION]
    assert weighed.suppressed[0].reason == f"r (o, until {changes.get('expires', '2026-12-31')})"


@pytest.mark.parametrize(
    "changes",
    [
        {"rule": "CO101"},
        {"object": "user"},
        {"object": "USERS"},
        {"object": "users.*"},
        {"service": "v"},
        {"path": "v"},
        {"path": "/1.sql"},
    ],
)
def test_an_exception_accepts_nothing_else(changes):
    of = settings(f"exceptions: [{exception(**changes)}]")

    assert counted(weigh([found(INDEX, document(), B)], scale(of))) == ["index-not-concurrent"]


def test_an_exception_whose_last_day_is_over_accepts_nothing_and_is_found_in_the_settings():
    of = settings("# 例外", f"exceptions: [{exception(expires='2026-05-31')}]")
    weighed = weigh([found(INDEX, document(), B)], scale(of, whole=True))
    expired, index = weighed.results

    assert (expired.rule, index.rule) == (tool.EXPIRED_EXCEPTION, INDEX)
    assert (expired.finding.place.document.path, expired.finding.place.start.line) == ("avion-lint.yaml", 3)
    assert "2026-05-31" in expired.finding.message
    assert expired.finding.object == "index-not-concurrent on users"


def test_an_expired_exception_is_found_even_when_little_is_judged():
    of = settings(f"exceptions: [{exception(expires='2026-05-31')}]")

    assert counted(weigh([], scale(of, judged={}))) == ["expired-exception"]


def test_an_exception_that_accepts_nothing_is_found_when_everything_was_judged():
    of = settings(f"exceptions: [{exception()}]")
    (result,) = weigh([], scale(of, whole=True)).results

    assert (result.rule, result.level, result.finding.place.start.line) == (
        tool.UNUSED_EXCEPTION,
        Level.INFO,
        2,
    )


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ([], {"whole": False}),
        (["rules: {LK101: off}"], {}),
        ([], {"unclear": {"u/1.sql"}}),
    ],
    ids=["a part was judged", "rule off", "a file was not clear"],
)
def test_an_exception_is_not_called_unused_where_that_cannot_be_known(lines, changes):
    of = settings(f"exceptions: [{exception()}]", *lines)

    assert weigh([], scale(of, **({"whole": True} | changes))).results == ()


def test_an_exception_for_other_files_than_the_unclear_one_is_still_found_unused():
    of = settings(f"exceptions: [{exception(path='v')}, {exception(service='v')}]")

    assert counted(weigh([], scale(of, whole=True, unclear={"u/1.sql"}))) == ["unused-exception"] * 2


def test_a_finding_that_a_comment_suppresses_also_uses_its_exception():
    file = document()
    of = settings(f"exceptions: [{exception()}]")
    weighed = weigh([found(INDEX, file, B)], scale(of, whole=True, suppressions=suppressions(file)))

    assert weighed.results == ()
    assert [each.by for each in weighed.suppressed] == [SuppressedBy.COMMENT]


def baseline(*of: Found):
    return parse(Document("avion-lint-baseline.json", render(weigh(of, scale()).results)))


def test_what_is_in_the_baseline_does_not_count_and_what_is_new_does():
    old, new = found(INDEX, document(), A), found(INDEX, document(), B)
    weighed = weigh([old, new], scale(baseline=baseline(old)))

    assert [each.finding for each in weighed.results] == [new.finding]
    assert [(each.by, each.result.finding) for each in weighed.suppressed] == [(SuppressedBy.BASELINE, old.finding)]
    assert weighed.suppressed[0].reason == "in avion-lint-baseline.json"


def test_the_baseline_holds_when_lines_move():
    old = found(INDEX, document(), B)
    moved = document(text="-- one more line\n\n" + TEXT)

    assert weigh([found(INDEX, moved, B)], scale(baseline=baseline(old))).results == ()


def test_an_entry_whose_finding_is_gone_is_found_in_the_baseline():
    old, gone = found(INDEX, document(), B), found(DROP, document(), B, "users.email")
    (stale,) = weigh([old], scale(baseline=baseline(old, gone))).results

    assert (stale.rule, stale.level) == (tool.STALE_BASELINE_ENTRY, Level.INFO)
    assert stale.finding.place.document.path == "avion-lint-baseline.json"
    assert stale.finding.place.text == fingerprint("CO101", "u/1.sql", "users.email", B, 0)
    assert "CO101 on users.email" in stale.finding.message


@pytest.mark.parametrize(
    "changes",
    [
        {"judged": {}},
        {"judged": {}, "whole": True},
        {"unclear": {"u/1.sql"}},
        {"policy": policy(settings("rules: {LK101: off}"))},
        {"policy": policy(settings()).narrowed([DROP], [])},
    ],
    ids=["not judged", "not judged but there", "unclear", "rule off", "rule not selected"],
)
def test_an_entry_is_not_called_stale_where_that_cannot_be_known(changes):
    assert weigh([], scale(baseline=baseline(found(INDEX, document(), B)), **changes)).results == ()


def test_an_entry_for_a_file_that_is_gone_is_stale_when_everything_was_judged():
    old = baseline(found(INDEX, document("gone/1.sql"), B))

    assert weigh([], scale(baseline=old)).results == ()
    assert weigh([], scale(baseline=old, whole=True, known=None)).results == ()
    (stale,) = weigh([], scale(baseline=old, whole=True)).results
    assert "not there any more" in stale.finding.message


def test_a_finding_that_a_comment_suppresses_is_not_stale_in_the_baseline():
    file = document()
    old = found(INDEX, file, B)
    weighed = weigh([old], scale(baseline=baseline(old), suppressions=suppressions(file)))

    assert weighed.results == ()
    assert [each.by for each in weighed.suppressed] == [SuppressedBy.COMMENT]


def test_the_same_findings_in_any_order_weigh_the_same():
    file = document()
    of = settings(f"exceptions: [{exception(object='x')}, {exception(expires='2026-01-01')}]")
    all_found = [found(INDEX, file, text) for text in (A, B, A_AGAIN)] + [found(DROP, file, B)]
    scales = scale(of, whole=True, suppressions=suppressions(file))

    assert weigh(all_found, scales) == weigh(reversed(all_found), scales)


def test_what_is_said_of_comments_and_exceptions_can_be_in_the_baseline():
    file = document()
    of = settings(f"exceptions: [{exception(expires='2026-01-01')}]")
    noisy = scale(of, suppressions=suppressions(file))
    first = weigh([], noisy)
    old = parse(Document("avion-lint-baseline.json", render(first.results)))
    second = weigh([], replace(noisy, baseline=old))

    assert counted(first) == ["expired-exception", "unused-suppression"]
    assert second.results == ()
    assert [each.by for each in second.suppressed] == [SuppressedBy.BASELINE] * 2
