"""What is known of files by their stamps: a run that need not read them says what one says that reads them all."""

import os
import shutil
import time
from pathlib import Path

import pytest

from avion_lint.cache.ledger import Ledger, ledger_of
from avion_lint.cache.store import LEDGERS, Store
from avion_lint.git import Content, Entry, Known, find_repository, work_tree
from avion_lint.source import Document, Later
from tests.cli_helper import Run, goose, indexes, makes
from tests.forked_helper import avion_lint, judged
from tests.git_helper import Repo, make_repo

SERVICE = "services/users/migrations"
SETTLED = 2.1  # seconds after which a file has a stamp


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A service of many applied migrations, one of them with signs of another database, and a new one."""
    made = make_repo(tmp_path_factory.mktemp("ledger") / "repo")
    for number in range(1, 71):
        made.write(f"{SERVICE}/{number:05}_make_{number}.sql", makes(f"t{number}"))
    made.write(f"{SERVICE}/00071_odd.sql", goose("CREATE TABLE odd (id int) ENGINE=InnoDB;"))
    made.write(f"{SERVICE}/00072_ünï.sql", makes("grün"))
    made.commit()
    made.branch("change")
    made.write(f"{SERVICE}/00073_index.sql", indexes("t7", "name"))
    time.sleep(SETTLED)
    return made


def run(repo: Repo, *arguments: str, cache: Path) -> Run:
    for kept in (*cache.glob("*.run"), *cache.glob("*.state")):
        kept.unlink()
    return judged(*arguments, cwd=repo.path, AVION_LINT_CACHE=str(cache))


def ledgers(cache: Path) -> list[Path]:
    return sorted(cache.glob(f"*{LEDGERS}"))


def test_a_run_says_the_same_when_it_fills_the_ledger_and_when_it_uses_it(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    without = run(repo, "--no-cache", cache=cache)
    assert ledgers(cache) == []
    filling = run(repo, cache=cache)
    (ledger,) = ledgers(cache)
    kept = ledger.read_bytes()
    using = run(repo, cache=cache)

    assert [each["id"] for each in without.report["findings"]].count("LK101") == 1
    assert filling.report == using.report == without.report
    assert ledger.read_bytes() == kept
    assert run(repo, "--all", cache=cache).report == run(repo, "--all", "--no-cache", cache=cache).report


def test_what_is_known_is_read_when_it_is_asked_for_and_not_before(repo: Repo) -> None:
    path = f"{SERVICE}/00001_make_1.sql"
    repository = find_repository(repo.path)
    entry = work_tree(repository, [path])[path]
    known = Known(entry.stamp, entry.entry, plain=True)
    found = work_tree(repository, [path], {path: known})[path]

    assert (found.read, found.stamp, found.entry) == (None, entry.stamp, entry.entry)
    assert found.is_readable
    assert found.data == entry.data


@pytest.mark.parametrize("text", ["", "\x00", "1:a", "9:", "3:a\x00b1:a1:a1:a1:p", "1:a1:a1:a1:a1:p1:a", "\ud800"])
def test_a_ledger_of_another_form_is_none(repo: Repo, tmp_path: Path, text: str) -> None:
    store = Store(str(tmp_path), LEDGERS)
    repository = find_repository(repo.path)
    store.write(ledger_of(store, "1", repository).key, text.encode("utf-8", "surrogatepass"))

    assert ledger_of(store, "1", repository).known == {}


def test_an_edit_with_the_old_time_put_back_is_seen(tmp_path: Path) -> None:
    made = make_repo(tmp_path / "repo")
    for number in range(1, 61):
        made.write(f"{SERVICE}/{number:05}_make_{number}.sql", makes(f"t{number}"))
    made.commit()
    made.branch("change")
    made.write(f"{SERVICE}/00061_index.sql", indexes("t7", "name"))
    time.sleep(SETTLED)
    cache = tmp_path / "cache"
    run(made, cache=cache)
    assert ledgers(cache)
    edited = made.path / SERVICE / "00007_make_7.sql"
    then = edited.stat()
    edited.write_text(edited.read_text().replace("name", "nome"))
    os.utime(edited, ns=(then.st_atime_ns, then.st_mtime_ns))

    found = run(made, cache=cache).report
    assert found == run(made, "--no-cache", cache=cache).report
    assert "HI101" in {each["id"] for each in found["findings"]}


def test_links_and_what_is_no_text_are_not_known(tmp_path: Path) -> None:
    def content(path: str, data: bytes, mode: str = "100644") -> Content:
        return Content(Entry(mode, "0" * 40), data, f"stamp of {path}")

    files = {f"{number}.sql": content(f"{number}", b"SELECT 1;") for number in range(60)}
    files |= {"link.sql": content("l", b"1.sql", "120000"), "latin.sql": content("x", b"\xe4")}
    files |= {"new.sql": Content(Entry("100644", "0" * 40), b"", "")}
    store = Store(str(tmp_path), LEDGERS)
    Ledger(store, "key", {}).keep(files, lambda text: "1" in text)
    repo = make_repo(tmp_path / "repo")
    found = ledger_of(store, "key", find_repository(repo.path))
    Ledger(store, found.key, {}).keep(files, lambda text: "1" in text)

    assert set(ledger_of(store, "key", find_repository(repo.path)).known) == {f"{number}.sql" for number in range(60)}


def test_a_document_that_is_read_later_is_the_same_as_one_that_was_read() -> None:
    asked: list[str] = []

    def read() -> bytes:
        asked.append("a")
        return b"SELECT 1;\n"

    later, now = Later("a.sql", read), Document("a.sql", "SELECT 1;\n")
    assert (later.path, asked) == ("a.sql", [])
    assert later == now == later
    assert hash(later) == hash(now)
    assert (later.sha256, later.position(3), later.text) == (now.sha256, now.position(3), now.text)
    assert asked == ["a"]
    assert later != Document("b.sql", "SELECT 1;\n")


def test_git_is_started_three_times_at_most_and_twice_where_nothing_is_new(repo: Repo, tmp_path: Path) -> None:
    counted, folder = tmp_path / "counted", tmp_path / "bin"
    folder.mkdir()
    real = shutil.which("git")
    (folder / "git").write_text(f'#!/bin/sh\necho "$@" >>"{counted}"\nexec "{real}" "$@"\n')
    (folder / "git").chmod(0o755)
    cache = tmp_path / "cache"

    def started(*arguments: str) -> int:
        counted.write_text("")
        path = f"{folder}:{os.environ['PATH']}"
        avion_lint(*arguments, cwd=repo.path, PATH=path, AVION_LINT_CACHE=str(cache))
        return len(counted.read_text().splitlines())

    assert started("--no-cache") == 3
    started()
    assert started() == 2
    for kept in cache.glob("*.run"):
        kept.unlink()
    assert started() == 3
