"""What jobs do is followed into called workflows, actions, scripts and manifests, and told where it stands."""

import pytest

from avion_lint.delivery.pipeline import Stage
from tests.delivery_helper import delivery

PATH = ".github/workflows/deploy.yml"
SHARED = "        env: {DSN: '${{ secrets.DSN }}'}\n"
RENDERED = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: '{{ .Values.a }}', labels: {component: migration}}\n"


def stages(files: dict[str, str]) -> dict[str, Stage]:
    return {stage.title: stage for stage in delivery(files).pipelines.stages}


def job(steps: str, more: str = "", on: str = "push") -> str:
    return f"on: {on}\njobs:\n  one:\n    runs-on: ubuntu-latest\n{more}    steps:\n{steps}"


def one(steps: str, more: str = "", **files: str) -> Stage:
    return stages({PATH: job(steps, more)} | {name.replace("__", "/"): text for name, text in files.items()})["one"]


def texts(stage: Stage) -> list[str]:
    return [doing.text for doing in stage.doings]


def test_commands_come_in_the_order_of_the_steps() -> None:
    stage = one("      - run: |\n          goose status\n          goose up\n      - run: helm upgrade users ./chart\n")

    assert texts(stage) == ["goose status", "goose up", "helm upgrade"]


def test_a_manifest_in_a_script_stands_between_the_commands_around_it() -> None:
    script = """      - run: |
          pg_dump --file=x
          kubectl apply -f - <<EOF
          apiVersion: batch/v1
          kind: Job
          metadata: {name: users-migration}
          EOF
          kubectl wait job/users-migration --for=condition=complete
"""

    assert texts(one(script)) == ["pg_dump", "kubectl apply", "Job/users-migration", "kubectl wait"]


def test_a_called_workflow_migrates_for_the_job_that_calls_it() -> None:
    found = stages(
        {
            PATH: "on: push\njobs:\n  call:\n    uses: ./.github/workflows/db.yml\n    with: {environment: staging}\n",
            ".github/workflows/db.yml": job(f"      - run: goose up\n{SHARED}", on="workflow_call"),
        }
    )

    assert found["call"].migration is not None
    assert found["call"].migration.step is None
    assert found["call"].reaches("staging") is not None
    assert found["one"].migration is not None


def test_workflows_that_call_each_other_are_followed_to_an_end() -> None:
    call = "on: workflow_call\njobs:\n  {}:\n    uses: ./.github/workflows/{}.yml\n"

    found = stages(
        {".github/workflows/a.yml": call.format("one", "b"), ".github/workflows/b.yml": call.format("two", "a")}
    )

    assert found["one"].doings == found["two"].doings == ()


def test_an_action_of_the_repository_is_followed() -> None:
    action = "name: m\nruns:\n  using: composite\n  steps:\n    - run: goose up\n      shell: bash\n"

    stage = one("      - uses: ./.github/actions/migrate\n", **{".github/actions/migrate/action.yml": action})

    assert texts(stage) == ["goose up"]
    assert stage.doings[0].step is stage.job.steps[0]
    assert stage.doings[0].place.document.path == ".github/actions/migrate/action.yml"


@pytest.mark.parametrize("line", ["./scripts/migrate.sh", "bash scripts/migrate.sh", "sh ./scripts/migrate.sh up"])
def test_a_script_of_the_repository_is_followed(line: str) -> None:
    assert texts(one(f"      - run: {line}\n", scripts__migrate_sh="")) == []
    assert texts(one(f"      - run: {line}\n", **{"scripts/migrate.sh": "#!/bin/sh\ngoose up\n"})) == ["goose up"]


def test_what_a_script_does_only_when_it_is_told_to_is_not_sure() -> None:
    script = '#!/bin/bash\nreset() { goose reset; }\ncase "$1" in\n  up) goose up ;;\n  reset) reset ;;\nesac\n'

    assert texts(one("      - run: ./db.sh status\n", **{"db.sh": script})) == []


