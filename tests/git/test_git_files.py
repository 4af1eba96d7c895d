import os

import pytest

from avion_lint import git
from avion_lint.git import Trouble, find_repository, listing
from avion_lint.git.log import landings
from tests.git_helper import A, B, C, make_repo, trouble

ODD_NAMES = [
    "a b.sql",
    "zeile\n2.sql",
    "тест.sql",
    "tab\t.sql",
    '"quoted".sql',
    "-v.sql",
    ":(top)x.sql",
    "*.sql",
]


def test_every_name_that_git_can_hold_is_read_everywhere(repo):
    commit = repo.commit(dict.fromkeys(ODD_NAMES, A))
    repo.write("neu\n.sql", B)
    found = find_repository(repo.path)

    files = listing(found)

    assert set(files.tracked) == set(ODD_NAMES)
    assert files.untracked == {"neu\n.sql"}
    assert dict(files.tracked) == git.tree(found, commit) == git.index(found).entries
    here = git.work_tree(found, ODD_NAMES)
    assert {path: content.entry for path, content in here.items()} == git.tree(found, commit)
    assert set(landings(found, commit, ODD_NAMES)) == set(ODD_NAMES)
    stored = git.converted(found, ODD_NAMES)
    assert stored.blobs == {path: entry.blob for path, entry in files.tracked.items()}


def test_a_name_that_is_not_utf8_goes_through(repo):
    raw = b"caf\xe9.sql"
    repo.write(os.fsdecode(raw), A)
    commit = repo.commit()
    found = find_repository(repo.path)

    assert [os.fsencode(path) for path in git.tree(found, commit)] == [raw]
    assert git.converted(found, [os.fsdecode(raw)]).blobs.keys() == {os.fsdecode(raw)}


def test_a_tree_can_be_narrowed_to_folders_by_their_literal_names(repo):
    commit = repo.commit({"a/1.sql": A, "b/2.sql": A, "*/3.sql": A, ":(top)c/4.sql": A})
    found = find_repository(repo.path)

    assert set(git.tree(found, commit, "a/")) == {"a/1.sql"}
    assert set(git.tree(found, commit, "*/")) == {"*/3.sql"}
    assert set(git.tree(found, commit, ":(top)c/")) == {":(top)c/4.sql"}
    assert trouble(git.tree, found, "HEAD").trouble is Trouble.UNKNOWN_REVISION


def test_submodules_and_foreign_repositories_are_not_files(repo, tmp_path):
    other = make_repo(tmp_path / "other")
    other.commit({"2.sql": A})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.path), "sub")
    commit = repo.commit({"1.sql": A})
    make_repo(repo.path / "stray").commit({"3.sql": A})
    found = find_repository(repo.path)

    assert set(git.tree(found, commit)) == {".gitmodules", "1.sql"}
    assert set(listing(found).tracked) == {".gitmodules", "1.sql"}
    assert listing(found).untracked == frozenset()
    assert set(git.index(found).entries) == {".gitmodules", "1.sql"}


def test_ignored_files_are_not_listed_unless_they_are_tracked(repo):
    repo.commit({"1.sql": A, "kept.tmp": A})
    repo.commit({".gitignore": "*.tmp\nbuild/\n"})
    repo.write("build/2.sql", A)
    repo.write("new.tmp", A)
    repo.write("3.sql", A)

    files = listing(find_repository(repo.path))

    assert files.untracked == {"3.sql"}
    assert "kept.tmp" in files.tracked


def test_the_work_tree_is_listed_whole_from_a_folder_inside(repo, monkeypatch):
    repo.commit({"1.sql": A, "db/2.sql": A})
    repo.write("3.sql", A)
    monkeypatch.chdir(repo.path / "db")

    files = listing(find_repository("."))

    assert set(files.tracked) == {"1.sql", "db/2.sql"}
    assert files.untracked == {"3.sql"}


def test_files_outside_a_sparse_checkout_are_skipped_and_not_deleted(repo):
    repo.commit({"a/1.sql": A, "b/2.sql": A})
    repo.git("sparse-checkout", "set", "a")
    assert not (repo.path / "b").exists()
    found = find_repository(repo.path)

    files = listing(found)

    assert set(files.tracked) == {"a/1.sql", "b/2.sql"}
    assert files.skipped == {"b/2.sql"}


def test_a_sparse_index_is_read_in_full(repo):
    repo.commit({"a/1.sql": A, "b/2.sql": A})
    repo.git("sparse-checkout", "set", "--sparse-index", "a")
    found = find_repository(repo.path)

    assert set(git.index(found).entries) == {"a/1.sql", "b/2.sql"}
    assert set(listing(found).tracked) == {"a/1.sql", "b/2.sql"}


def test_a_file_that_was_only_announced_is_not_in_the_index(repo):
    repo.commit({"1.sql": A})
    repo.write("announced.sql", A)
    repo.git("add", "--intent-to-add", "announced.sql")
    repo.write("empty.sql", "")
    repo.git("add", "empty.sql")
    found = find_repository(repo.path)

    assert set(git.index(found).entries) == {"1.sql", "empty.sql"}
    assert set(listing(found).tracked) == {"1.sql", "announced.sql", "empty.sql"}


