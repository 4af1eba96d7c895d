from avion_lint.git import find_repository
from avion_lint.git.log import landings as git_landings
from tests.git_helper import A, B, C, landed


def test_a_file_landed_in_the_commit_that_added_it(repo):
    first = repo.commit({"1.sql": A, "2.sql": B})
    second = repo.commit({"3.sql": C})
    repo.commit({"1.sql": B})
    repo.write("4.sql", A)

    assert landed(repo, "1.sql", "2.sql", "3.sql", "4.sql") == {
        "1.sql": first,
        "2.sql": first,
        "3.sql": second,
    }


def test_landings_are_ordered_and_dated(repo):
    repo.commit({"1.sql": A})
    repo.commit({"readme.txt": A})
    repo.commit({"2.sql": B})
    found = find_repository(repo.path)

    landings = git_landings(found, found.head, ["1.sql", "2.sql"])

    assert landings["1.sql"].order < landings["2.sql"].order
    assert landings["2.sql"].when - landings["1.sql"].when == 7200
    assert all(landing.known for landing in landings.values())


def test_what_a_merge_brought_landed_with_the_merge(repo):
    repo.commit({"1.sql": A})
    repo.branch("feature")
    repo.commit({"2.sql": B})
    repo.commit({"3.sql": C})
    repo.checkout("main")
    repo.commit({"readme": A})
    merge = repo.merge("feature")

    assert landed(repo, "2.sql", "3.sql") == {"2.sql": merge, "3.sql": merge}


def test_what_was_squashed_landed_with_the_squash(repo):
    repo.commit({"1.sql": A})
    repo.branch("feature")
    repo.commit({"2.sql": B})
    repo.commit({"3.sql": C})
    repo.checkout("main")
    squash = repo.squash("feature")

    assert landed(repo, "2.sql", "3.sql") == {"2.sql": squash, "3.sql": squash}


def test_a_moved_file_keeps_its_first_landing(repo):
    first = repo.commit({"db/1.sql": A * 20, "db/2.sql": B * 20})
    repo.git("mv", "db", "sql")
    repo.commit()
    (repo.path / "services").mkdir()
    repo.git("mv", "sql", "services/sql")
    repo.commit({"services/sql/2.sql": B * 20 + A})

    assert landed(repo, "services/sql/1.sql", "services/sql/2.sql") == dict.fromkeys(
        ["services/sql/1.sql", "services/sql/2.sql"], first
    )


def test_a_new_file_with_the_header_of_a_deleted_one_is_not_a_moved_one(repo):
    header = "-- +goose Up\n-- Author: somebody\n-- Date: 2024-01-01\n"
    repo.commit({"1.sql": header + "ALTER TABLE users ADD COLUMN a int;\n"})
    (repo.path / "1.sql").unlink()
    second = repo.commit({"2.sql": header + "DROP INDEX orders_by_day;\n"})

    assert landed(repo, "2.sql") == {"2.sql": second}


def test_a_file_that_came_back_landed_when_it_came_back(repo):
    repo.commit({"1.sql": A, "2.sql": B})
    repo.git("rm", "--quiet", "1.sql")
    repo.commit()
    back = repo.commit({"1.sql": A})

    assert landed(repo, "1.sql") == {"1.sql": back}


def test_suffixes_with_special_characters_and_files_without_one_are_found(repo):
    first = repo.commit({"1.s[q]l": A, "2.s*l": B, "V3": C})

    assert landed(repo, "1.s[q]l") == {"1.s[q]l": first}
    assert landed(repo, "2.s*l") == {"2.s*l": first}
    assert landed(repo, "V3") == {"V3": first}


def test_the_oldest_commit_of_a_shallow_clone_is_no_certain_landing(repo, tmp_path):
    repo.commit({"1.sql": A})
    repo.commit({"2.sql": B})
    repo.commit({"3.sql": C})
    clone = repo.clone(tmp_path / "clone", "--depth=2", file_url=True)
    found = find_repository(clone.path)

    landings = git_landings(found, found.head, ["1.sql", "2.sql", "3.sql"])

    assert {path: landing.known for path, landing in landings.items()} == {
        "1.sql": False,
        "2.sql": False,
        "3.sql": True,
    }


def test_settings_that_hide_the_first_commit_do_not_hide_landings(repo):
    first = repo.commit({"1.sql": A})
    repo.git("config", "log.showRoot", "false")
    repo.git("config", "diff.renames", "false")
    repo.git("config", "log.decorate", "full")
    repo.git("config", "color.ui", "always")
    repo.git("mv", "1.sql", "2.sql")
    repo.commit()

    assert landed(repo, "2.sql") == {"2.sql": first}
