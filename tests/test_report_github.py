from __future__ import annotations

from dataclasses import dataclass

from avion_lint.finding import Finding, Level
from avion_lint.record import replace
from avion_lint.report import github, text
from avion_lint.verdict import Verdict
from tests import report_samples as samples


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    message: str


def parse(line: str) -> Command:
    """A command as actions/runner reads it (ActionCommand.TryParseV2)."""
    assert line.startswith("::")
    end = line.index("::", 2)
    name, _, properties = line[2:end].partition(" ")
    pairs = dict(pair.split("=", 1) for pair in properties.split(",") if pair)
    return Command(name, {key: unescaped(value) for key, value in pairs.items()}, unescaped(line[end + 2 :]))


def unescaped(value: str) -> str:
    for token, replacement in (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25")):
        value = value.replace(replacement, token)
    return value


def commands(verdict: Verdict) -> list[Command]:
    return [parse(line) for line in github.commands(verdict).splitlines()]


def many(level: Level, number: int) -> list[object]:
    finding = Finding(samples.place(samples.PLAIN, "DROP"), "m")
    return [samples.result(samples.GAP, level, finding)] * number


def test_a_finding_is_an_annotation_on_its_line() -> None:
    (command,) = commands(samples.verdict(samples.index_result()))

    assert command.name == "error"
    assert command.properties == {
        "file": "services/billing/migrations/00012_add_index.sql",
        "line": "2",
        "endLine": "2",
        "col": "1",
        "endColumn": "61",
        "title": "LK101 index-not-concurrent",
    }
    assert command.message == "\n\n".join(
        [
            "CREATE INDEX without CONCURRENTLY blocks every write to invoices until the index is built.",
            samples.REMEDY,
            "services/billing/migrations/00003_invoices.sql:2: " + samples.index_result().finding.related[0].message,
        ]
    )


def test_a_place_of_several_lines_is_annotated_on_its_first() -> None:
    (command,) = commands(samples.verdict(samples.japanese_result()))

    assert (command.properties["line"], command.properties["endLine"]) == ("2", "2")
    assert (command.properties["col"], command.properties["endColumn"]) == ("18", "41")


def test_errors_come_first_then_warnings_then_notices() -> None:
    names = [command.name for command in commands(samples.everything())]

    assert names == ["error", "error", "error", "warning", "warning", "notice"]


def test_hostile_content_comes_back_as_it_was_and_makes_no_command_of_its_own() -> None:
    (command,) = commands(samples.verdict(samples.hostile_result()))

    assert command.properties["file"] == samples.HOSTILE.path.replace("\x1b", "�")
    assert command.properties["title"] == "MG110 version-gap"
    assert command.message.startswith("::error::x␛[2J `tick | <b>html</b> ]]> ")


def test_no_more_annotations_are_made_than_are_shown_and_the_rest_is_counted() -> None:
    found = [*many(Level.ERROR, 12), *many(Level.WARNING, 10), *many(Level.INFO, 11)]
    made = commands(samples.verdict(*found))  # type: ignore[arg-type]

    assert [[command.name for command in made].count(name) for name in ("error", "warning", "notice")] == [10] * 3
    assert made[-1].message == (
        "2 more errors, 2 more infos: GitHub shows 10 annotations of a kind. The log has all of them."
    )


def test_as_many_as_are_shown_need_no_notice() -> None:
    made = commands(samples.verdict(*many(Level.ERROR, 10)))  # type: ignore[arg-type]

    assert len(made) == 10


def test_a_message_is_cut_to_what_the_runner_passes_on() -> None:
    finding = Finding(samples.place(samples.PLAIN, "DROP"), "word " * 5000)
    (command,) = commands(samples.verdict(samples.result(samples.GAP, Level.INFO, finding)))

    assert len(command.message) == 4096
    assert command.message.endswith("…")


def test_what_was_not_checked_is_annotated() -> None:
    broken, limit = commands(samples.verdict(unchecked=samples.UNCHECKED))

    assert (broken.name, broken.properties) == (
        "error",
        {"file": "db/V7__large.sql", "line": "3", "title": "Not checked"},
    )
    assert limit.name == "warning"
    assert limit.message == "A Go migration: what it does cannot be read."


def test_what_is_about_the_whole_repository_is_annotated_without_a_file() -> None:
    (command,) = commands(samples.verdict(unchecked=(samples.NO_HISTORY,)))

    assert command.properties == {"title": "Not checked"}
    (command,) = commands(samples.verdict(samples.whole_result()))
    assert command.properties == {"title": "MG110 version-gap"}


def test_a_clean_run_makes_no_annotations() -> None:
    assert github.commands(samples.clean()) == ""


def test_the_log_has_the_text_report_before_the_annotations() -> None:
    verdict = samples.everything()

    assert github.render(verdict) == text.render(verdict) + github.commands(verdict)


def test_the_step_summary_is_never_larger_than_github_takes() -> None:
    long = replace(samples.index_result().finding, message="請求書 " * 500)
    results = [samples.result(samples.INDEX, Level.ERROR, long)] * 2000
    summary = github.step_summary(replace(samples.clean(), results=tuple(results)))

    assert len(summary.encode()) <= 1024 * 1024
    assert len(summary.encode()) > 1000 * 1024
    assert "more entries** did not fit here" in summary
