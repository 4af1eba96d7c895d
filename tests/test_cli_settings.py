"""What steers the verdict: settings, exceptions, comments in migrations, and the baseline."""

import json

import pytest

from tests.cli_helper import HEADER, goose, indexes, makes
from tests.forked_helper import avion_lint, judged
from tests.git_helper import make_repo

SETTINGS = "avion-lint.yaml"
INDEX = "a/migrations/00002_index.sql"
NOTES = "b/migrations/00002_notes.sql"


@pytest.fixture
def repo(tmp_path):
    """A repository of two services; the branch of each brings an error (LK101)."""
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{name}/migrations/00001_users.sql": makes("users") for name in "ab"})
    repo.branch("change")
    repo.commit({INDEX: indexes("users", "name"), NOTES: indexes("users", "name")})
    return repo


BOTH = [("LK101", INDEX, 5), ("LK101", NOTES, 5)]


def test_levels_of_rules_are_set_in_general_per_path_and_per_service(repo):
    repo.write(SETTINGS, "rules: {index-not-concurrent: warning}\n")
    run = judged(cwd=repo.path)
    assert (run.found, run.code) == (BOTH, 0)

    repo.write(SETTINGS, "paths: [{paths: [a/**], rules: {LK101: off}}]\n")
    assert judged(cwd=repo.path).found == BOTH[1:]

    repo.write(SETTINGS, "services: [{path: b/migrations, rules: {LK101: info}}]\nfail-on: info\n")
    run = judged("a", cwd=repo.path)
    assert [finding["level"] for finding in run.report["findings"]] == ["error"]
    run = judged("b", cwd=repo.path)
    assert ([finding["level"] for finding in run.report["findings"]], run.code) == (["info"], 1)
    assert judged("b", "--fail-on=error", cwd=repo.path).code == 0


def test_settings_hold_in_every_folder_of_the_repository_and_can_be_named(repo, tmp_path):
    repo.write(SETTINGS, "rules: {LK101: off}\n")
    other = tmp_path / "other.yaml"
    other.write_text("rules: {LK101: warning}\n")

    assert judged(cwd=repo.path / "a").found == []
    assert judged("--settings", "../../other.yaml", cwd=repo.path / "a").code == 0
    assert judged("--settings", other, cwd=repo.path).found == BOTH


def test_a_policy_file_is_named_from_where_the_command_is_started(repo):
    repo.write("policies/ours.yaml", "extends: default\nrules: {LK101: off}\n")

    assert judged("--policy=policies/ours.yaml", cwd=repo.path).found == []
    assert judged("--policy=../policies/ours.yaml", cwd=repo.path / "a").found == []
    repo.write(SETTINGS, "policy: policies/ours.yaml\n")
    assert judged(cwd=repo.path / "a").found == []


def test_a_runner_can_be_given_to_a_folder_that_tells_of_none(repo):
    plain = "CREATE TABLE a (id bigint PRIMARY KEY);\n"
    repo.commit({"sql/1_a.sql": plain})
    assert judged(cwd=repo.path).found == BOTH

    repo.write(SETTINGS, "services: [{path: sql, runner: goose}]\n")
    assert ("MG101", "sql/1_a.sql", 1) in judged(cwd=repo.path).found


def test_what_is_ignored_is_neither_judged_nor_known(repo):
    repo.write(SETTINGS, "ignore: [a/migrations/00002_*]\n")

    assert judged(cwd=repo.path).found == BOTH[1:]


