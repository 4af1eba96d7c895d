"""`avion-lint policy test` and `policy show`, environments of policies, `--settings-from`: as users run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli_helper import SOURCES, Run
from tests.forked_helper import avion_lint
from tests.git_helper import make_repo

CHECK = """\
  - id: XA101
    name: job-deadline
    level: error
    message: "The deadline {value} of {name} is above {params.longest}."
    remedy: Set it to {params.longest} or less.
    select: {kind: Job, migrates: true}
    params: {longest: {default: 10m, stricter: lower}}
    assert:
      properties:
        spec:
          required: [activeDeadlineSeconds]
          properties: {activeDeadlineSeconds: {x-duration-max: {$param: longest}}}
"""
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {{name: users-migration, namespace: avion-{0}}}
spec:
  activeDeadlineSeconds: {1}
  template: {{spec: {{containers: [{{name: main, image: "x:1", command: [goose, up]}}]}}}}
"""


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return root


def policy(examples: str = "", more: str = "") -> str:
    return f"extends: default\nchecks:\n{CHECK}{examples}{more}"


def example(kind: str, seconds: int, mark: str = "", indent: str = "          ") -> str:
    text = JOB.format("x", f"{seconds}{mark}").replace("\n", f"\n{indent}").rstrip()
    return f"      {kind}:\n        - |\n{indent}{text}\n"


def tried(root: Path, text: str) -> Run:
    write(root, {"avion-lint.yaml": "policy: policies/ours.yaml\n", "policies/ours.yaml": text})
    return avion_lint("policy", "test", cwd=root)


# --- policy test ----------------------------------------------------------------------------------------------------


def test_a_check_whose_examples_do_as_they_should_is_told_so(tmp_path: Path) -> None:
    examples = "    examples:\n" + example("fail", 1200, " # finds XA101") + example("pass", 300)

    run = tried(tmp_path, policy(examples))

    assert (run.code, run.err) == (0, "")
    assert "XA101 job-deadline: 2 examples as it should be" in run.out


def test_a_check_without_a_passing_example_is_not_tested_enough(tmp_path: Path) -> None:
    run = tried(tmp_path, policy("    examples:\n" + example("fail", 1200)))

    assert run.code == 1
    assert "is not tested enough: no example passes" in run.out


@pytest.mark.parametrize(
    ("failing", "passing", "said"),
    [
        (example("fail", 60), example("pass", 60), "finds nothing in an example that should fail"),
        (example("fail", 900), example("pass", 900), "finds something in line 5 of an example that it should pass"),
    ],
)
def test_an_example_that_is_not_as_it_says_is_told(tmp_path: Path, failing: str, passing: str, said: str) -> None:
    run = tried(tmp_path, policy("    examples:\n" + failing + passing))

    assert run.code == 1
    assert said in run.out
    assert run.out.startswith("policies/ours.yaml:")


def test_a_mark_on_another_line_than_the_finding_is_told(tmp_path: Path) -> None:
    wrong = example("fail", 1200).replace("kind: Job", "kind: Job # finds XA101")

    run = tried(tmp_path, policy("    examples:\n" + wrong + example("pass", 60)))

    assert run.code == 1
    assert "is marked in line 2 of the example and not found there" in run.out
    assert "is found in line 5 of the example, which has no mark" in run.out


def test_examples_may_lie_in_files_beside_the_policy(tmp_path: Path) -> None:
    files = "    examples: {fail: [{file: fail/long.yaml}], pass: [{file: pass/short.yaml}]}\n"
    write(tmp_path, {"policies/fail/long.yaml": JOB.format("x", "1200 # finds XA101")})
    write(tmp_path, {"policies/pass/short.yaml": JOB.format("x", 60).replace("\n", "\r\n")})

    assert tried(tmp_path, policy(files)).code == 0


def test_an_example_file_that_is_not_there_is_wrong_in_the_policy(tmp_path: Path) -> None:
    run = tried(tmp_path, policy("    examples: {fail: [{file: ../../etc/passwd}]}\n"))

    assert run.code == 2
    assert "policies/ours.yaml:15:30: there is no file ../../etc/passwd beside policies/ours.yaml" in run.err


def test_without_checks_there_is_nothing_to_test(tmp_path: Path) -> None:
    run = avion_lint("policy", "test", cwd=write(tmp_path, {"a.txt": ""}))

    assert run.code == 3
    assert "there is nothing to test" in run.err


# --- environments ---------------------------------------------------------------------------------------------------

