"""Words, heredocs and places: what the shell makes of quotes, true to the character in the document."""

from __future__ import annotations

import time

import pytest

from avion_lint.shell.origin import Piece, derive
from avion_lint.shell.read import Script, read
from avion_lint.shell.shells import Kind, Shell
from avion_lint.shell.words import PartKind
from avion_lint.source import UNKNOWN, Document, Excerpt, Segment, SourceMap, Span

pytest.importorskip("tree_sitter_bash")
BASH = Shell(Kind.BASH, pipefail=True)


def script(text: str) -> Script:
    return read(Excerpt.whole(Document("deploy.sh", text)), BASH)


def shapes(text: str) -> list[list[str]]:
    return [[word.shape for word in command.argv] for command in script(text).commands]


def test_quotes_and_backslashes_are_taken_away_as_the_shell_does() -> None:
    assert shapes(r"""'a b'"c\"d"e\ f $'x\ty' "a\
b" ''""") == [['a bc"de f', "x\ty", "ab", ""]]


def test_what_is_not_known_is_marked_and_the_rest_is_kept() -> None:
    (command,) = script('kubectl wait job/${NAME}-"$(date +%s)" --timeout=$((60 * 5))s').named("kubectl")
    job, timeout = command.argv[2:]

    assert job.shape == f"job/{UNKNOWN}-{UNKNOWN}"
    assert job.text is None
    assert [part.kind for part in job.parts] == [
        PartKind.LITERAL, PartKind.VARIABLE, PartKind.LITERAL, PartKind.SUBSTITUTION,
    ]  # fmt: skip
    assert timeout.parts[1].text == "60 * 5"


def test_a_word_with_several_expansions_and_slashes_is_one_word() -> None:
    assert shapes("aws s3 cp x s3://b/$E/$S/ y")[0][3:] == ["x", f"s3://b/{UNKNOWN}/{UNKNOWN}/", "y"]


def test_assignments_on_a_line_do_not_take_the_next_line_for_their_command() -> None:
    found = script("a=1 b=2\nc d\n")

    assert [(command.name, [each.name for each in command.assignments]) for command in found.commands] == [
        (None, ["a", "b"]),
        ("c", []),
    ]


@pytest.mark.parametrize(
    ("word", "empty"),
    [
        ("$X", True),
        ('"$X"', True),
        ("${X:-1}", False),
        ("${X:?no}", False),
        ("a$X", False),
        ("$?", False),
        ("''", True),
    ],
)
def test_a_word_may_be_empty_unless_something_of_it_is_there(word: str, empty: bool) -> None:
    assert script(f"goose down-to {word}").commands[0].argv[2].may_be_empty is empty


def test_places_are_characters_of_the_document_though_letters_are_not_ascii() -> None:
    text = 'echo "🔍 確認é" # コメント\npsql -c "\tSELECT \'日本\'"\r\ngoose up\n'
    found = script(text)
    (psql,) = found.named("psql")
    (goose,) = found.named("goose")

    assert psql.argv[2].text == "\tSELECT '日本'"
    assert psql.argv[2].where.place.text == "\"\tSELECT '日本'\""
    assert goose.place.text == "goose up"
    assert goose.place.start.line == 3


def test_expressions_of_github_are_unknown_and_kept() -> None:
    found = script("goose -dir ./${{ matrix.service || 'a}}b' }}/x up\necho '${{ secrets.X }}'")

    assert found.troubles == ()
    assert found.commands[0].argv[2].shape == f"./{UNKNOWN}/x"
    assert [each.text for each in found.expressions] == ["matrix.service || 'a}}b'", "secrets.X"]
    assert found.commands[1].argv[1].parts[0].text == "secrets.X"


def test_a_masked_template_is_unknown_wherever_it_stands() -> None:
    text = f'x=$(({UNKNOWN * 4} - 1))\n{UNKNOWN * 9} status\necho $A{UNKNOWN * 3} "{UNKNOWN}"\n'
    found = script(text)

    assert found.troubles == ()
    assert found.commands[1].name is None
    assert found.commands[2].argv[1].variables == ("A",)


def test_the_body_of_a_heredoc_is_what_the_command_reads() -> None:
    text = "cat <<EOF | kubectl apply -f -\na: \\$X\nb: ${Y}\nc: '$(date)'\nEOF\necho done\n"
    found = script(text)
    heredoc = found.commands[0].heredoc

    assert heredoc is not None
    assert heredoc.text.text == f"a: $X\nb: {UNKNOWN * 4}\nc: '{UNKNOWN * 7}'\n"
    at = heredoc.text.text.index("b:")
    assert heredoc.text.place(Span(at, at + 2)).start.line == 3
    assert [command.name for command in found.commands] == ["cat", "kubectl", "date", "echo"]


def test_a_quoted_delimiter_leaves_the_body_as_it_is_and_tabs_go_where_the_operator_says() -> None:
    quoted = script("cat > f <<'EOF'\n$X `y` \\$\nEOF\n").commands[0].heredoc
    tabs = script("cat <<-EOF\n\t\ta\n\tEOF\necho x\n")

    assert quoted is not None
    assert quoted.text.text == "$X `y` \\$\n"
    assert tabs.commands[0].heredoc is not None
    assert tabs.commands[0].heredoc.text.text == "a\n"
    assert tabs.commands[1].name == "echo"


def test_heredocs_in_substitutions_and_two_on_a_line_are_read() -> None:
    found = script('x="$(cat <<A\n) "\nA\n)"\ndiff /dev/fd/3 - 3<<B <<C\nb\nB\nc\nC\necho $((1 << 2))\n')
    texts = [each.heredoc.text.text for command in found.commands for each in command.redirects if each.heredoc]

    assert found.troubles == ()
    assert texts == [') "\n', "b\n", "c\n"]


def test_what_is_no_shell_is_told_and_the_rest_is_read() -> None:
    found = script("goose up\nif then ((\nfi\ngoose down\n")

    assert found.troubles
    assert {"up"} <= {word.shape for command in found.named("goose") for word in command.argv}


def test_derived_text_goes_back_through_every_layer() -> None:
    document = Document("w.yml", "run: |\n    a 'b c'\n    d\n")
    outer = SourceMap((Segment(0, 8, 11, 19), Segment(8, 10, 23, 25)))
    derived = derive([Piece("b c", 3, 6), Piece("!", 6, 8), Piece("d", 8, 9)], Excerpt(document, "a b c\nd", outer))

    assert derived.place(Span(0, 3)).text == "b c"
    assert derived.place(Span(3, 4)).text == "'\n"
    assert derived.place(Span(4, 5)).text == "d"


def test_deep_nesting_is_told_and_ends() -> None:
    deep = script("(" * 3000 + "goose up" + ")" * 3000)
    row = script(" && ".join(["a"] * 5000) + "\n" + " | ".join(["b"] * 5000))

    assert deep.troubles
    assert len(row.commands) == 10000


def test_time_grows_as_the_script_does() -> None:
    step = 'x=$(a | b "$C" | grep d) || rc=$?\npsql -c "select 1" &\na=1 b=2\ncat <<EOF > f\n$X\nEOF\n'
    durations = []
    for times in (100, 800):
        before = time.process_time()
        script(step * times)
        durations.append(time.process_time() - before)

    assert durations[1] < 8 * 3 * durations[0]
