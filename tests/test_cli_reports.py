"""What the command says and how it ends: formats, files, exit codes, and the other commands."""

import errno
import json
import os
import pty
import re
import select
import signal
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from tests.cli_helper import COMMAND, ROOT, environment, flyway, goose, indexes, makes
from tests.forked_helper import avion_lint, judged
from tests.git_helper import make_repo

INDEX = "db/00002_index.sql"
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "markdown")


@pytest.fixture(scope="module")
def repo(tmp_path_factory):
    """A repository with one error on its branch, a missing header (a warning), and something fine."""
    repo = make_repo(tmp_path_factory.mktemp("reports") / "repo")
    repo.commit({"db/00001_users.sql": makes("users")})
    repo.branch("change")
    repo.commit(
        {
            INDEX: indexes("users", "name"),
            "db/00003_notes.sql": makes("notes").replace("-- Author: Jo\n", ""),
            "db/00004_fine.sql": makes("fine"),
        }
    )
    return repo


FOUND = [("LK101", INDEX, 5), ("MG103", "db/00003_notes.sql", 1)]


# --- formats


def test_every_format_tells_of_the_same_findings_with_the_same_exit_code(repo):
    told = {name: avion_lint("--format", name, cwd=repo.path) for name in FORMATS}

    assert {run.code for run in told.values()} == {1}
    for name, run in told.items():
        for word in ("LK101", "MG103", INDEX, "db/00003_notes.sql"):
            assert word in run.out, (name, word)
        assert run.err == ""


def test_json_has_the_shape_of_its_schema(repo):
    schema = json.loads((ROOT / "linter/avion_lint/report/report.schema.json").read_text())
    report = judged(cwd=repo.path).report

    jsonschema.validate(report, schema)
    assert report["version"] == 1
    assert report["summary"]["errors"] == report["summary"]["warnings"] == 1
    finding = report["findings"][0]
    assert finding["message"] == "Blocks every write to users while the index builds."
    assert (finding["level"], finding["rule"], finding["service"]) == ("error", "index-not-concurrent", "db")
    assert (finding["line"], finding["column"]) == (5, 1)
    assert sorted(report["judged"]) == [INDEX, "db/00003_notes.sql", "db/00004_fine.sql"]


def test_sarif_beside_the_text_holds_the_same_and_leaves_the_exit_code(repo, tmp_path):
    file = tmp_path / "x.sarif"
    run = avion_lint("--sarif", file, cwd=repo.path)
    alone = avion_lint("--sarif", cwd=repo.path)

    assert run.code == alone.code == 1
    assert run.out == avion_lint(cwd=repo.path).out
    assert file.read_text() == alone.out == avion_lint("--format=sarif", cwd=repo.path).out
    (sarif,) = json.loads(alone.out)["runs"]
    places = [
        (
            result["ruleId"],
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            result["locations"][0]["physicalLocation"]["region"]["startLine"],
        )
        for result in sarif["results"]
    ]
    assert places == FOUND
    assert all("primaryLocationLineHash" in result["partialFingerprints"] for result in sarif["results"])


def test_sarif_does_not_write_over_a_migration(repo):
    run = avion_lint("--sarif", INDEX, cwd=repo.path)

    assert run.code == 2
    assert "ends in .sarif or .json" in run.err
    assert (repo.path / INDEX).read_text() == indexes("users", "name")
    assert avion_lint("--sarif", "--format=json", cwd=repo.path).code == 2


def test_machine_formats_are_what_they_say(repo):
    assert ET.fromstring(avion_lint("--format=junit", cwd=repo.path).out).get("failures") == "2"
    gitlab = json.loads(avion_lint("--format=gitlab", cwd=repo.path).out)
    assert [(entry["location"]["path"], entry["location"]["lines"]["begin"]) for entry in gitlab] == [
        (path, line) for _, path, line in FOUND
    ]


def test_equal_runs_give_equal_reports(repo):
    for name in ("json", "sarif"):
        first = avion_lint("--format", name, cwd=repo.path, PYTHONHASHSEED="1")
        assert first.out == avion_lint("--format", name, cwd=repo.path, PYTHONHASHSEED="2").out


