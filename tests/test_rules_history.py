"""Rules about what is applied already: what their pages do not show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from posixpath import normpath

import pytest

from avion_lint.judgement.rehearse import rehearse
from avion_rules import all_rules
from tests.cli_helper import indexes, makes
from tests.forked_helper import judged
from tests.git_helper import make_repo

RULES = all_rules()
GOOSE = "services/users/migrations"
FLYWAY = "services/users/db/migration"
UP = "-- +goose Up\nCREATE TABLE users (id int);\n-- +goose Down\nDROP TABLE users;\n"
SQL = "CREATE TABLE users (id int);\n"


def found(here: Mapping[str, str], before: Mapping[str, str]) -> dict[str, list[str]]:
    """Messages of the history rules by id."""
    verdict = rehearse(here, before, RULES)
    assert not verdict.unchecked
    told: dict[str, list[str]] = {}
    for result in verdict.results:
        if result.rule.family == "HI":
            told.setdefault(result.rule.id, []).append(result.finding.message)
    return told


def edited(path: str, before: str, after: str) -> dict[str, list[str]]:
    return found({path: after}, {path: before})


def renamed(folder: str, old: str, new: str, text: str) -> dict[str, list[str]]:
    stays = migration(folder)
    return found({**stays, normpath(f"{folder}/{new}"): text}, {**stays, f"{folder}/{old}": text})


def migration(folder: str) -> dict[str, str]:
    """A migration that stays as it is, so that the folder has one."""
    return {f"{GOOSE}/00099_z.sql": UP} if folder == GOOSE else {f"{FLYWAY}/V0.1__z.sql": SQL}


# --- edits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "rules"),
    [
        (UP.replace("\n", "\r\n"), set()),
        (f"-- a story\n{UP}", set()),
        (UP.replace("(id int)", "(id  int)"), set()),
        (UP.replace("id int", "id bigint"), {"HI101"}),
        (f"-- +goose NO TRANSACTION\n{UP}", {"HI101"}),
        (UP.replace("DROP TABLE users", "DROP TABLE IF EXISTS users"), {"HI101"}),
    ],
    ids=["line ends", "comment", "blanks", "SQL", "annotation", "Down"],
)
def test_goose_minds_what_it_sends(after: str, rules: set[str]):
    assert found({f"{GOOSE}/00001_a.sql": after}, {f"{GOOSE}/00001_a.sql": UP}).keys() == rules


@pytest.mark.parametrize(
    ("after", "rules"),
    [
        (SQL.replace("\n", "\r\n"), set()),
        (f"\ufeff{SQL}", set()),
        (f"\n{SQL}", set()),
        (f"-- a story\n{SQL}", {"HI101"}),
        (SQL.replace("\n", " \n"), {"HI101"}),
        (SQL.replace("int", "bigint"), {"HI101"}),
    ],
    ids=["line ends", "byte order mark", "empty line", "comment", "trailing blank", "SQL"],
)
def test_flyway_minds_its_checksum(after: str, rules: set[str]):
    assert edited(f"{FLYWAY}/V1__a.sql", SQL, after).keys() == rules


@pytest.mark.parametrize("name", ["R__a.sql", "afterMigrate.sql", "B1__a.sql", "U1__a.sql"])
def test_what_is_made_to_change_may_change(name: str):
    assert edited(f"{FLYWAY}/{name}", "SELECT 1;\n", "SELECT 2;\n") == {}


# --- gone and renamed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("V1__a.sql", {"HI102"}),
        ("B1__a.sql", {"HI102"}),
        ("R__a.sql", {"HI102"}),
        ("afterMigrate.sql", set()),
        ("U1__a.sql", set()),
    ],
)
def test_what_flyway_has_recorded_may_not_go(name: str, rules: set[str]):
    stays = {f"{FLYWAY}/V9__z.sql": "SELECT 1;\n"}
    assert found(stays, {**stays, f"{FLYWAY}/{name}": SQL}).keys() == rules


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("00100_a.sql", "00100_b.sql", set()),
        ("00100_a.sql", "100_a.sql", set()),
        ("00100_a.sql", "00101_a.sql", {"HI103"}),
        ("00100_a.sql", "a.sql", {"HI103"}),
        ("00100_a.sql", "old/00100_a.sql", {"HI103"}),
    ],
)
def test_goose_knows_a_migration_by_its_number(old: str, new: str, rules: set[str]):
    assert renamed(GOOSE, old, new, UP).keys() == rules


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("V1__a.sql", "V01__a.sql", set()),
        ("V1__a.sql", "sub/V1__a.sql", set()),
        ("V1__a_b.sql", "V1__a b.sql", set()),
        ("V1__a.sql", "V1__b.sql", {"HI103"}),
        ("V1__a.sql", "V2__a.sql", {"HI103"}),
        ("V1__a.sql", "V1_a.sql", {"HI103"}),
        ("R__a.sql", "R__b.sql", {"HI103"}),
        ("V1__a.sql", "../../../orders/db/migration/V1__a.sql", {"HI103"}),
        ("afterMigrate.sql", "afterMigrate__x.sql", set()),
    ],
)
def test_flyway_knows_a_migration_by_version_and_description(old: str, new: str, rules: set[str]):
    assert renamed(FLYWAY, old, new, SQL).keys() == rules


def test_a_renamed_file_that_was_edited_too_is_told_for_both():
    told = found({f"{GOOSE}/00001_b.sql": UP.replace("id int", "id bigint")}, {f"{GOOSE}/00001_a.sql": UP})
    assert {rule: len(messages) for rule, messages in told.items()} == {"HI101": 1}
    told = found({f"{FLYWAY}/V1__b.sql": SQL.replace("int", "bigint")}, {f"{FLYWAY}/V1__a.sql": SQL})
    assert {rule: len(messages) for rule, messages in told.items()} == {"HI101": 1, "HI103": 1}


def test_the_remedies_name_the_files():
    path = f"{GOOSE}/00001_a b.sql"
    verdict = rehearse({path: UP.replace("int", "bigint")}, {path: UP}, RULES)
    (remedy,) = (result.finding.remedy for result in verdict.results if result.rule.id == "HI101")
    assert f"`git checkout main -- '{path}'`" in remedy


# --- order -------------------------------------------------------------------------------------------------------


def order(folder: str, text: str, before: list[str], new: list[str]) -> list[str]:
    known = {f"{folder}/{name}": text for name in before}
    return found({**known, **{f"{folder}/{name}": text for name in new}}, known).get("HI104", [])


def test_every_new_migration_behind_the_newest_of_the_base_is_told():
    told = order(GOOSE, UP, ["00001_a.sql", "00005_b.sql"], ["00002_c.sql", "00003_d.sql", "00006_e.sql"])
    assert len(told) == 2
    assert all("00005" in message for message in told)


def test_each_is_given_a_free_version_behind_all_others():
    known = {f"{GOOSE}/{name}": UP for name in ("00001_a.sql", "00005_b.sql")}
    new = {f"{GOOSE}/{name}": UP for name in ("2_c.sql", "00003_d.sql", "00006_e.sql")}
    verdict = rehearse({**known, **new}, known, RULES)
    remedies = [result.finding.remedy for result in verdict.results if result.rule.id == "HI104"]
    assert [remedy.partition("`, or run")[0].rpartition("/")[2] for remedy in remedies] == [
        "00008_d.sql",
        "00007_c.sql",
    ]
    assert all(remedy.endswith("`avion-lint renumber`.") for remedy in remedies)


def test_versions_are_compared_as_numbers():
    assert len(order(FLYWAY, SQL, ["V1.10__a.sql"], ["V1.9__b.sql"])) == 1
    assert order(FLYWAY, SQL, ["V1.9__a.sql"], ["V1.10__b.sql"]) == []


def test_repeatable_migrations_have_no_order():
    assert order(FLYWAY, SQL, ["V5__a.sql"], ["R__b.sql", "afterMigrate.sql"]) == []


def test_a_number_beside_timestamps_comes_too_late():
    assert len(order(GOOSE, UP, ["20260101000000_a.sql"], ["00002_b.sql"])) == 1


def test_without_a_base_nothing_is_out_of_order():
    assert order(GOOSE, UP, [], ["00010_a.sql", "9_b.sql", "2_c.sql"]) == []


def test_a_file_that_is_edited_on_the_base_is_not_out_of_order():
    before = {f"{GOOSE}/00001_a.sql": UP, f"{GOOSE}/00002_b.sql": UP}
    here = {**before, f"{GOOSE}/00001_a.sql": UP.replace("int", "bigint")}
    assert "HI104" not in found(here, before)


def test_flyway_s_own_setting_allows_it():
    before = {f"{FLYWAY}/V5__a.sql": SQL, "flyway.conf": "flyway.outOfOrder=true\n"}
    assert found({**before, f"{FLYWAY}/V2__b.sql": SQL}, before) == {}


# --- folders that were moved ---------------------------------------------------------------------------------------


def moved(tmp_path: Path, before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Ids of the history rules that find something where a branch has other files than main."""
    repo = make_repo(tmp_path / "repo")
    repo.commit(before)
    repo.branch("change")
    for path in before:
        (repo.path / path).unlink()
    repo.commit(after)
    return sorted(each[0] for each in judged(cwd=repo.path).found if each[0].startswith("HI"))