def test_files_that_are_applied_are_what_is_in_them() -> None:
    files = {
        "k8s/job.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\n",
        "k8s/app.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\n",
    }

    assert "Job/migrate" in texts(one("      - run: kubectl apply -f k8s/job.yaml\n", **files))
    assert {"Job/migrate", "Deployment/app"} <= set(texts(one("      - run: kubectl apply -f k8s/\n", **files)))
    within = "      - run: kubectl apply -f job.yaml\n        working-directory: k8s\n"
    assert "Job/migrate" in texts(one(within, **files))


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        ("      - run: goose up\n", "    services: {db: {image: postgres}}\n"),
        ("      - run: docker compose -f ci.yml up -d db\n      - run: goose up\n", ""),
        ("      - run: docker run -d -p 5432:5432 postgres:15\n      - run: goose up\n", ""),
        ("      - run: goose up\n        env: {GOOSE_DBSTRING: postgres://u:p@localhost:5432/x}\n", ""),
        ("      - run: alembic upgrade head\n", "    env: {DATABASE_URL: 'sqlite:///x.db'}\n"),
        ("      - run: make migrate\n      - run: make test\n", ""),
        (
            "      - run: goose up\n      - uses: o/coverage@v4\n        with: {token: '${{ secrets.T }}'}\n",
            "",
        ),
    ],
)
def test_a_database_of_the_job_s_own_is_none_that_others_use(steps: str, more: str) -> None:
    stage = one(steps, more)

    assert stage.migration is None
    assert stage.is_test


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        (f"      - run: goose up\n{SHARED}", ""),
        ("      - run: goose up\n", "    environment: staging\n"),
        ("      - run: goose up\n", "    env: {DSN: '${{ secrets.DSN }}'}\n"),
        ("      - run: ssh db1 'goose up'\n", ""),
        ("      - run: kubectl exec deploy/users -- goose up\n", ""),
        ("      - run: docker compose run --rm app goose up\n        env: {DSN: '${{ secrets.DSN }}'}\n", ""),
        (
            "      - run: docker run --rm flyway/flyway:11 -url=jdbc:postgresql://db.prod/x migrate\n",
            "    name: prod\n",
        ),
        (
            "      - run: |\n          kubectl port-forward svc/db 54 &\n          goose pgx u@localhost:54/x up\n",
            "",
        ),
    ],
)
def test_what_leads_elsewhere_is_a_database_that_others_use(steps: str, more: str) -> None:
    assert one(steps, more).migration is not None


def test_a_pull_request_s_own_database_is_none_that_others_use() -> None:
    text = job(f"      - run: goose up -n pr-${{{{ github.event.number }}}}\n{SHARED}", on="pull_request")

    assert stages({PATH: text})["one"].migration is None


@pytest.mark.parametrize(
    ("steps", "more", "reached"),
    [
        ("      - run: goose up\n", "    environment: production\n", ["production"]),
        ("      - run: goose up\n", "    name: Migrate (staging)\n", ["staging"]),
        ("      - run: kubectl -n avion-prod apply -f x\n", "", ["production"]),
        ("      - run: helm upgrade x y --namespace=avion-staging\n", "", ["staging"]),
        ("      - run: goose up\n        env: {DSN: '${{ secrets.PROD_DSN }}'}\n", "", ["production"]),
        ("      - run: echo namespace=avion-prod >> $GITHUB_OUTPUT\n", "", ["production"]),
        (
            "      - run: goose up\n",
            "    environment: ${{ github.ref_name == 'main' && 'production' || 'staging' }}\n",
            ["production", "staging"],
        ),
        ("      # not for production: environment=production\n      - run: goose up\n", "", []),
        ("      - run: npm ci --omit=dev\n        env: {NODE_ENV: production}\n", "", []),
        ("      - run: echo non-prod\n", "", []),
    ],
)
def test_where_a_job_goes_is_told_by_names_options_and_secrets(steps: str, more: str, reached: list[str]) -> None:
    assert [each.environment for each in one(steps, more).reached] == reached


def test_a_file_s_name_tells_where_it_goes_when_nothing_else_does() -> None:
    found = stages({".github/workflows/deploy-prod.yml": job("      - run: goose up\n")})

    assert found["one"].reaches("production") is not None


def test_jobs_before_a_called_workflow_are_those_before_its_call() -> None:
    read = delivery(
        {
            PATH: "on: push\njobs:\n  test:\n    runs-on: x\n    steps: []\n"
            "  call:\n    needs: test\n    uses: ./.github/workflows/db.yml\n",
            ".github/workflows/db.yml": job(f"      - run: goose up\n{SHARED}", on="workflow_call"),
        }
    ).pipelines

    inner = next(stage for stage in read.migrating)
    assert [stage.title for stage in read.before(inner)] == ["test"]
    assert [stage.title for stage in read.callers(inner.workflow)] == ["call"]


def test_needs_that_go_round_are_followed_to_an_end() -> None:
    text = "on: push\njobs:\n  a: {needs: b, runs-on: x, steps: []}\n  b: {needs: a, runs-on: x, steps: []}\n"

    read = delivery({PATH: text}).pipelines
    assert [stage.title for stage in read.needed(read.stages[0])] == ["b", "a"]


def test_a_chart_that_is_rendered_for_kubectl_is_what_the_job_makes() -> None:
    chart = {
        "deploy/db/Chart.yaml": "name: db\n",
        "deploy/db/templates/job.yaml": RENDERED,
        "deploy/db/templates/other.yaml": RENDERED,
    }
    render = "helm template users deploy/db --set service=users --show-only templates/job.yaml > job.yaml"
    steps = "      - run: |\n          {}\n          kubectl create --filename=job.yaml\n"

    found = stages({PATH: job(steps.format(render)), **chart})["one"]
    assert [doing.manifest.path for doing in found.doings if doing.manifest] == ["deploy/db/templates/job.yaml"]
    assert found.migration is not None


def test_a_chart_that_is_only_rendered_makes_nothing() -> None:
    chart = {
        "deploy/db/Chart.yaml": "name: db\n",
        "deploy/db/templates/job.yaml": RENDERED,
    }

    assert stages({PATH: job("      - run: helm template users deploy/db\n"), **chart})["one"].doings == ()


def test_verify_is_a_test_of_migrations() -> None:
    assert one("      - run: avion-lint verify --full\n").is_test
