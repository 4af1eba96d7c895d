"""`avion-lint new`: the next migration in a service's own convention, made in real repositories."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from avion_lint.authoring.header import Author, header_lines
from avion_lint.runners.migration import Version
from avion_lint.runners.numbering import next_after, with_version
from tests.cli_helper import Run, goose, makes
from tests.forked_helper import avion_lint, judged
from tests.git_helper import Repo, isolate, make_repo

GOOSE = "services/users/migrations"
FLYWAY = "db/migration"
NOW = datetime(2026, 11, 22, 23, 30, 5, tzinfo=UTC)
SQL = "-- Author: Jo\n-- Date: 2026-01-31\nCREATE TABLE {0} (id bigint PRIMARY KEY);\n"


@pytest.fixture(autouse=True)
def _only_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(tmp_path, monkeypatch)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = make_repo(tmp_path / "repo")
    repo.git("config", "user.name", "Jo Doe")
    repo.git("config", "user.email", "jo@example.com")
    return repo


def new(repo: Repo, *arguments: str, **variables: str) -> Run:
    own = {"GIT_AUTHOR_NAME": "", "GIT_AUTHOR_EMAIL": ""}
    return avion_lint("new", *arguments, cwd=repo.path, **own | variables)


def flyway(*names: str) -> dict[str, str]:
    return {f"{FLYWAY}/{name}": SQL.format(f"t{number}") for number, name in enumerate(names)}


# --- versions


@pytest.mark.parametrize(
    ("last", "following"),
    [
        ("00009", "00010"),
        ("9", "10"),
        ("99999", "100000"),
        ("1.9", "1.10"),
        ("2024.01.09", "2024.01.10"),
        ("20260131120000", "20261122233005"),
        ("20261122233005", "20261122233006"),
        ("20270101000000", "20270101000001"),
        ("20261231235959", "20270101000000"),
        ("20260131", "20261122"),
        ("20261122", "20261123"),
        ("2026013100", "2026112200"),
        ("2026112207", "2026112208"),
        ("202601311200", "202611222330"),
        ("1769860800", "1795390205"),
        ("99999999999999", "100000000000000"),
    ],
)
def test_the_next_version_has_the_form_of_the_last_and_comes_after_it(last: str, following: str) -> None:
    assert next_after(last, NOW) == following


@pytest.mark.parametrize(
    ("name", "version", "new", "renamed"),
    [
        ("00042_v42.sql", "00042", "00043", "00043_v42.sql"),
        ("V1_9__a_1_9.sql", "1.9", "1.10", "V1_10__a_1_9.sql"),
        ("V1.9__a.sql", "1.9", "1.10", "V1.10__a.sql"),
        ("V7__a.sql", "8", "9", None),
    ],
)
def test_another_version_changes_nothing_else_in_a_name(name: str, version: str, new: str, renamed: str | None) -> None:
    parts = tuple(map(int, version.split(".")))

    assert with_version(name, Version(parts, version), new) == renamed


# --- headers

JO = Author("Jo Doe", "jo@example.com")
LOCAL = datetime(2026, 11, 23, 0, 30, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("-- Author: Ann\n-- Date: 2026-01-31\n", ("-- Author: Jo Doe", "-- Date: 2026-11-23")),
        (
            "--author : Ann Bee <ann@x.org>\n-- created: 31.01.2026\n",
            ("--author : Jo Doe <jo@example.com>", "-- created: 23.11.2026"),
        ),
        ("-- DATE: 2026/01/31\n-- AUTHOR: ann@x.org\n", ("-- DATE: 2026/11/23", "-- AUTHOR: jo@example.com")),
        ("-- Author: @ann\n-- Date: Jan 31, 2026\n", ("-- Author: Jo Doe", "-- Date: Nov 23, 2026")),
        (
            "-- Author: Ann\n-- Date: some day\n-- Ticket: A-1\n",
            ("-- Author: Jo Doe", "-- Date: 2026-11-23", "-- Ticket:"),
        ),
        ("-- Author: J. Doe (jo@example.com)\n", ("-- Author: J. Doe (jo@example.com)",)),
        ("-- Author: Ann\n-- Date: 31/12/2026\n", ("-- Author: Jo Doe", "-- Date: 23/11/2026")),
        ("-- Author: Ann\n-- Date: 01/02/2026\n", ("-- Author: Jo Doe", "-- Date: 2026-11-23")),
    ],
)
def test_a_header_is_written_as_the_last_file_has_it(written: str, expected: tuple[str, ...]) -> None:
    assert header_lines([f"{written}SELECT 1;\n"], JO, LOCAL) == expected


def test_what_all_files_have_alike_is_written_again() -> None:
    texts = [f"-- Author: Ann\n-- Team: core\n-- Ticket: A-{number}\nSELECT 1;\n" for number in (1, 2)]

    assert header_lines(texts, JO, LOCAL) == ("-- Author: Jo Doe", "-- Team: core", "-- Ticket:")


def test_a_service_without_headers_gets_none_and_a_young_one_gets_them() -> None:
    assert header_lines(["SELECT 1;\n"] * 3, JO, LOCAL) == ()
    assert header_lines(["SELECT 1;\n"], JO, LOCAL) == ("-- Author: Jo Doe", "-- Date: 2026-11-23")
    assert header_lines([], Author(), LOCAL) == ("-- Author:", "-- Date: 2026-11-23")


# --- goose


def test_the_next_goose_migration_is_made_and_its_path_is_printed(repo: Repo) -> None:
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a"), f"{GOOSE}/00002_b.sql": makes("b")})

    run = new(repo, "Add e-mail to Users")

    path = f"{GOOSE}/00003_add_e_mail_to_users.sql"
    assert (run.code, run.out) == (0, f"{path}\n"), run.err
    today = datetime.now().astimezone().date()
    text = f"-- Author: Jo Doe\n-- Date: {today}\n-- +goose Up\n\n-- +goose Down\n"
    assert (repo.path / path).read_text() == text
    assert judged(cwd=repo.path).found == []


def test_the_name_in_the_environment_outweighs_the_settings_as_for_commits(repo: Repo) -> None:
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a")})

    new(repo, "b", GIT_AUTHOR_NAME="Kim\x1b[31m\n-- +goose Up")

    assert (repo.path / GOOSE / "00002_b.sql").read_text().startswith("-- Author: Kim [31m -- +goose Up\n-- Date: ")


def test_empty_lines_line_ends_and_the_annotation_are_as_in_the_other_files(repo: Repo) -> None:
    text = (
        "-- Author: Jo\r\n-- Date: 2026-01-31\r\n\r\n-- +goose Up\r\nSELECT 1;\r\n\r\n-- +goose Down\r\nSELECT 1;\r\n"
    )
    repo.commit({f"{GOOSE}/00001_a.sql": text})

    new(repo, "b", "--no-transaction")

    made = (repo.path / GOOSE / "00002_b.sql").read_bytes().decode()
    head, rest = made.split("\r\n\r\n", 1)
    assert rest == "-- +goose NO TRANSACTION\r\n-- +goose Up\r\n\r\n-- +goose Down\r\n"
    assert "\n" not in made.replace("\r\n", "")
    assert head.startswith("-- Author: Jo Doe\r\n-- Date: ")


def test_a_version_that_only_the_base_branch_has_is_counted(repo: Repo) -> None:
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a")})
    repo.branch("feature")
    repo.checkout("main")
    repo.commit({f"{GOOSE}/00002_c.sql": makes("c")})
    repo.checkout("feature")

    assert new(repo, "b").out == f"{GOOSE}/00003_b.sql\n"
    assert new(repo, "d", "--no-git").out == f"{GOOSE}/00004_d.sql\n"


def test_timestamps_go_on_with_the_moment(repo: Repo) -> None:
    repo.commit({f"{GOOSE}/20200131120000_a.sql": makes("a")})

    run = new(repo, "b")

    stamp = re.fullmatch(rf"{GOOSE}/(\d{{14}})_b\.sql\n", run.out)
    assert stamp, run.out
    made = datetime.strptime(stamp[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    assert abs(datetime.now(tz=UTC) - made) < timedelta(minutes=2)


def test_in_go_files_versions_are_counted_and_the_new_one_is_sql(repo: Repo) -> None:
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a"), f"{GOOSE}/00002_b.go": "package migrations\n"})

    assert new(repo, "c").out == f"{GOOSE}/00003_c.sql\n"


def test_a_dry_run_prints_and_writes_nothing(repo: Repo) -> None:
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a")})

    run = new(repo, "b", "--dry-run")

    assert run.out.startswith(f"{GOOSE}/00002_b.sql\n\n-- Author: Jo Doe\n")
    assert repo.git("status", "--porcelain") == ""


def test_what_is_there_is_never_written_over(repo: Repo) -> None:
    """The file is one that git ignores, so that it is not seen as a migration."""
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a"), ".gitignore": "00002*\n"})
    repo.write(f"{GOOSE}/00002_b.sql", "mine")

    run = new(repo, "b")

    assert (run.code, run.out) == (3, "")
    assert "is there already" in run.err
    assert (repo.path / GOOSE / "00002_b.sql").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "...", "__", "-"])
def test_a_name_without_a_letter_is_refused(repo: Repo, name: str) -> None:
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a")})

    run = new(repo, "--", name)

    assert run.code == 2
    assert "no letter" in run.err


def test_a_name_is_a_name_and_no_path(repo: Repo) -> None:
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a")})

    assert new(repo, "../../../evil.sql").out == f"{GOOSE}/00002_evil.sql\n"
    assert new(repo, "größe Ändern").out == f"{GOOSE}/00003_größe_ändern.sql\n"


def test_through_a_link_nothing_is_written(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a")})
    (repo.path / "linked").symlink_to(tmp_path / "out")

    assert new(repo, "b").code == 0
    assert list((tmp_path / "out").iterdir()) == []


# --- several services


def test_of_two_services_one_has_to_be_named_or_to_be_where_one_is(repo: Repo) -> None:
    other = "services/orders/migrations"
    repo.commit({f"{GOOSE}/00001_a.sql": makes("a"), f"{other}/00007_a.sql": makes("a")})

    run = new(repo, "b")
    inside = avion_lint("new", "c", cwd=repo.path / GOOSE)

    assert run.code == 2
    assert "--service" in run.err
    assert f"orders ({other})" in run.err
    assert f"users ({GOOSE})" in run.err
    assert new(repo, "b", "--service", "orders").out == f"{other}/00008_b.sql\n"
    assert new(repo, "d", "--service", other).out == f"{other}/00009_d.sql\n"
    assert new(repo, "b", "--service", "nobody").code == 2
    assert inside.out == "00002_c.sql\n", "told from where one is"


def test_without_any_migration_there_is_no_custom_to_follow(repo: Repo) -> None:
    repo.commit({"README.md": "hello"})

    assert new(repo, "b").code == 2


# --- Flyway


@pytest.mark.parametrize(
    ("names", "made"),
    [
        (("V1__a.sql", "V2__b.sql"), "V3__add_note.sql"),
        (("V001__a.sql",), "V002__add_note.sql"),
        (("V1.9__a.sql",), "V1.10__add_note.sql"),
        (("V1_9__a.sql",), "V1_10__add_note.sql"),
        (("V1__a.sql", "R__views.sql"), "V2__add_note.sql"),
        (("V1__Create_a.sql",), "V2__Add_note.sql"),
        (("V1__a.sql", "B5__all.sql"), "V6__add_note.sql"),
    ],
)
def test_flyway_goes_on_as_its_last_file_is_called(repo: Repo, names: tuple[str, ...], made: str) -> None:
    repo.commit(flyway(*names))

    assert new(repo, "Add note").out == f"{FLYWAY}/{made}\n"


def test_beside_the_migration_stand_the_undo_script_and_the_script_configuration(repo: Repo) -> None:
    repo.commit({**flyway("V1__a.sql"), f"{FLYWAY}/undo/U1__a.sql": "DROP TABLE t0;\n"})

    run = new(repo, "add note", "--no-transaction")

    files = [f"{FLYWAY}/V2__add_note.sql", f"{FLYWAY}/V2__add_note.sql.conf", f"{FLYWAY}/undo/U2__add_note.sql"]
    assert run.out.splitlines() == files
    assert (repo.path / files[1]).read_text() == "executeInTransaction=false\n"
    assert (repo.path / files[0]).read_text().startswith("-- Author: Jo Doe\n-- Date: ")


def test_flyways_own_prefix_separator_and_suffix_are_kept(repo: Repo) -> None:
    settings = "flyway.sqlMigrationPrefix=M\nflyway.sqlMigrationSeparator=-\nflyway.sqlMigrationSuffixes=.pgsql,.sql\n"
    repo.commit({"flyway.conf": f"{settings}flyway.locations=filesystem:db\n", "db/M1-a.sql": SQL.format("a")})

    assert new(repo, "add note").out == "db/M2-add_note.sql\n"


def test_what_goose_makes_of_the_name_is_what_was_meant(repo: Repo) -> None:
    repo.commit({f"{GOOSE}/00001_a.sql": goose("SELECT 1;")})
    new(repo, "AddUsersTable")

    assert (repo.path / GOOSE / "00002_add_users_table.sql").exists()