def test_the_base_in_the_settings_is_used_and_the_option_wins(repo):
    repo.write(SETTINGS, "base: change\n")

    assert judged(cwd=repo.path).found == []
    assert judged("--base=main", cwd=repo.path).found == BOTH
    repo.write(SETTINGS, "base: gone\n")
    assert judged(cwd=repo.path).code == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: {index-not-concurent: off}\n", "1:9: no rule is called `index-not-concurent`; did you mean"),
        ("rules: {LK101: of}\n", "did you mean `off`?"),
        ("rulez: {}\n", "did you mean `rules`?"),
        ("version: 1\nrules:\n  LK101: {levle: error}\n", ":3:11: "),
        ("rules:\n  LK101: {level: error, minimum: 3}\n", ":2:25: "),
        ("rules: [\n", f"{SETTINGS}:2:1: "),
        ("policy: strct\n", "did you mean `strict`?"),
        ("fail-on: eror\n", "did you mean `error`?"),
        ("services: [{path: a, runner: gose}]\n", "did you mean `goose`?"),
        ("services: [{name: a}]\n", "path"),
        ("- a\n- b\n", f"{SETTINGS}:1:3: the file must be a mapping"),
        ("exceptions: [{rule: LK101, object: x, reason: y, owner: z, expires: 2026-02-30}]\n", "2026-02-30"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n", f"{SETTINGS}:1:"),
    ],
)
def test_wrong_settings_are_told_with_their_line_and_end_with_2(repo, text, said):
    repo.write(SETTINGS, text)

    run = avion_lint(cwd=repo.path)

    assert run.code == 2
    assert said in run.err
    assert run.err.startswith(f"{SETTINGS}:")
    assert run.out == ""


def test_wrong_settings_end_every_command(repo):
    repo.write(SETTINGS, "rulez: {}\n")

    for command in (["show", "a"], ["baseline"], ["--all"], ["--staged"]):
        assert avion_lint(*command, cwd=repo.path).code == 2


# --- exceptions


def excepting(**parts):
    entry = {"rule": "LK101", "object": "users", "reason": "tiny", "owner": "kim", "expires": "2999-12-31"} | parts
    return f"exceptions: [{json.dumps(entry)}]\n"


def test_an_exception_accepts_a_finding_until_its_day(repo):
    repo.write(SETTINGS, excepting(path="a/**"))
    run = judged(cwd=repo.path)

    assert run.found == BOTH[1:]
    (suppressed,) = run.report["suppressed"]
    assert (suppressed["path"], suppressed["by"]) == (INDEX, "exception")
    assert suppressed["reason"] == "tiny (kim, until 2999-12-31)"
    assert "tiny" in avion_lint("-v", cwd=repo.path).out


def test_an_expired_exception_accepts_nothing_and_is_told(repo):
    repo.write(SETTINGS, excepting(expires="2020-02-29"))
    run = judged(cwd=repo.path)

    assert run.found == [*BOTH[:1], ("AV107", SETTINGS, 1), *BOTH[1:]]
    assert run.of("AV107")["remedy"].endswith("agree on a new day with its owner, kim.")


def test_an_exception_that_accepts_nothing_is_told_when_all_is_judged(repo):
    repo.write(SETTINGS, excepting(object="teams"))

    assert "AV108" not in [id_ for id_, _, _ in judged(cwd=repo.path).found]
    assert ("AV108", SETTINGS, 1) in judged("--all", cwd=repo.path).found


# --- comments


def commented(comment):
    return indexes("users", "name").replace("CREATE INDEX", f"{comment}\nCREATE INDEX")


def test_a_comment_with_a_reason_turns_a_rule_off_for_a_statement(repo):
    for name in ("index-not-concurrent", "LK101"):
        repo.write(INDEX, commented(f"-- avion-lint: ignore[{name}] ten rows, measured"))
        run = judged("a", cwd=repo.path)
        assert (run.found, run.code) == ([], 0)
        (suppressed,) = run.report["suppressed"]
        assert (suppressed["by"], suppressed["reason"]) == ("comment", "ten rows, measured")


@pytest.mark.parametrize(
    "comment",
    [
        "-- avion-lint: ignore[index-not-concurrent]",
        "-- avion-lint: ignore[index-not-concurent] ten rows",
        "-- avion-lint: ignore ten rows",
        "-- avion-lint: ingore[LK101] ten rows",
    ],
)
def test_a_comment_that_is_not_written_as_it_must_be_has_no_effect_and_is_told(repo, comment):
    repo.write(INDEX, commented(comment))
    run = judged("a", cwd=repo.path)

    assert run.found == [("AV106", INDEX, 5), ("LK101", INDEX, 6)]
    assert run.code == 1