ENVIRONMENTS = """\
environments:
  staging:
    rules: {job-deadline: {longest: 5m}}
  production:
    extends: staging
    rules: {job-deadline: PRODUCTION}
"""


def judged(root: Path, production: str, *arguments: str) -> Run:
    files = {
        "avion-lint.yaml": "policy: policies/ours.yaml\nenvironments: {prod-eu: {profile: production}}\n",
        "policies/ours.yaml": policy("", ENVIRONMENTS.replace("PRODUCTION", production)),
        "k8s/staging.yaml": JOB.format("staging", 400),
        "k8s/production.yaml": JOB.format("prod", 400),
        "k8s/neither.yaml": JOB.format("x", 400),
    }
    return avion_lint(
        "--no-git", "--all", "--format", "json", "--select", "XA101,AV115", *arguments, cwd=write(root, files)
    )


def test_each_environment_has_the_parameters_of_its_own(tmp_path: Path) -> None:
    run = judged(tmp_path, "{longest: 60s}")

    assert run.found == [("XA101", "k8s/production.yaml", 5), ("XA101", "k8s/staging.yaml", 5)]
    assert [each["message"].rpartition(" ")[2] for each in run.report["findings"]] == ["60s.", "5m."]


@pytest.mark.parametrize("laxer", ["{longest: 8m}", "{longest: 301s}", "{level: warning, longest: 5m}"])
def test_an_environment_that_is_laxer_than_what_it_extends_is_refused(tmp_path: Path, laxer: str) -> None:
    text = policy("", ENVIRONMENTS.replace("PRODUCTION", laxer)).replace(
        "{longest: 5m}}", "{level: error, longest: 5m}}", 1
    )
    root = write(tmp_path, {"avion-lint.yaml": "policy: ours.yaml\n", "ours.yaml": text})

    run = avion_lint("--no-git", cwd=root)

    assert run.code == 2
    assert run.err.startswith("ours.yaml:20:")
    assert "in production and" in run.err
    assert "in staging" in run.err
    assert "override" in run.err


EXTENDING = """\
extends: default
environments:
  staging: {BELOW}
  production:
    extends: staging
    rules:
      ABOVE
"""


@pytest.mark.parametrize(
    ("below", "above", "said"),
    [
        (
            "rules: {KM102: {most: 1}}",
            "KM102: {most: 2}",
            "`most` of failed-migration-retried is 2 in production and 1",
        ),
        ("", "KM102: {most: 2}", "`most` of failed-migration-retried is 2 in production and 0 in staging"),
        ("rules: {KM102: {most: 1}}", "KM102: info", "is info in production and warning in staging"),
        ("rules: {HI101: {level: error}}", "HI101: off", "is off in production and error in staging"),
        ("", "applied-migration-edited: warning", "is warning in production and error in staging"),
        ("", "EN101: {approval: false}", "`approval` of lax-production-setting is false in production and true"),
        ("", "EN101: {retries: 0}", "`retries` of lax-production-setting is 0 in production and 1 in staging"),
        ("", "EN102: {keys: [dry_run]}", "and what has more is stricter"),
        ("rules: {DE121: {allowed: [citext]}}", "DE121: {allowed: [citext, plv8]}", "and what has fewer is stricter"),
    ],
)
def test_options_and_levels_of_rules_that_ship_cannot_be_laxer_either(tmp_path, below, above, said):
    text = EXTENDING.replace("BELOW", below).replace("ABOVE", above)
    root = write(tmp_path, {"avion-lint.yaml": "policy: ours.yaml\n", "ours.yaml": text})

    run = avion_lint("--no-git", cwd=root)

    assert (run.code, run.err.count("ours.yaml:7:")) == (2, 1)
    assert said in run.err
    assert "give a stricter value, or an `override`" in run.err


@pytest.mark.parametrize(
    "above",
    [
        "KM102: {most: 0}",
        "KM102: error",
        "EN101: {retention_days: 90, retries: 1}".replace("_", "-"),
        "KM103: {most: 9000}",  # a longer deadline is neither laxer nor stricter
        "KM102: {most: 3, override: {reason: r, owner: Jo, expires: 2999-01-01}}",
    ],
)
def test_what_is_stricter_or_agreed_is_taken(tmp_path, above):
    text = EXTENDING.replace("BELOW", "").replace("ABOVE", above)
    root = write(tmp_path, {"avion-lint.yaml": "policy: ours.yaml\n", "ours.yaml": text, "a.sql": ""})

    assert avion_lint("--no-git", cwd=root).err == ""


