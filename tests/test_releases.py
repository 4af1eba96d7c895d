"""Which tags are releases, in which order, and how far each reaches into a history."""

import itertools

import pytest

from avion_lint.git import Tag, find_repository
from avion_lint.git.story import story
from avion_lint.git.tags import reaches, tags
from avion_lint.history.releases import Releases, first_releases, matching
from tests.git_helper import make_repo


@pytest.mark.parametrize(
    "ordered",
    [
        ("v0.9", "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-beta.2", "v1.0.0-beta.11", "v1.0.0-rc.1", "v1.0.0"),
        ("v1.9.3", "v1.10", "v1.10.1", "v2-rc1", "v2"),
        ("2025-12-31", "2026-01-02", "2026-02-01"),
        ("release-1.2", "release-1.10"),
        ("users/v1", "users/v2"),
    ],
)
def test_releases_are_ordered_by_the_versions_in_their_names(ordered):
    for names in itertools.islice(itertools.permutations(ordered), 60):
        found = matching([Tag(name, "0" * 40, 0) for name in names], "*")

        assert tuple(tag.name for tag in found) == ordered


def test_a_pattern_chooses_the_releases():
    known = [Tag(name, "0" * 40, 0) for name in ("v1", "w1", "users/v1", "V2")]

    assert [tag.name for tag in matching(known, "v*")] == ["v1"]


def test_a_tag_reaches_as_far_as_the_branch_that_it_was_made_from(tmp_path):
    repo = make_repo(tmp_path / "repo")
    first = repo.commit({"a.sql": "1"})
    repo.commit({"a.sql": "2"})
    repo.branch("release", first)
    repo.commit({"fix": "1"})
    repo.git("tag", "v1", "-m", "annotated")
    repo.checkout("main")
    third = repo.commit({"a.sql": "3"})
    repo.git("tag", "v2")
    repo.git("checkout", "--quiet", "--orphan", "other")
    repo.commit({"b.sql": "1"})
    repo.git("tag", "v0")
    repo.git("tag", "blob", repo.git("hash-object", "-w", "b.sql"))
    found = find_repository(repo.path)
    chain = [commit.id for commit in story(found, third, [".sql"])]
    known = tags(found)
    reach = reaches(found, chain, (tag.commit for tag in known))

    assert {tag.name: reach[tag.commit] for tag in known} == {"v0": -1, "v1": 0, "v2": 2}
    releases = Releases(matching(known, "v*"), reach)
    assert {order: tag.name for order, tag in first_releases([0, 1, 2], releases).items()} == {
        0: "v1",
        1: "v2",
        2: "v2",
    }
    assert [tag.name for tag in releases.unrelated] == ["v0"]


def test_a_story_tells_of_odd_paths_merges_and_no_submodules(tmp_path):
    inner = make_repo(tmp_path / "inner")
    inner.commit({"x": "1"})
    repo = make_repo(tmp_path / "repo")
    odd = "commit \n:new\tline é.sql"
    repo.commit({odd: "1", "other.txt": "1"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub.sql")
    repo.commit()
    repo.branch("side")
    repo.commit({"b.sql": "1"})
    repo.checkout("main")
    repo.commit({"other.txt": "2"})
    head = repo.merge("side")
    told = story(find_repository(repo.path), head, [".sql"])

    assert [[step.path for step in commit.steps] for commit in told] == [[odd], [], [], ["b.sql"]]
    assert told[-1].id == head