def test_a_comment_that_serves_nothing_is_told(repo):
    repo.write(INDEX, f"{HEADER}-- avion-lint: ignore-file[drop-table] it is gone\n{indexes('users', 'name')}")

    assert [id_ for id_, _, _ in judged("a", cwd=repo.path).found] == ["AV105", "LK101"]


# --- baseline


def test_from_a_baseline_on_only_what_is_new_counts(repo):
    first = avion_lint("baseline", cwd=repo.path)
    assert first.code == 0
    assert "2 findings will not count from now on" in first.out

    run = judged(cwd=repo.path)
    assert (run.found, run.code) == ([], 0)
    assert [entry["by"] for entry in run.report["suppressed"]] == ["baseline", "baseline"]

    repo.write("a/migrations/00003_more.sql", indexes("users", "email"))
    run = judged(cwd=repo.path)
    assert (run.found, run.code) == ([("LK101", "a/migrations/00003_more.sql", 5)], 1)


def test_lines_may_move_and_the_baseline_still_holds(repo):
    avion_lint("baseline", cwd=repo.path)
    repo.write(INDEX, f"-- one line more\n{indexes('users', 'name')}")

    assert judged(cwd=repo.path).found == []


def test_an_entry_that_is_found_no_more_is_told_and_goes_when_the_file_is_written_anew(repo):
    avion_lint("baseline", cwd=repo.path)
    repo.write(INDEX, makes("posts"))

    run = judged(cwd=repo.path)
    assert [(id_, path) for id_, path, _ in run.found] == [("AV109", "avion-lint-baseline.json")]
    assert run.code == 0

    assert "1 finding will not count" in avion_lint("baseline", cwd=repo.path).out
    assert judged(cwd=repo.path).found == []


def test_the_baseline_lies_where_the_settings_say(repo):
    repo.write(SETTINGS, "baseline: lint/known.json\n")
    (repo.path / "lint").mkdir()

    assert avion_lint("baseline", cwd=repo.path / "a").code == 0
    assert (repo.path / "lint" / "known.json").is_file()
    assert judged(cwd=repo.path).found == []


def test_what_could_not_be_checked_is_never_in_the_baseline(repo):
    repo.write("a/migrations/00003_latin.sql", goose("SELECT 'é';").encode("latin-1"))
    run = avion_lint("baseline", cwd=repo.path)

    assert "AV102" not in (repo.path / "avion-lint-baseline.json").read_text()
    assert "1 could not be checked" in run.out
    assert judged(cwd=repo.path).found == [("AV102", "a/migrations/00003_latin.sql", 1)]


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2, "entries": {}}', '{"entries": 1}', "\0"])
def test_a_baseline_that_is_none_ends_with_2(repo, text):
    repo.write("avion-lint-baseline.json", text)

    run = avion_lint(cwd=repo.path)

    assert run.code == 2
    assert "avion-lint-baseline.json" in run.err
    assert avion_lint("baseline", cwd=repo.path).code == 0, "writing it anew is the mend"


def test_a_service_whose_folder_is_not_there_is_told_where_the_settings_name_it(repo):
    said = "services:\n  - path: a/migratoins\n  - path: c/*\n  - path: b/migrations\n"
    repo.write(SETTINGS, said)

    run = avion_lint(cwd=repo.path)

    assert run.code == 2
    assert run.err == (
        "avion-lint.yaml:2:11: `path` names a/migratoins, and there is no file there; did you mean `a/migrations`?\n"
    )


def test_a_service_that_this_change_takes_away_may_stay_in_the_settings_until_it_is_merged(repo):
    repo.write(SETTINGS, "services: [{path: a/migrations, name: c}]\n")
    for path in (repo.path / "a/migrations").iterdir():
        path.unlink()

    assert avion_lint(cwd=repo.path).code != 2
