"""The example repositories are clean under `strict`, also for other tools, and for a reason: broken, they are not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.git_helper import clean_environment

ROOT = Path(__file__).parent.parent
AVION = ROOT / "examples" / "avion"
JOB = "deploy/migration/templates/migration-job.yaml"
DEPLOY = ".github/workflows/deploy.yml"
ROLLBACK = "deploy/migration/templates/rollback-job.yaml"
GUESSED = "current=$(cat /backup/current)\n              target=$((current - 1))"
PRODUCTION = "environments/production/migration-config.yaml"
BROKEN = [
    (JOB, "restartPolicy: Never", "restartPolicy: OnFailure", "KM101"),
    (JOB, "{{ .Values.max_retries }}", "3", "KM102"),
    (JOB, "&lock_timeout=3s", "", "KM109"),
    (JOB, 'pg_dump --format=custom --file="$dump.part"', 'pg_dump | gzip > "$dump.part"', "SH101"),
    (ROLLBACK, 'target=$(cat "/backup/$RUN.version")', GUESSED, "SH110"),
    (DEPLOY, "    environment: production\n", "", "WF105"),
    (DEPLOY, "needs: [test, build, staging]", "needs: [test, build]", "WF112"),
    (DEPLOY, "cancel-in-progress: false", "cancel-in-progress: true", "WF102"),
    (PRODUCTION, "auto_run: false", "auto_run: true", "EN101"),
    (PRODUCTION, "timeout_seconds: 1800", "timeout_seconds: 3600", "EN109"),
    ("monitoring/prometheus-rules.yaml", ".+-migration-.+", ".+_migrate_.+", "MO109"),
]


def lint(folder: Path, first: Path = ROOT) -> dict:
    environment = {**clean_environment(folder.parent), "PYTHONPATH": os.pathsep.join(map(str, (first, *paths())))}
    done = subprocess.run(
        [sys.executable, "-m", "avion_lint", "--all", "--no-git", "--no-cache", "--format", "json"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1, 3), done.stderr
    return json.loads(done.stdout)


def paths() -> list[Path]:
    return [ROOT / name for name in ("linter", "rules", "policies")]


def found(folder: Path) -> set[str]:
    return {each["id"] for each in lint(folder)["findings"]}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(AVION, tmp_path / "avion")


def run(tool: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not on PATH")
    return subprocess.run([tool, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def test_the_example_is_clean_under_strict(copy: Path) -> None:
    pytest.importorskip("tree_sitter_bash", reason="scripts are read by tree-sitter-bash")
    pytest.importorskip("promql_parser", reason="alerts are read by promql-parser")
    assert "policy: strict" in (copy / "avion-lint.yaml").read_text()
    assert found(copy) == set()


def test_what_cannot_be_read_without_the_extra_is_no_finding(copy: Path) -> None:
    for name in ("tree_sitter", "tree_sitter_bash", "promql_parser"):
        (copy.parent / "none" / name).mkdir(parents=True)
        (copy.parent / "none" / name / "__init__.py").write_text("raise ImportError")
    report = lint(copy, first=copy.parent / "none")
    assert report["findings"] == []
    assert all("not installed" in each["why"] or "--no-git" in each["why"] for each in report["unchecked"])


@pytest.mark.parametrize(("path", "good", "bad", "rule"), BROKEN, ids=[each[3] for each in BROKEN])
def test_what_is_broken_in_the_example_is_found(copy: Path, path: str, good: str, bad: str, rule: str) -> None:
    pytest.importorskip("tree_sitter_bash", reason="scripts are read by tree-sitter-bash")
    pytest.importorskip("promql_parser", reason="alerts are read by promql-parser")
    text = (copy / path).read_text()
    assert good in text
    (copy / path).write_text(text.replace(good, bad))
    assert rule in found(copy)


def test_what_helm_renders_is_clean_under_strict(copy: Path) -> None:
    rendered = []
    for name in ("migration-job", "rollback-job", "access"):
        done = run("helm", *helm(name), cwd=copy)
        assert done.returncode == 0, done.stderr
        rendered.append(done.stdout)
    shutil.rmtree(copy / "deploy")
    for number, text in enumerate(rendered):
        (copy / f"{number}.yaml").write_text(text)
    assert found(copy) <= {"WF117"}  # the scripts have lost their chart


def helm(name: str) -> list[str]:
    image = f"ghcr.io/your-company/users@sha256:{'0' * 64}"
    return [
        *("template", "users", "deploy/migration", "--namespace", "shop-production", "--values", PRODUCTION),
        *("--set", f"service=users,image={image},version=abc", "--set-string", "run=1-1"),
        *("--show-only", f"templates/{name}.yaml"),
    ]


def test_zizmor_finds_nothing_of_medium_severity(copy: Path) -> None:
    done = run("zizmor", "--offline", "--min-severity=medium", "--format=json", ".", cwd=copy)
    assert done.returncode == 0, done.stdout


def test_actionlint_finds_nothing(copy: Path) -> None:
    (copy / ".git").mkdir()
    done = run("actionlint", cwd=copy)
    assert done.returncode == 0, done.stdout


def test_shellcheck_finds_nothing(copy: Path) -> None:
    done = run("shellcheck", *(str(each) for each in sorted(copy.glob("scripts/*.sh"))), cwd=copy)
    assert done.returncode == 0, done.stdout


def test_prometheus_takes_the_rules(copy: Path, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    spec = yaml.safe_load((copy / "monitoring" / "prometheus-rules.yaml").read_text())["spec"]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(spec))
    done = run("promtool", "check", "rules", str(tmp_path / "rules.yml"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_checkov_finds_only_what_is_meant(copy: Path) -> None:
    """Secrets as variables are what goose, libpq and pgx read; inputs of a rollback are what it is told by hand."""
    done = run("checkov", "--directory", ".", "--compact", "--quiet", "--output", "json", cwd=copy)
    reports = json.loads(done.stdout)
    failed = {
        each["check_id"]
        for report in (reports if isinstance(reports, list) else [reports])
        for each in report.get("results", {}).get("failed_checks", [])
    }
    assert failed <= {"CKV_K8S_35", "CKV2_K8S_6", "CKV_GHA_7"}