def test_the_index_of_an_unborn_branch_is_read(repo):
    repo.write("1.sql", A)
    repo.git("add", "1.sql")

    assert set(git.index(find_repository(repo.path)).entries) == {"1.sql"}


def test_paths_in_conflict_are_named(repo):
    repo.commit({"1.sql": A, "2.sql": A})
    repo.branch("side")
    repo.commit({"1.sql": B})
    repo.checkout("main")
    repo.commit({"1.sql": C})
    repo.git("merge", "side", check=False)
    found = find_repository(repo.path)

    index = git.index(found)

    assert index.unmerged == {"1.sql"}
    assert set(index.entries) == {"2.sql"}
    assert set(listing(found).tracked) == {"1.sql", "2.sql"}


def test_modes_links_and_what_is_no_file(repo):
    repo.write("run.sql", A).chmod(0o755)
    (repo.path / "link.sql").symlink_to("run.sql")
    (repo.path / "loop.sql").symlink_to("loop.sql")
    commit = repo.commit({"1.sql": A})
    os.mkfifo(repo.path / "pipe.sql")
    (repo.path / "folder.sql").mkdir()
    found = find_repository(repo.path)
    tree = git.tree(found, commit)

    here = git.work_tree(found, [*tree, "pipe.sql", "folder.sql", "gone.sql"])

    assert {path: content.entry for path, content in here.items()} == tree
    assert [path for path, entry in tree.items() if entry.is_executable] == ["run.sql"]
    assert [path for path, entry in tree.items() if entry.is_link] == ["link.sql", "loop.sql"]
    assert here["link.sql"].data == b"run.sql"


def test_what_lies_behind_a_linked_folder_is_not_the_repositorys(repo, tmp_path):
    repo.commit({"db/1.sql": A})
    outside = tmp_path / "outside"
    outside.mkdir()
    (repo.path / "db").rename(outside / "db")
    (repo.path / "db").symlink_to(outside / "db")

    assert git.work_tree(find_repository(repo.path), ["db/1.sql"]) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_there_without_content(repo):
    repo.commit({"1.sql": A})
    (repo.path / "1.sql").chmod(0)

    content = git.work_tree(find_repository(repo.path), ["1.sql"])["1.sql"]

    assert content.data is None
    assert content.entry.blob == ""


def test_blobs_are_read_as_they_are(repo):
    texts = [b"", b"\n", b"\0\xff", "ü🐘\r\n".encode(), b"x" * 1_000_000]
    for number, text in enumerate(texts):
        repo.write(f"{number}.sql", text)
    commit = repo.commit()
    found = find_repository(repo.path)
    tree = git.tree(found, commit)

    contents = git.blobs(found, [entry.blob for entry in tree.values()])

    assert [contents[entry.blob] for entry in tree.values()] == texts
    assert git.blobs(found, []) == {}


def test_ids_of_contents_are_gits_own(repo):
    for data in (b"", "Größe 🐘\n".encode(), b"\0"):
        path = repo.write("x", data)
        assert git.blob_id(data, "sha1") == repo.git("hash-object", "--no-filters", str(path))


def test_what_git_would_store_follows_its_line_ends_ident_and_encoding(repo):
    repo.write(
        ".gitattributes",
        "crlf.sql text\nid.sql ident\nwide.sql working-tree-encoding=UTF-16LE\nraw.sql -text\n",
    )
    repo.commit({"crlf.sql": A, "id.sql": "-- $Id$\n", "raw.sql": A, "auto.sql": A})
    repo.write("wide.sql", A.encode("utf-16-le"))
    commit = repo.commit()
    found = find_repository(repo.path)
    stored = {path: entry.blob for path, entry in git.tree(found, commit).items()}
    repo.write("crlf.sql", "SELECT 1;\r\n")
    repo.write("id.sql", "-- $Id: 1234 $\n")
    repo.write("raw.sql", "SELECT 1;\r\n")
    names = ["crlf.sql", "id.sql", "wide.sql", "raw.sql"]

    same = {path for path, blob in git.converted(found, names).blobs.items() if blob == stored[path]}

    assert same == {"crlf.sql", "id.sql", "wide.sql"}


def test_autocrlf_of_the_configuration_counts(repo):
    commit = repo.commit({"1.sql": A})
    repo.write("1.sql", "SELECT 1;\r\n")
    found = find_repository(repo.path)
    blob = git.tree(found, commit)["1.sql"].blob
    assert git.converted(found, ["1.sql"]).blobs["1.sql"] != blob

    repo.git("config", "core.autocrlf", "true")

    assert git.converted(found, ["1.sql"]).blobs["1.sql"] == blob


def test_nothing_is_claimed_of_files_with_a_filter_driver(repo):
    repo.commit({"1.sql": A, "2.sql": A, ".gitattributes": "1.sql filter=lfs\n2.sql -filter\n"})

    answer = git.converted(find_repository(repo.path), ["1.sql", "2.sql"])

    assert answer.filtered == {"1.sql"}
    assert set(answer.blobs) == {"2.sql"}