def test_output_goes_to_a_file_whole_and_the_exit_code_stays(repo, tmp_path):
    file = tmp_path / "report.json"
    file.write_text("old")
    run = avion_lint("--format=json", "--output", file, cwd=repo.path)

    assert (run.code, run.out) == (1, "")
    assert json.loads(file.read_text()) == judged(cwd=repo.path).report
    assert list(tmp_path.iterdir()) == [file], "nothing is left beside it"
    assert file.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(("name", "why"), [("", "directory"), ("none/report.txt", "no such file or directory")])
def test_output_that_cannot_be_written_is_wrong_usage(repo, tmp_path, name, why):
    for option in ("--output", "--sarif"):
        suffix = ".sarif" if option == "--sarif" and name else ""
        target = tmp_path / f"folder.sarif{name}" if not name else tmp_path / f"{name}{suffix}"
        if not name:
            target.mkdir(exist_ok=True)
        run = avion_lint(option, target, cwd=repo.path)
        assert run.code == 2
        assert f"{target} cannot be written" in run.err
        assert why in run.err


def test_output_goes_through_links_and_into_devices_and_leaves_them_what_they_are(repo, tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    assert avion_lint("--output", tmp_path / "link.txt", cwd=repo.path).code == 1
    assert (tmp_path / "link.txt").is_symlink()
    assert "LK101" in (tmp_path / "real.txt").read_text()

    os.mkfifo(tmp_path / "pipe.json")
    reader = subprocess.Popen(["cat", tmp_path / "pipe.json"], stdout=subprocess.PIPE)
    assert avion_lint("--format=json", "--output", tmp_path / "pipe.json", cwd=repo.path).code == 1
    assert json.loads(reader.communicate(timeout=30)[0])["version"] == 1
    assert (tmp_path / "pipe.json").is_fifo()


def test_output_is_never_written_over_a_migration(repo):
    run = avion_lint("--output", "db/00001_users.sql", "db/00004_fine.sql", cwd=repo.path)

    assert run.code == 2
    assert (repo.path / "db/00001_users.sql").read_text() == makes("users")


def test_quiet_is_one_line_a_finding_and_nothing_where_all_is_well(repo):
    assert len(avion_lint("-q", cwd=repo.path).out.splitlines()) == 3
    assert avion_lint("-q", "db/00004_fine.sql", cwd=repo.path).out == ""


def test_verbose_says_what_was_assumed_of_each_service(repo):
    assert "db: 4 migrations for goose in db, postgresql 15" in avion_lint("-v", cwd=repo.path).out


# --- GitHub


def test_under_github_actions_annotations_and_the_summary_come_by_themselves(repo, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    run = avion_lint(cwd=repo.path, **variables)

    assert run.code == 1
    assert f"::error file={INDEX},line=5,endLine=5,col=1," in run.out
    assert "title=LK101 index-not-concurrent::" in run.out
    assert "::warning file=db/00003_notes.sql,line=1," in run.out
    assert summary.read_text().startswith("before\n<!-- avion-lint")
    assert "LK101" in summary.read_text()
    asked = avion_lint("--format=text", cwd=repo.path, **variables)
    assert "::error" not in asked.out


def test_what_git_cannot_tell_is_annotated_too(repo):
    run = avion_lint(cwd=repo.path, GITHUB_ACTIONS="true", GITHUB_BASE_REF="gone")

    assert run.code == 3
    assert "::error title=AV104 history-unknown::" in run.out


def test_a_step_summary_that_cannot_be_written_is_said_and_changes_nothing(repo, tmp_path):
    run = avion_lint(cwd=repo.path, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(tmp_path))

    assert run.code == 1
    assert "step summary cannot be written" in run.err


# --- exit codes and what is run


def test_the_fail_level_decides_between_clean_and_not(repo):
    warned = ("db/00003_notes.sql",)
    assert avion_lint(*warned, cwd=repo.path).code == 0
    assert avion_lint("--fail-on=error", *warned, cwd=repo.path).code == 0
    assert avion_lint("--fail-on=warning", *warned, cwd=repo.path).code == 1
    assert avion_lint("--fail-on=info", *warned, cwd=repo.path).code == 1
    assert avion_lint("--fail-on=off", *warned, cwd=repo.path).code == 2
    assert avion_lint("--exit-zero", cwd=repo.path).code == 0


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--select=LK101"], {"LK101"}),
        (["--select=index-not-concurrent"], {"LK101"}),
        (["--select=LK"], {"LK101"}),
        (["--select=locks"], {"LK101"}),
        (["--select=HI,MG103", "--select=LK101"], {"LK101", "MG103"}),
        (["--ignore=LK101"], {"MG103"}),
        (["--ignore=missing-header,LK"], set()),
        (["--select=LK", "--ignore=LK101"], set()),
    ],
)
def test_rules_are_chosen_by_id_name_and_family(repo, options, ids):
    run = judged(*options, cwd=repo.path)

    assert {id_ for id_, _, _ in run.found} == ids
    assert run.code == int("LK101" in ids)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (
            "--select=index-not-concurent",
            "no rule is called `index-not-concurent`; did you mean `index-not-concurrent`?",
        ),
        ("--ignore=LK999", "no rule is called `LK999`; did you mean `LK"),
        ("--select=", "--select names no rule"),
        ("--ignore=,", "--ignore names no rule"),
        ("--policy=strickt", "no policy is called `strickt`; did you mean `strict`?"),
        ("--policy=none.yaml", "none.yaml"),
        ("--settings=none.yaml", "none.yaml cannot be read: no such file or directory"),
        ("--format=xml", "invalid choice: 'xml'"),
        ("--al", "unrecognized arguments: --al"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_meant(repo, option, said):
    run = avion_lint(option, cwd=repo.path)

    assert run.code == 2
    assert said in run.err
    assert run.out == ""


def test_two_ways_of_saying_what_is_judged_are_one_too_many(repo):
    assert avion_lint("--all", "--staged", cwd=repo.path).code == 2


def test_another_policy_weighs_otherwise(repo):
    (strict,) = (f["level"] for f in judged("--policy=strict", cwd=repo.path).report["findings"] if f["id"] == "MG103")

    assert strict == "error"


def test_version_and_help(repo):
    assert re.fullmatch(r"avion-lint \d+\.\d+\.\d+\n", avion_lint("--version", cwd=repo.path).out)
    assert avion_lint("-V", "--all", cwd=repo.path).out == avion_lint("--version", cwd=repo.path).out
    for words in (["--help"], ["show", "--help"], ["rules", "-h"], ["explain", "-h"], ["baseline", "-h"]):
        run = avion_lint(*words, cwd=repo.path)
        assert (run.code, run.err) == (0, "")
        assert run.out.startswith("usage: avion-lint")


def test_lint_is_the_command_that_needs_no_name(repo):
    assert avion_lint("lint", "-q", cwd=repo.path) == avion_lint("-q", cwd=repo.path)


def test_a_folder_called_like_a_command_is_still_a_path(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"show/00001_users.sql": makes("users")})
    repo.write("show/00002_index.sql", indexes("users", "name"))

    assert judged("./show", cwd=repo.path).found == [("LK101", "show/00002_index.sql", 5)]