def test_a_service_that_was_moved_as_a_whole_keeps_its_versions(tmp_path: Path):
    two = UP.replace("users", "orders")
    before = {f"{GOOSE}/00001_a.sql": UP, f"{GOOSE}/00002_b.sql": two}
    assert moved(tmp_path, before, {"db/sql/00001_a.sql": UP, "db/sql/00002_b.sql": two}) == []


def test_a_flyway_service_that_was_moved_as_a_whole_keeps_its_versions(tmp_path: Path):
    before = {"a/src/main/resources/db/migration/V1__a.sql": SQL}
    assert moved(tmp_path, before, {"b/src/main/resources/db/migration/V1__a.sql": SQL}) == []


def test_a_move_that_changes_a_version_is_told(tmp_path: Path):
    assert moved(tmp_path, {f"{GOOSE}/00001_a.sql": UP}, {"db/sql/00002_a.sql": UP}) == ["HI103"]


def test_migrations_that_were_moved_to_two_folders_are_told(tmp_path: Path):
    two = UP.replace("users", "orders")
    before = {f"{GOOSE}/00001_a.sql": UP, f"{GOOSE}/00002_b.sql": two}
    after = {"one/sql/00001_a.sql": UP, "two/sql/00002_b.sql": two}
    assert moved(tmp_path, before, after) == ["HI103", "HI103"]


