"""Workflows as GitHub reads them: triggers, jobs, steps, their shells, and what of them migrates."""

import pytest

from avion_lint.delivery.workflow import Workflow, WorkflowJob
from avion_lint.shell.shells import Kind
from tests.delivery_helper import collected, delivery

PATH = ".github/workflows/deploy.yml"


def workflow(text: str) -> Workflow:
    return delivery({PATH: text}).workflows[0]


def job(steps: str, more: str = "") -> WorkflowJob:
    return workflow(f"on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n{more}    steps:\n{steps}").jobs[0]


@pytest.mark.parametrize(
    ("on", "events"),
    [
        ("on: push", {"push"}),
        ("on: [push, pull_request]", {"push", "pull_request"}),
        ("on:\n  push:\n    branches: [main]\n  workflow_dispatch:", {"push", "workflow_dispatch"}),
        ("'on': push", {"push"}),
    ],
)
def test_the_events_that_start_a_workflow_are_read_in_every_form(on: str, events: set[str]) -> None:
    assert workflow(f"{on}\njobs: {{}}").events == events


def test_what_is_said_of_an_event_is_found_with_its_place() -> None:
    read = workflow("on:\n  push:\n    branches: [main]\njobs: {}\n")

    trigger = read.trigger("push")
    assert trigger is not None
    assert trigger.texts("branches") == ("main",)
    assert read.place_of_trigger("push").start.line == 2
    assert read.trigger("schedule") is None


def test_a_job_needs_what_its_needs_need() -> None:
    jobs = "".join(
        f"  {name}:\n    needs: {needs}\n    runs-on: x\n    steps: []\n"
        for name, needs in (("a", "[]"), ("b", "a"), ("c", "[b]"), ("d", "[d, c]"))
    )
    read = workflow(f"on: push\njobs:\n{jobs}")

    last = read.job("d")
    assert last is not None
    assert {each.id for each in read.needed(last)} == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ("production", "production"),
        ("{name: staging, url: x}", "staging"),
        ("${{ inputs.env }}", "${{ inputs.env }}"),
    ],
)
def test_the_github_environment_is_read_in_both_forms(environment: str, name: str) -> None:
    assert job("      - run: x\n", f"    environment: {environment}\n").environment == name


def test_a_condition_is_read_without_its_braces() -> None:
    steps = job("      - if: ${{ always() }}\n        run: x\n      - if: success()\n        run: y\n").steps

    assert [step.condition for step in steps] == ["always()", "success()"]


def test_the_group_and_whether_it_cancels_are_read_in_both_forms() -> None:
    short = workflow("on: push\nconcurrency: migrate\njobs: {}").concurrency
    long = workflow(
        "on: push\nconcurrency: {group: 'a-${{ github.ref }}', cancel-in-progress: true}\njobs: {}"
    ).concurrency

    assert short is not None
    assert (short.group, short.cancels) == ("migrate", "")
    assert long is not None
    assert (long.group, long.cancels) == ("a-${{ github.ref }}", "true")


def test_a_script_is_read_by_the_shell_that_the_step_the_job_or_the_workflow_asks_for() -> None:
    text = """
on: push
defaults: {run: {shell: sh}}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: a
      - run: b
        shell: bash
      - run: c
        shell: pwsh
      - uses: actions/checkout@v4
"""
    steps = workflow(text).jobs[0].steps

    assert [step.script.shell.kind if step.script else None for step in steps] == [Kind.DASH, Kind.BASH, None, None]
    assert steps[1].script is not None
    assert steps[1].script.shell.options.pipefail


def test_a_command_of_a_script_has_its_place_in_the_workflow() -> None:
    read = job("      - name: Größe 🔍\n        run: |\n          echo 🔍\n          goose up\n")

    step = read.steps[0]
    assert step.migrates is not None
    assert step.migrates.text == "it runs `goose up`"
    place = step.migrates.place
    assert (place.document.path, place.start.line, place.text) == (PATH, 9, "goose up")


def test_a_manifest_in_a_here_document_is_an_object_with_its_place() -> None:
    script = """
      - run: |
          for service in a b; do
            cat <<EOF | kubectl apply -f -
          apiVersion: batch/v1
          kind: Job
          metadata:
            name: ${service}-migrate-${GITHUB_RUN_ID}
            namespace: ${{ inputs.namespace }}
          spec:
            backoffLimit: 2
            template:
              spec:
                containers:
                  - name: main
                    image: app:1
                    command: [goose]
                    args: [up]
          EOF
          done
"""
    (step,) = job(script).steps
    (manifest,) = step.manifests

    assert manifest.inline
    assert manifest.title == "Job/${service}-migrate-${GITHUB_RUN_ID}"
    assert manifest.part.text("metadata", "namespace") is None
    assert manifest.part.place("spec", "backoffLimit").text == "2"
    assert manifest.part.place("spec", "backoffLimit").start.line == 16
    assert step.migrates is not None
    assert step.migrates.text.startswith("it makes Job/${service}-migrate-${GITHUB_RUN_ID}")


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        ("      - run: goose up\n", "    services: {db: {image: 'postgres:15'}}\n"),
        ("      - run: goose postgres postgres://u:p@localhost:5432/x up\n", ""),
        ("      - run: docker compose up -d db\n      - run: goose up\n", ""),
        ("      - run: goose up\n        env: {PGHOST: localhost}\n", ""),
    ],
)
def test_a_job_with_a_database_of_its_own_tests_migrations(steps: str, more: str) -> None:
    read = job(steps, more)

    assert read.migrating is None
    assert read.testing is not None


def test_a_job_without_one_migrates() -> None:
    read = job("      - run: goose up\n        env: {GOOSE_DBSTRING: '${{ secrets.DSN }}'}\n")

    assert read.migrating is read.steps[0]
    assert read.testing is None


def test_the_steps_of_a_composite_action_are_read() -> None:
    text = "name: x\nruns:\n  using: composite\n  steps:\n    - run: flyway migrate\n      shell: bash\n"
    (action,) = delivery({"actions/migrate/action.yml": text}).workflows

    assert action.is_action
    assert action.jobs[0].steps[0].migrates is not None


def test_a_workflow_that_is_no_mapping_is_passed_over() -> None:
    assert delivery({PATH: "- a\n- b\n"}).workflows == ()
    assert workflow("on: push\njobs: [1, 2]\n").jobs == ()
    assert job("      - 1\n      - run: [x]\n").steps[0].run is None


def test_a_script_that_may_be_powershell_is_not_told_as_one_that_cannot_be_read():
    text = "on: push\njobs:\n  a:\n    runs-on: RUNNER\n    steps:\n      - run: |\n          if (-not ($a)) { b }\n"
    path = ".github/workflows/a.yml"

    assert collected({path: text.replace("RUNNER", "${{ inputs.os }}")})[1] == ()
    assert {each.path for each in collected({path: text.replace("RUNNER", "ubuntu-latest")})[1]} == {path}