# --- streams


def on_terminal(repo, *arguments, **variables):
    """Run avion-lint on a pseudo terminal and give back what it showed."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=repo.path,
        env=environment(repo.path.parent, TERM="xterm", **variables),
        stdout=follower,
        stderr=follower,
        stdin=subprocess.DEVNULL,
    )
    os.close(follower)
    shown = b""
    while select.select([leader], [], [], 30)[0]:
        try:
            part = os.read(leader, 65536)
        except OSError as error:
            assert error.errno == errno.EIO  # noqa: PT017 - the other end is closed
            break
        shown += part
        if not part:
            break
    process.wait(30)
    os.close(leader)
    return shown.decode()


def test_colour_is_for_terminals_that_want_it(repo):
    assert "\x1b[" in on_terminal(repo)
    assert "\x1b[" not in on_terminal(repo, NO_COLOR="1")
    assert "\x1b[" not in on_terminal(repo, "--color=never")
    assert "\x1b[" not in avion_lint(cwd=repo.path).out
    assert "\x1b[" in avion_lint("--color=always", cwd=repo.path, NO_COLOR="1").out


@pytest.mark.parametrize("words", ["", "--format=json", "rules", "explain LK101", "--help", "show db"])
def test_a_reader_that_goes_away_is_no_trouble(repo, words):
    command = f'"{COMMAND[0]}" -m avion_lint {words}'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | true; echo ${{PIPESTATUS[0]}}"],
        cwd=repo.path,
        env=environment(repo.path.parent),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout == ("1\n" if words in ("", "--format=json") else "0\n"), "the verdict stays what it is"


def test_a_full_disk_under_standard_output_is_said(repo):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            COMMAND,
            cwd=repo.path,
            env=environment(repo.path.parent),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert done.stderr == "avion-lint: standard output cannot be written: no space left on device\n"


def test_closed_streams_change_nothing_about_the_verdict(repo):
    done = subprocess.run(
        ["bash", "-c", f'"{COMMAND[0]}" -m avion_lint >&- 2>&-; exit $?'],
        cwd=repo.path,
        env=environment(repo.path.parent),
        check=False,
        timeout=60,
    )
    assert done.returncode == 1


def test_a_folder_that_is_gone_is_wrong_usage(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import os, sys; os.rmdir({str(gone)!r}); from avion_lint.cli import run; sys.exit(run([]))"
    done = subprocess.run(
        [COMMAND[0], "-c", code], cwd=gone, env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        "avion-lint: the folder that this was started in is not there any more\n",
    )


def test_a_locale_without_unicode_still_gets_a_report(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({"db/00001_größe.sql": goose("CREATE TABLE größe (länge int);", "DROP TABLE größe;")})
    repo.write("db/00002_größe.sql", indexes("größe", "länge"))

    for variables in ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
        run = avion_lint(cwd=repo.path, **variables)
        assert run.code == 1
        assert "Blocks every write to größe while the index builds." in run.out


def test_ctrl_c_ends_quietly_with_130(repo):
    process = subprocess.Popen(
        [*COMMAND, "--stdin-filename", "db/00009_x.sql"],
        cwd=repo.path,
        env=environment(repo.path.parent),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_until_it_reads(process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert (out, err) == (b"", b"")


def wait_until_it_reads(process):
    """Wait until the process waits for its standard input, which nobody writes to."""
    wchan, stat = Path(f"/proc/{process.pid}/wchan"), Path(f"/proc/{process.pid}/syscall")
    for _ in range(600):
        if "pipe_read" in wchan.read_text() or stat.read_text().startswith("0 0x0 "):
            return
        time.sleep(0.02)
    raise AssertionError("it never read its standard input")


# --- the other commands


def test_rules_are_listed_by_family_with_their_levels(repo):
    run = avion_lint("rules", cwd=repo.path)

    assert run.code == 0
    assert re.search(r"^  LK101  index-not-concurrent +error +An index", run.out, re.MULTILINE)
    assert re.search(r"^  AV104  history-unknown +error ", run.out, re.MULTILINE)
    assert "| LK101 [index-not-concurrent](rules/avion_rules/locks/index_not_concurrent.md)" in (
        avion_lint("rules", "--format=markdown", cwd=repo.path).out
    )
    assert avion_lint("rules", "--policy=strict", cwd=repo.path).out != run.out
    assert avion_lint("rules", "--policy=strict-ish", cwd=repo.path).code == 2


def test_explain_takes_id_and_name_and_knows_what_was_meant(repo):
    by_id, by_name = (avion_lint("explain", word, cwd=repo.path) for word in ("HI101", "applied-migration-edited"))

    assert by_id.code == 0
    assert by_id.out == by_name.out
    assert "applied-migration-edited" in by_id.out
    assert avion_lint("explain", "AV104", cwd=repo.path).code == 0
    wrong = avion_lint("explain", "aplied-migration-edited", cwd=repo.path)
    assert wrong.code == 2
    assert "did you mean `applied-migration-edited`?" in wrong.err


def test_every_rule_can_be_explained(repo):
    listed = re.findall(r"^  ([A-Z]{2}\d{3}) ", avion_lint("rules", cwd=repo.path).out, re.MULTILINE)
    code = "import sys; from avion_lint.cli import run; assert not any(run(['explain', rule]) for rule in sys.argv[1:])"

    done = subprocess.run(
        [COMMAND[0], "-c", code, *listed],
        env=environment(repo.path.parent),
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(listed) > 40
    assert done.returncode == 0, done.stderr


def on_a(lock: str, blocks: str) -> dict[str, object]:
    effect = {"relation": "a", "lock": lock, "blocks": blocks, "rewrite": False, "scan": False}
    return {"effects": [effect], "legal_in_transaction": True, "fails": None}


HARMLESS = {"effects": [], "legal_in_transaction": True, "fails": None}
SHOWN = [
    {
        "transaction": True,
        "error": None,
        "statements": [
            {"text": "CREATE TABLE a (id int);", "line": 2, "kind": "CREATE TABLE", **HARMLESS},
            {"text": "INSERT INTO a VALUES (1);", "line": 3, "kind": "INSERT", **on_a("ROW EXCLUSIVE", "")},
        ],
    },
    {
        "transaction": True,
        "error": None,
        "statements": [
            {
                "text": "DROP TABLE a;",
                "line": 5,
                "kind": "DROP TABLE",
                **on_a("ACCESS EXCLUSIVE", "every read and write"),
            },
        ],
    },
]


def test_show_prints_what_goose_will_run(tmp_path):
    (tmp_path / "00001_a.sql").write_text(
        "-- +goose Up\nCREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n-- +goose Down\nDROP TABLE a;\n"
    )
    (tmp_path / "00002_b.sql").write_text(
        "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a (id);\n"
    )
    (tmp_path / "00003_c.sql").write_text("SELECT 1;\n")

    first, second, third = json.loads(avion_lint("show", ".", "--format=json", cwd=tmp_path).out)

    assert (first["path"], first["runner"], first["version"]) == ("00001_a.sql", "goose", "00001")
    assert [first["sections"][name] for name in ("up", "down")] == SHOWN
    assert second["sections"]["up"]["transaction"] is False
    assert "unexpected state 0 on line" in third["sections"]["up"]["error"]
    text = avion_lint("show", "00002_b.sql", cwd=tmp_path)
    assert text.code == 0
    assert "00002_b.sql: goose versioned, version 00002" in text.out
    assert "3  CREATE INDEX: CREATE INDEX CONCURRENTLY i ON a (id);" in text.out
    assert "00001_a.sql" not in text.out


def test_show_prints_what_flyway_will_run(tmp_path):
    (tmp_path / "V1__a.sql").write_text(flyway("CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);"))
    (tmp_path / "V2__b.sql").write_text(flyway("CREATE TABLE b (id int);\nVACUUM b;"))
    (tmp_path / "V3__c.sql").write_text(flyway("VACUUM b;"))

    file, refused, vacuum = json.loads(avion_lint("show", ".", "--format=json", cwd=tmp_path).out)

    assert (file["runner"], file["version"], file["description"]) == ("flyway", "1", "a")
    assert isinstance(file["checksum"], int)
    assert [statement["kind"] for statement in file["sections"]["up"]["statements"]] == ["CREATE TABLE", "INSERT"]
    assert "transactional" in refused["sections"]["up"]["error"]
    assert (file["sections"]["up"]["transaction"], vacuum["sections"]["up"]["transaction"]) == (True, False)


def test_show_knows_the_version_of_goose_that_lint_knows(tmp_path):
    repo = make_repo(tmp_path / "repo")
    repo.write("go.mod", "module a\n\nrequire github.com/pressly/goose/v3 v3.18.0\n")
    repo.write("db/00001_a.sql", "-- +goose up\nSELECT 1;\n")

    old = avion_lint("show", "db/00001_a.sql", cwd=repo.path).out
    repo.write("go.mod", "module a\n\nrequire github.com/pressly/goose/v3 v3.27.0\n")

    assert "refused" in old
    assert "refused" not in avion_lint("show", "00001_a.sql", cwd=repo.path / "db").out


def test_show_says_what_it_cannot_show(tmp_path):
    (tmp_path / "00001_a.sql").write_bytes(b"-- +goose Up\nSELECT '\xe9';\n")
    (tmp_path / "00002_b.sql").write_text(goose("SELECT 1;"))
    (tmp_path / "docs").mkdir()

    run = avion_lint("show", ".", cwd=tmp_path)
    assert run.code == 3
    assert "00001_a.sql is not UTF-8: line 2" in run.err
    assert "00002_b.sql: goose" in run.out
    assert avion_lint("show", "docs", cwd=tmp_path).code == 3
    assert avion_lint("show", "nowhere", cwd=tmp_path).code == 2