def test_migrations_that_were_moved_into_another_service_are_told(tmp_path: Path):
    two = UP.replace("users", "orders")
    before = {f"{GOOSE}/00001_a.sql": UP, "other/migrations/00002_b.sql": two}
    after = {"other/migrations/00001_a.sql": UP, "other/migrations/00002_b.sql": two}
    assert "HI103" in moved(tmp_path, before, after)


def test_what_was_only_moved_is_in_use_and_not_judged_anew(tmp_path: Path):
    repo = make_repo(tmp_path / "repo")
    old = {"00001_a.sql": makes("a"), "00002_b.sql": indexes("a", "email"), "00003_c.sql": makes("c")}
    repo.commit({f"{GOOSE}/{name}": text for name, text in old.items()})
    repo.branch("change")
    repo.git("mv", GOOSE, "people")
    repo.git("mv", "people/00003_c.sql", "people/00003_see.sql")
    repo.write("people/00004_d.sql", indexes("c", "name"))
    run = judged(cwd=repo.path)

    assert run.found == [("LK101", "people/00004_d.sql", 5)]
    assert (run.report["summary"]["judged"], run.report["summary"]["applied"]) == (1, 3)


# --- what is asked for by path -------------------------------------------------------------------------------------


def test_what_is_found_in_a_file_is_found_when_it_is_asked_for_alone(tmp_path: Path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{GOOSE}/0000{number}_t{number}.sql": makes(f"t{number}") for number in (1, 2, 3)})
    repo.branch("change")
    repo.write(f"{GOOSE}/00002_t2.sql", makes("t2").replace("name text", "name text NOT NULL"))
    repo.write(f"{GOOSE}/00004_index.sql", indexes("t2", "name"))
    repo.write(f"{GOOSE}/00005_odd.SQL", makes("odd"))
    whole = judged(cwd=repo.path).found

    assert sorted(each[0] for each in whole) == ["HI101", "LK101", "MG111"]
    for path in sorted({each[1] for each in whole}):
        assert judged(path, cwd=repo.path).found == [each for each in whole if each[1] == path]


def test_a_name_that_the_base_branch_has_already_is_told_where_everything_is_judged(tmp_path: Path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a"), f"{GOOSE}/00002_odd.SQL": makes("odd")})
    repo.branch("change")
    repo.write(f"{GOOSE}/00003_odd.SQL", makes("odd"))

    assert judged(cwd=repo.path).found == [("MG111", f"{GOOSE}/00003_odd.SQL", 1)]
    assert len([each for each in judged("--all", cwd=repo.path).found if each[0] == "MG111"]) == 2


def test_of_two_with_one_version_the_applied_one_is_never_to_be_renamed(tmp_path: Path):
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{GOOSE}/00001_z.sql": makes("z")})
    repo.branch("change")
    repo.write(f"{GOOSE}/00001_a.sql", makes("a"))
    twins = [[each for each in judged(*how, cwd=repo.path).found if each[0] == "MG112"] for how in ((), ("--all",))]

    assert twins == [[("MG112", f"{GOOSE}/00001_a.sql", 1)]] * 2


def test_the_number_of_a_deleted_migration_is_not_offered_again():
    stays, gone = {f"{GOOSE}/00001_a.sql": UP}, {f"{GOOSE}/00002_b.sql": UP.replace("users", "orders")}
    new = {f"{GOOSE}/00005_c.sql": UP.replace("users", "others")}
    verdict = rehearse({**stays, **new}, {**stays, **gone}, RULES)
    (remedy,) = (result.finding.remedy for result in verdict.results if result.rule.id == "MG113")
    assert f"git mv {GOOSE}/00005_c.sql {GOOSE}/00003_c.sql" in remedy


@pytest.mark.parametrize("there", ["docs", "db/sql/deep"])
def test_migrations_outside_a_sparse_checkout_are_read_from_the_index(tmp_path: Path, there: str):
    repo = make_repo(tmp_path / "repo")
    repo.commit({f"{GOOSE}/00001_a.sql": UP, "docs/a": "x", "db/sql/deep/a": "x"})
    repo.branch("change")
    repo.commit({f"{GOOSE}/00001_a.sql": UP.replace("id int", "id bigint")})
    repo.git("sparse-checkout", "set", there)
    run = judged(cwd=repo.path)
    assert not (repo.path / GOOSE).exists()
    assert ("HI101", run.report["unchecked"]) in [(each[0], []) for each in run.found]
