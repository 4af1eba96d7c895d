"""`avion-lint init` writes the example around a repository's own services, and nothing over what is there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.git_helper import clean_environment

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "avion"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(EXAMPLE / "services", folder / "services")
    return folder


def init(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(ROOT / name) for name in ("linter", "rules", "policies"))
    environment = {**clean_environment(folder.parent), "PYTHONPATH": paths}
    command = [sys.executable, "-m", "avion_lint", "init", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "README.md"
    }


def test_it_writes_what_the_example_is_and_tells_what_is_left(repository: Path) -> None:
    done = init(repository)

    assert done.returncode == 0, done.stderr
    assert files(repository) == files(EXAMPLE)
    assert os.access(repository / "scripts" / "migrate.sh", os.X_OK)
    marks = [line for text in files(repository).values() for line in text.decode().splitlines() if "CHANGE:" in line]
    left = done.stdout.partition("to be filled in by hand:\n")[2].splitlines()
    assert len(left) == len([line for line in marks if "services" not in line and "golang" not in line]) > 0
    assert not [line for text in files(repository).values() for line in text.decode().splitlines() if "@piece" in line]


def test_a_second_time_there_is_nothing_to_do(repository: Path) -> None:
    init(repository)
    done = init(repository)

    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_is_written_where_one_file_has_another_text_and_force_writes_it(repository: Path) -> None:
    (repository / "scripts").mkdir()
    (repository / "scripts" / "migrate.sh").write_text("mine\n")
    done = init(repository)

    assert done.returncode == 3
    assert "scripts/migrate.sh" in done.stderr
    assert not (repository / ".github").exists()
    assert init(repository, "--force").returncode == 0
    assert files(repository) == files(EXAMPLE)


def test_diff_shows_and_writes_nothing(repository: Path) -> None:
    before = files(repository)
    done = init(repository, "--diff")

    assert done.returncode == 0
    assert "+++ b/.github/workflows/deploy.yml\n" in done.stdout
    assert files(repository) == before


def test_nothing_is_written_through_a_link(repository: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repository / "monitoring").symlink_to(outside)
    done = init(repository)

    assert done.returncode == 3
    assert "monitoring is a link" in done.stderr
    assert not list(outside.iterdir())


def test_without_services_it_is_filled_in_for_one(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()

    assert init(folder).returncode == 0
    assert "service: [users]" in (folder / ".github/workflows/deploy.yml").read_text()


def test_services_elsewhere_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "other"
    shutil.copytree(EXAMPLE / "services" / "users" / "migrations", folder / "db" / "migrations")
    done = init(folder)

    assert done.returncode == 0
    assert "db/migrations:1: the files expect" in done.stdout


def test_services_of_flyway_get_what_the_example_of_flyway_is(tmp_path: Path) -> None:
    example = ROOT / "examples" / "avion-flyway"
    folder = tmp_path / "shop"
    shutil.copytree(example / "services", folder / "services")
    for each in folder.rglob("flyway.toml"):
        each.unlink()
    done = init(folder, "--deploy", "argocd")

    assert done.returncode == 0, done.stderr
    assert files(folder) == files(example)
    assert "services/users/flyway.toml\n" in done.stdout


def test_a_way_of_deploying_that_is_not_there_is_refused_with_those_that_are(repository: Path) -> None:
    done = init(repository, "--deploy", "flux")

    assert done.returncode == 2
    assert "argocd" in done.stderr