def test_an_override_lets_an_environment_be_laxer_until_its_day_and_is_a_finding_after_it(tmp_path: Path) -> None:
    agreed = "{longest: 8m, override: {reason: r, owner: Jo, expires: DAY}}"

    held = judged(tmp_path, agreed.replace("DAY", "2999-01-01"))
    ended = judged(tmp_path, agreed.replace("DAY", "2026-01-01"))

    assert held.found == [("XA101", "k8s/staging.yaml", 5)]
    assert ended.found == [
        ("XA101", "k8s/production.yaml", 5),
        ("XA101", "k8s/staging.yaml", 5),
        ("AV115", "policies/ours.yaml", 20),
    ]


def test_an_environment_that_extends_none_that_is_there_is_refused(tmp_path: Path) -> None:
    text = policy("", "environments: {production: {extends: stagin}, staging: {}}\n")
    root = write(tmp_path, {"avion-lint.yaml": "policy: ours.yaml\n", "ours.yaml": text})

    run = avion_lint("--no-git", cwd=root)

    assert run.code == 2
    assert "no environment is called `stagin`; did you mean `staging`?" in run.err


def test_rules_of_ours_take_the_level_of_the_environment_that_a_finding_is_in(tmp_path: Path) -> None:
    text = "extends: strict\nenvironments: {production: {rules: {migration-without-deadline: off}}}\n"
    job = JOB.format("NS", 1).replace("  activeDeadlineSeconds: 1\n", "  backoffLimit: 0\n")
    files = {f"k8s/{name}.yaml": job.replace("NS", name) for name in ("staging", "production")}
    root = write(tmp_path, {"avion-lint.yaml": "policy: ours.yaml\n", "ours.yaml": text, **files})

    run = avion_lint("--no-git", "--all", "--format", "json", "--select", "KM103", cwd=root)

    assert [path for _, path, _ in run.found] == ["k8s/staging.yaml"]


# --- policy show ----------------------------------------------------------------------------------------------------


def test_the_policy_of_an_environment_is_shown_with_the_places_of_its_values(tmp_path: Path) -> None:
    judged(tmp_path, "{longest: 60s}")

    run = avion_lint("policy", "show", "--environment", "prod-eu", "--format", "json", cwd=tmp_path)

    (shown,) = (each for each in json.loads(run.out)["rules"] if each["id"] == "XA101")
    assert shown["level"] == {"value": "error", "said": "policies/ours.yaml:5"}
    assert shown["options"] == {"longest": {"value": "60s", "said": "policies/ours.yaml:20"}}
    assert json.loads(run.out)["rulesOf"] == "production"


def test_an_environment_that_nobody_knows_is_wrong_usage(tmp_path: Path) -> None:
    judged(tmp_path, "{longest: 60s}")

    run = avion_lint("policy", "show", "--environment", "prodution", cwd=tmp_path)

    assert run.code == 2
    assert "did you mean `production`?" in run.err


def test_a_policy_that_ships_is_shown_with_its_lines(tmp_path: Path) -> None:
    run = avion_lint("policy", "show", cwd=write(tmp_path, {"a.txt": ""}))

    assert run.code == 0
    assert "LK101  index-not-concurrent" in run.out
    assert "default.yaml:" in run.out


# --- a check as a rule ----------------------------------------------------------------------------------------------


def test_a_check_has_a_page_and_stands_in_the_list_of_rules(tmp_path: Path) -> None:
    examples = "    examples:\n" + example("fail", 1200, " # finds XA101") + example("pass", 300)
    tried(tmp_path, policy(examples))

    page = avion_lint("explain", "job-deadline", cwd=tmp_path)
    listed = avion_lint("rules", "--policy", "policies/ours.yaml", cwd=tmp_path)

    assert page.code == 0
    assert "The deadline … of … is above 10m." in page.out
    assert "activeDeadlineSeconds: 1200\n" in page.out
    assert "XA101  job-deadline  error" in listed.out


def test_a_check_is_in_sarif_with_its_page(tmp_path: Path) -> None:
    judged(tmp_path, "{longest: 60s}")

    run = avion_lint("--no-git", "--all", "--format", "sarif", "--select", "XA101", cwd=tmp_path)

    (rule,) = (each for each in run.report["runs"][0]["tool"]["driver"]["rules"] if each["id"] == "XA101")
    assert "Set it to 10m or less." in rule["help"]["text"]


