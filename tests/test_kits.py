"""Every kit of `avion-lint init` is clean under `strict`, whole, and taken by the tools that it is made for."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from avion_lint.starting.kit import Kit, deployments, gaps, kit, runners
from tests.kit_helper import ROOT, SERVICES, found, in_folder, needs_readers, tree

KITS = [(runner, deploy) for runner in runners() for deploy in deployments()]
IMAGE = f"ghcr.io/your-company/users@sha256:{'0' * 64}"
each_kit = pytest.mark.parametrize(("runner", "deploy"), KITS, ids=["-".join(each) for each in KITS])


@pytest.fixture
def folder(tmp_path: Path, runner: str, deploy: str) -> Path:
    return in_folder(tmp_path / "shop", runner, deploy)


def run(tool: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not on PATH")
    return subprocess.run([tool, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def rendered(folder: Path, environment: str) -> dict[str, str]:
    """What Helm makes of each chart, with the values that the scripts give it, by a path for it."""
    texts = {}
    for chart in sorted(path.parent.name for path in folder.glob("deploy/*/Chart.yaml")):
        done = run(
            "helm",
            *("template", "users", f"deploy/{chart}", "--namespace", f"shop-{environment}"),
            *("--values", f"environments/{environment}/migration-config.yaml"),
            *("--set", f"service=users,image={IMAGE},version=abc", "--set-string", "run=1-1"),
            cwd=folder,
        )
        assert done.returncode == 0, done.stderr
        texts[f"rendered/{chart}/{environment}.yaml"] = done.stdout
    return texts


@needs_readers
@each_kit
def test_it_is_clean_under_strict(runner: str, deploy: str) -> None:
    texts = tree(runner, deploy)
    assert "policy: strict" in texts["avion-lint.yaml"]
    assert found(texts) == set()


@each_kit
def test_nothing_of_how_it_is_put_together_is_left_in_it(runner: str, deploy: str) -> None:
    made = kit(runner, deploy, SERVICES)
    for path, text in made.texts.items():
        assert "@piece" not in text, path
        assert "@SERVICE" not in path + text, path
        assert text == "\n".join(line.rstrip() for line in text.split("\n")), path
    assert made.programs
    assert all(path.startswith("scripts/") for path in made.programs)


@each_kit
def test_what_it_lacks_is_told_with_words(runner: str, deploy: str) -> None:
    told = gaps(kit(runner, deploy, SERVICES).texts)
    assert {"where images are kept", "how namespaces are named", "where your runbooks are"} <= {
        each.wanted for each in told
    }
    assert all(each.wanted for each in told)


def test_one_service_gets_its_own_list_and_files() -> None:
    made = kit("flyway", "helm", ["billing"])
    assert "services/billing/flyway.toml" in made.texts
    assert "options: [billing]" in made.texts[".github/workflows/restore.yml"]


@each_kit
def test_pieces_that_are_there_are_used(runner: str, deploy: str) -> None:
    whole = "\n".join(kit(runner, deploy, SERVICES).texts.values())
    assert whole.count("- name: wait-for-database") >= 2
    assert whole.count("name: backup") >= 2


@each_kit
def test_it_gates_production_by_environment_and_by_staging(runner: str, deploy: str) -> None:
    yaml = pytest.importorskip("yaml")
    jobs = yaml.safe_load(kit(runner, deploy, SERVICES).texts[".github/workflows/deploy.yml"])["jobs"]
    assert jobs["production"]["environment"] == "production"
    assert {"test", "staging"} <= set(jobs["production"]["needs"])
    assert jobs["production"]["concurrency"]["cancel-in-progress"] is False


def test_each_example_is_what_init_writes() -> None:
    for name, made in (("avion", kit("goose", "job", SERVICES)), ("avion-flyway", kit("flyway", "argocd", SERVICES))):
        assert _written(ROOT / "examples" / name, made) == made.texts, f"examples/{name} is not what init writes"


def _written(folder: Path, made: Kit) -> dict[str, str]:
    return {path: (folder / path).read_text(encoding="utf-8") for path in made.texts if (folder / path).is_file()}


@needs_readers
@each_kit
def test_helm_renders_it_and_what_is_rendered_is_clean_under_strict(folder: Path, runner: str, deploy: str) -> None:
    assert all("kind: " in text for text in rendered(folder, "staging").values())
    rest = {path: text for path, text in tree(runner, deploy).items() if not path.startswith("deploy/")}
    # Scripts have lost their chart, and hooks too.
    assert found({**rest, **rendered(folder, "production")}) <= {"WF117", "KM124"}


@each_kit
@pytest.mark.slow
def test_other_linters_find_nothing_in_it(folder: Path) -> None:
    (folder / ".git").mkdir()
    for command in (
        ("zizmor", "--offline", "--min-severity=medium", "--format=json", "."),
        ("actionlint",),
        ("shellcheck", *(str(each) for each in sorted(folder.glob("scripts/*.sh")))),
    ):
        done = run(*command, cwd=folder)
        assert done.returncode == 0, done.stdout


@each_kit
@pytest.mark.slow
def test_checkov_finds_only_what_is_meant(folder: Path) -> None:
    """Secrets as variables are what goose, Flyway and libpq read; inputs are what people tell by hand.

    Charts are looked at as they are rendered for production: by default they have no image.
    """
    for path, text in rendered(folder, "production").items():
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(text)
    shutil.rmtree(folder / "deploy")
    done = run("checkov", "--directory", ".", "--compact", "--quiet", "--output", "json", cwd=folder)
    reports = json.loads(done.stdout)
    failed = {
        each["check_id"]
        for report in (reports if isinstance(reports, list) else [reports])
        for each in report.get("results", {}).get("failed_checks", [])
    }
    assert failed <= {"CKV_K8S_35", "CKV2_K8S_6", "CKV_GHA_7"}


@each_kit
def test_prometheus_takes_the_rules(folder: Path) -> None:
    yaml = pytest.importorskip("yaml")
    spec = yaml.safe_load((folder / "monitoring" / "prometheus-rules.yaml").read_text())["spec"]
    (folder / "rules.yml").write_text(yaml.safe_dump(spec))
    done = run("promtool", "check", "rules", "rules.yml", cwd=folder)
    assert done.returncode == 0, done.stderr