def test_a_check_that_selects_nothing_is_a_finding_where_everything_is_judged(tmp_path: Path) -> None:
    text = policy().replace("kind: Job", "kind: CronJob")
    root = write(tmp_path, {"avion-lint.yaml": "policy: ours.yaml\n", "ours.yaml": text})
    write(root, {"k8s/job.yaml": JOB.format("x", 1)})

    everything = avion_lint("--no-git", "--all", "--format", "json", cwd=root)
    one = avion_lint("--no-git", "--format", "json", "k8s/job.yaml", cwd=root)

    assert ("AV116", "ours.yaml", 3) in everything.found
    assert "AV116" not in [id_ for id_, _, _ in one.found]


# --- installed packages ---------------------------------------------------------------------------------------------


def test_a_policy_of_an_installed_package_is_found_by_name_and_its_code_is_not_run(tmp_path: Path) -> None:
    site = write(
        tmp_path / "site",
        {
            "acme_rules/__init__.py": "raise SystemExit('this was run')\n",
            "acme_rules/acme.yaml": "extends: base.yaml\nrules: {XA101: warning}\n",
            "acme_rules/base.yaml": policy(),
            "acme-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n",
            "acme-1.0.dist-info/entry_points.txt": "[avion_lint.policies]\nacme = acme_rules\n",
        },
    )
    root = write(tmp_path / "repo", {"avion-lint.yaml": "policy: acme\n", "k8s/job.yaml": JOB.format("x", 900)})

    run = avion_lint(
        "--no-git", "--all", "--format", "json", "--select", "XA101", cwd=root, PYTHONPATH=f"{SOURCES}:{site}"
    )

    assert run.found == [("XA101", "k8s/job.yaml", 5)]
    assert run.of("XA101")["level"] == "warning"


# --- settings of another commit -------------------------------------------------------------------------------------


def test_a_change_is_judged_by_the_policy_of_the_commit_that_is_named(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.commit({"avion-lint.yaml": "policy: policies/ours.yaml\n", "policies/ours.yaml": policy()}, "settings")
    root = write(
        Path(repo.path),
        {
            "policies/ours.yaml": policy().replace("default: 10m", "default: 99h"),
            "avion-lint.yaml": "policy: policies/ours.yaml\nrules: {job-deadline: off}\n",
            "k8s/job.yaml": JOB.format("x", 900),
        },
    )
    arguments = ("--all", "--format", "json", "--select", "XA101")

    loosened = avion_lint(*arguments, cwd=root)
    held = avion_lint(*arguments, "--settings-from", "HEAD", cwd=root)
    unknown = avion_lint(*arguments, "--settings-from", "nowhere", cwd=root)

    assert loosened.found == []
    assert held.found == [("XA101", "k8s/job.yaml", 5)]
    assert "settings, policy and baseline are those of HEAD (" in held.report["summary"]["assumed"]
    assert unknown.code == 2
    assert "git knows no commit nowhere" in unknown.err


HAND = """\
extends: default
checks:
  - id: XA109
    name: no-locking-by-hand
    message: "{name} is locked by hand."
    select: {target: statement, action: [AddColumn, CreateIndex], table: [use*]}
    deny:
      required: [effects]
      properties: {by_hand: {const: true}, effects: {contains: {properties: {level: {minimum: 5}}}}}
    examples:
      fail:
        - path: deploy.sh
          text: |
            psql -c "SELECT 1; CREATE INDEX i ON users (email)" # finds XA109
      pass:
        - path: deploy.sh
          text: |
            psql -c "CREATE INDEX i ON orders (email)"
"""


def test_statements_by_hand_are_looked_at_too(tmp_path: Path) -> None:
    step = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          psql <<EOF\n"
    step += "          SELECT 1;\n          ALTER TABLE users ADD COLUMN a int;\n          EOF\n"
    pod = "#!/bin/bash\nkubectl exec db-0 -- psql -c 'create index i on users (a)'\n"
    files = {"avion-lint.yaml": "policy: ours.yaml\n", "ours.yaml": HAND, "pod.sh": pod}
    root = write(tmp_path, {**files, ".github/workflows/a.yml": step, "tests/setup.sh": pod})

    run = avion_lint("--no-git", "--format=json", cwd=root)
    found = [each for each in run.found if each[0] == "XA109"]

    assert found == [("XA109", ".github/workflows/a.yml", 9), ("XA109", "pod.sh", 2)]


def test_examples_of_checks_of_statements_may_be_scripts(tmp_path: Path) -> None:
    root = write(tmp_path, {"avion-lint.yaml": "policy: ours.yaml\n", "ours.yaml": HAND})

    assert avion_lint("policy", "test", cwd=root).code == 0
