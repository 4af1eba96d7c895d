"""Rules about workflows where their pages do not reach: what GitHub does with groups, conditions, calls and reruns."""

import pytest

from avion_lint.finding import Finding
from avion_lint.judgement.rehearse import rehearse
from tests.rules_helper import RULES, judged

PATH = ".github/workflows/deploy.yml"
DSN = "        env: {GOOSE_DBSTRING: '${{ secrets.DSN }}'}\n"
UP = f"      - run: goose up\n{DSN}"
PUSH = "{push: {branches: [main]}}"


def workflow(jobs: str, on: str = PUSH, more: str = "") -> str:
    return f"name: Deploy\non: {on}\n{more}jobs:\n{jobs}"


def job(name: str = "migrate", more: str = "", steps: str = UP) -> str:
    return f"  {name}:\n    runs-on: ubuntu-latest\n{more}    steps:\n{steps}"


def called(more: str = "", on: str = "workflow_call", above: str = "") -> dict[str, str]:
    return {".github/workflows/db.yml": workflow(job("inner", more), on, above)}


def calling(name: str, more: str = "") -> str:
    return f"  {name}:\n    uses: ./.github/workflows/db.yml\n{more}"


def found(rule: str, text: str, settings: str | None = None, **more: str) -> list[Finding]:
    return judged({PATH: text, **more}, {}, rule, settings)


def lines(findings: list[Finding]) -> list[int]:
    return [finding.place.start.line for finding in findings]


# --- groups --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calls", "grouped"),
    [
        (calling("a", "    concurrency: a\n"), True),
        (calling("a"), False),
        (calling("a", "    concurrency: a\n") + calling("b"), False),
    ],
)
def test_a_called_workflow_is_serialised_where_all_calls_are(calls: str, grouped: bool) -> None:
    assert (found("WF101", workflow(calls), **called()) == []) is grouped


def test_who_calls_a_workflow_from_elsewhere_is_not_known() -> None:
    assert judged(called(), {}, "WF101") == []
    assert len(judged(called(on="[workflow_call, workflow_dispatch]"), {}, "WF101")) == 1


def test_a_caller_s_group_may_cancel_the_called_migration() -> None:
    above = "concurrency: {group: main, cancel-in-progress: true}\n"

    assert lines(found("WF102", workflow(calling("a"), more=above), **called())) == [3]


@pytest.mark.parametrize("cancels", ["false", "${{ github.event_name == 'pull_request' }}"])
def test_a_group_that_may_not_cancel_or_only_sometimes_is_left_alone(cancels: str) -> None:
    more = f'    concurrency: {{group: a, cancel-in-progress: "{cancels}"}}\n'

    assert found("WF102", workflow(job(more=more))) == []


@pytest.mark.parametrize(
    ("on", "more", "divided"),
    [
        (PUSH, "", False),
        ("{push: {branches: [main]}, schedule: [{cron: '1 1 * * *'}]}", "", False),
        ("{push: {branches: ['release/*']}}", "    environment: staging\n", True),
        ("{push: {branches: [main]}, workflow_dispatch: {}}", "    environment: staging\n", True),
        ("{release: {types: [published]}}", "    environment: production\n", True),
        (
            "{push: {branches: [main, develop]}}",
            "    environment: ${{ github.ref_name == 'main' && 'production' || 'staging' }}\n",
            False,
        ),
        ("push", "    environment: staging\n    if: github.ref == 'refs/heads/main'\n", False),
    ],
)
def test_a_group_by_branch_divides_only_branches_that_share_a_database(on: str, more: str, divided: bool) -> None:
    text = workflow(job(more=f"{more}    concurrency: migrate-${{{{ github.ref }}}}\n"), on)

    assert bool(found("WF103", text)) is divided


@pytest.mark.parametrize(
    ("strategy", "skipped"),
    [
        ("{matrix: {service: [a, b, c]}}", True),
        ("{matrix: {service: [a, b]}}", True),  # the next run's pushes out the one that waits
        ("{matrix: {service: [a, b, c]}, max-parallel: 1}", False),
        ("{matrix: {service: '${{ fromJSON(needs.x.outputs.y) }}'}}", True),
    ],
)
def test_github_keeps_one_that_runs_and_one_that_waits(strategy: str, skipped: bool) -> None:
    more = f"    strategy: {strategy}\n    concurrency: migrate\n"

    assert bool(found("WF104", workflow(job(more=more)))) is skipped


def test_a_group_that_queues_drops_nothing() -> None:
    more = "    strategy: {matrix: {service: [a, b, c]}}\n    concurrency: {group: migrate, queue: max}\n"

    assert found("WF104", workflow(job(more=more))) == []


def test_the_group_of_a_whole_run_does_not_divide_its_matrix() -> None:
    text = workflow(job(more="    strategy: {matrix: {s: [a, b, c]}}\n"), more="concurrency: main\n")

    assert found("WF104", text) == []


# --- approval ------------------------------------------------------------------------------------------------------

PROD = job(steps=f"      - run: goose up\n{DSN.replace('DSN }}', 'PROD_DSN }}')}")
ASK = job("approval", steps="      - run: echo ok\n")


@pytest.mark.parametrize(
    "steps",
    [
        "      - run: gh workflow run deploy.yml\n",
        "      - uses: peter-evans/repository-dispatch@v3\n",
        "      - run: curl -X POST https://api.github.com/repos/o/r/actions/workflows/1/dispatches\n",
    ],
)
def test_an_approval_that_starts_another_workflow_has_an_effect(steps: str) -> None:
    approval = {".github/workflows/approve.yml": workflow(job("approval", steps=steps), "workflow_dispatch")}

    assert found("WF106", workflow(PROD), **approval) == []


def test_an_approval_that_another_workflow_follows_has_an_effect() -> None:
    approval = {".github/workflows/approve.yml": workflow(ASK, "workflow_dispatch").replace("Deploy", "Approve")}
    text = workflow(PROD, "{workflow_run: {workflows: [Approve], types: [completed]}}")

    assert found("WF106", text, **approval) == []
    assert len(found("WF106", workflow(PROD), **approval)) == 1


@pytest.mark.parametrize("name", ["auto-approve", "approve-dependabot"])
def test_robots_that_approve_pull_requests_are_no_approval(name: str) -> None:
    other = {".github/workflows/bot.yml": workflow(job(name, steps="      - run: gh pr review --approve\n"))}

    assert found("WF106", workflow(PROD), **other) == []


def test_who_lets_the_workflows_of_a_pull_request_run_is_no_approval() -> None:
    steps = "      - uses: prometheus/promci/approve_workflows@v0.9.0\n"
    for event in ("issue_comment", "pull_request_target"):
        assert (
            found("WF106", workflow(PROD), **{".github/workflows/b.yml": workflow(job("approve", steps=steps), event)})
            == []
        )


def test_an_approval_before_other_jobs_than_the_migration_is_found() -> None:
    notify = job("notify", "    needs: approval\n", "      - run: echo\n")

    assert lines(found("WF106", workflow(ASK + notify + PROD))) == [4]
    assert found("WF106", workflow(ASK + PROD.replace("    runs-on", "    needs: approval\n    runs-on"))) == []


# --- times ---------------------------------------------------------------------------------------------------------


def waiting(timeout: str, deadline: str, more: str = "") -> list[Finding]:
    steps = f"""      - run: |
          kubectl apply -f k8s/job.yaml
          kubectl wait --for=condition=complete {timeout} job/migrate
"""
    manifest = f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate}}\nspec: {{backoffLimit: 0{deadline}}}\n"
    return found("WF109", workflow(job(more=more, steps=steps)), **{"k8s/job.yaml": manifest})


@pytest.mark.parametrize(
    ("timeout", "deadline", "count"),
    [
        ("--timeout=300s", ", activeDeadlineSeconds: 600", 1),
        ("--timeout=5m", ", activeDeadlineSeconds: 300", 1),
        ("--timeout 11m", ", activeDeadlineSeconds: 600", 0),
        ("--timeout=1h2m3s", ", activeDeadlineSeconds: 600", 0),
        ("", ", activeDeadlineSeconds: 600", 1),
        ("", ", activeDeadlineSeconds: 20", 0),
        ("--timeout=-1s", "", 0),
        ('--timeout="$LIMIT"', "", 0),
        ("--timeout=300s", "", 1),
    ],
)
def test_a_wait_has_to_outlast_the_job(timeout: str, deadline: str, count: int) -> None:
    assert len(waiting(timeout, deadline)) == count


@pytest.mark.parametrize("loop", ["until", "while !"])
def test_a_loop_that_looks_again_outlasts_the_job(loop: str) -> None:
    again = f"{loop} kubectl wait --for=condition=complete --timeout=10s job/migrate; do sleep 1; done; true"

    assert waiting(f"--timeout=700s job/migrate; {again};", ", activeDeadlineSeconds: 600") == []


def test_a_job_has_to_outlast_its_waits() -> None:
    assert waiting("--timeout=660s", ", activeDeadlineSeconds: 600", "    timeout-minutes: 15\n") == []
    assert len(waiting("--timeout=660s", ", activeDeadlineSeconds: 600", "    timeout-minutes: 11\n")) == 1


@pytest.mark.parametrize("more", ["    timeout-minutes: 30\n", "    timeout-minutes: ${{ vars.MINUTES }}\n"])
def test_a_limit_of_a_job_is_enough_though_it_is_not_known(more: str) -> None:
    assert found("WF108", workflow(job(more=more))) == []


def test_a_limit_of_the_step_is_enough() -> None:
    step = f"      - run: goose up\n        timeout-minutes: 5\n{DSN}"

    assert found("WF108", workflow(job(steps=step))) == []


def test_how_long_is_too_long_is_an_option() -> None:
    settings = "rules: {migration-without-timeout: {level: error, maximum-minutes: 10}}\n"

    assert len(found("WF108", workflow(job(more="    timeout-minutes: 30\n")), settings)) == 1


# --- order ---------------------------------------------------------------------------------------------------------


def deploying(line: str, more: str = "", name: str = "deploy") -> str:
    return job(name, more, f"      - run: {line}\n")


@pytest.mark.parametrize(
    ("line", "more"),
    [
        ("helm upgrade --install ingress-nginx ingress-nginx/ingress-nginx", ""),
        ("kubectl rollout undo deployment/users", ""),
        ("helm upgrade users ./chart", "    environment: staging\n"),
        ("kubectl rollout status deployment/users", ""),
    ],
)
def test_what_is_no_deployment_of_the_migrated_application_may_come_first(line: str, more: str) -> None:
    migrate = job(more="    environment: production\n")

    assert found("WF110", workflow(migrate + deploying(line, more))) == []


def test_a_deployment_waits_through_other_jobs() -> None:
    between = job("check", "    needs: migrate\n", "      - run: echo\n")
    jobs = job() + between + deploying("helm upgrade users ./chart", "    needs: [check]\n")

    assert found("WF110", workflow(jobs)) == []


def test_a_deployment_waits_for_a_called_migration() -> None:
    deploy = deploying("helm upgrade users ./chart", "    needs: [db]\n")

    assert found("WF110", workflow(calling("db") + deploy), **called()) == []
    without = deploy.replace("    needs: [db]\n", "")
    assert lines(found("WF110", workflow(calling("db") + without), **called())) == [6]


def test_one_apply_of_job_and_deployment_keeps_no_order() -> None:
    files = {
        "k8s/job.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\n",
        "k8s/app.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\n",
    }

    both = "      - run: kubectl apply -f k8s/\n"
    apart = "      - run: kubectl apply -f k8s/job.yaml\n      - run: kubectl apply -f k8s/app.yaml\n"
    assert len(found("WF110", workflow(job(steps=both)), **files)) == 1
    assert len(found("WF110", workflow(job(steps=apart)), **files)) == 1  # nothing waits for the Job


@pytest.mark.parametrize(
    ("push", "count"),
    [
        ("{push: {branches: [main]}}", 1),
        ("{push: {branches: [main], paths: ['web/**']}}", 0),
        ("{push: {tags: ['v*']}}", 0),
        ("workflow_dispatch", 0),
    ],
)
def test_a_workflow_beside_the_one_that_migrates_waits_for_nothing(push: str, count: int) -> None:
    other = {".github/workflows/app.yml": workflow(deploying("flyctl deploy"), push)}

    assert len(found("WF110", workflow(job()), **other)) == count


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("always()", 1),
        ("${{ !cancelled() }}", 1),
        ("success() || failure()", 1),
        ("always() && needs.migrate.result == 'success'", 0),
        ("!cancelled() && !contains(needs.*.result, 'failure')", 0),
        ("github.ref == 'refs/heads/main'", 0),
        ("failure()", 0),
    ],
)
def test_what_runs_anyway_has_to_look_at_the_migration(condition: str, count: int) -> None:
    deploy = deploying("helm upgrade users ./chart", f'    needs: migrate\n    if: "{condition}"\n')

    assert len(found("WF111", workflow(job() + deploy))) == count


def test_jobs_that_run_anyway_and_deploy_nothing_are_left_alone() -> None:
    notify = job("notify", "    needs: migrate\n    if: always()\n", "      - run: curl https://chat.example\n")

    assert found("WF111", workflow(job() + notify)) == []


def test_staging_counts_when_production_waits_for_its_tests() -> None:
    staging = job("staging", "    environment: staging\n")
    smoke = job("smoke", "    needs: staging\n", "      - run: echo\n")
    production = job("production", "    needs: smoke\n    environment: production\n")

    assert found("WF112", workflow(staging + smoke + production)) == []
    assert len(found("WF112", workflow(staging + production.replace("    needs: smoke\n", "")))) == 1


@pytest.mark.parametrize(
    ("on", "condition", "count"),
    [
        ("pull_request", "", 1),
        ("[push, pull_request]", "github.ref == 'refs/heads/main'", 0),
        ("[push, pull_request]", "github.event_name == 'push'", 0),
        ("[push, pull_request]", "github.event_name != 'pull_request'", 0),
        ("[push, pull_request]", "github.actor != 'dependabot[bot]'", 1),
        ("pull_request_target", "github.ref == 'refs/heads/main'", 1),
        ("{pull_request: {types: [closed]}}", "github.event.pull_request.merged == true", 0),
    ],
)
def test_a_condition_keeps_pull_requests_out_or_does_not(on: str, condition: str, count: int) -> None:
    more = f'    if: "{condition}"\n' if condition else ""

    assert len(found("WF113", workflow(job(more=more), on))) == count


def test_a_condition_of_a_needed_job_keeps_pull_requests_out() -> None:
    build = job("build", "    if: github.event_name == 'push'\n", "      - run: make\n")

    assert found("WF113", workflow(build + job(more="    needs: build\n"), "[push, pull_request]")) == []


# --- backups and tests ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [
        "      - run: pg_dump --format=custom --file=x.dump users\n",
        "      - run: aws rds create-db-snapshot --db-instance-identifier users\n",
        "      - name: Take a snapshot\n        uses: acme/cloud@v1\n",
        "      - run: ./scripts/backup.sh\n",
    ],
)
def test_a_step_before_that_backs_up_is_enough(before: str) -> None:
    more = "    environment: production\n"

    assert found("WF114", workflow(job(more=more, steps=before + UP))) == []
    assert len(found("WF114", workflow(job(more=more, steps=UP + before)))) == 1


def test_words_that_tell_of_a_backup_are_an_option() -> None:
    settings = "rules: {production-without-backup: {level: error, commands: [vaultify]}}\n"
    text = workflow(job(more="    environment: production\n", steps=f"      - run: vaultify now\n{UP}"))

    assert found("WF114", text, settings) == []
    assert len(found("WF114", text)) == 1


def test_a_check_that_settings_call_required_may_not_be_skipped() -> None:
    settings = "rules: {required-check-filtered: {level: error, workflows: [deploy.yml], merge-queue: true}}\n"
    text = workflow(job("lint", "    if: github.actor != 'x'\n"), "{pull_request: {paths: ['db/**']}}")

    assert lines(found("WF118", text, settings)) == [2, 2, 6]
    assert found("WF118", text) == []


# --- lists and matrices --------------------------------------------------------------------------------------------


def matrix(name: str, values: str) -> str:
    return job(name, f"    strategy: {{matrix: {{service: [{values}]}}}}\n")


def test_lists_with_and_without_a_common_prefix_are_the_same() -> None:
    jobs = matrix("a", "users, orders, billing") + matrix("b", "acme-users, acme-orders, acme-billing")

    assert found("WF119", workflow(jobs)) == []


def test_a_difference_is_one_finding_with_every_list() -> None:
    loop = job("c", steps=f"      - run: for s in users orders billing search; do goose -dir $s up; done\n{DSN}")
    [finding] = found(
        "WF119", workflow(matrix("a", "users, orders, billing") + matrix("b", "users, orders, billing, search") + loop)
    )

    assert finding.place.start.line == 6
    assert "`search` is in 2 of 3" in finding.message
    assert len(finding.related) == 2


def test_lists_of_other_things_are_not_compared() -> None:
    jobs = matrix("a", "users, orders, billing") + matrix("b", "ubuntu, macos, windows") + matrix("c", "15, 16, 17")

    assert found("WF119", workflow(jobs)) == []


@pytest.mark.parametrize(
    ("step", "count"),
    [
        (f"      - run: goose -dir ${{{{ matrix.s }}}}/migrations up\n{DSN}", 1),
        (UP, 1),
        (UP.replace("secrets.DSN", "secrets[matrix.s]"), 0),
        (f"      - run: goose -table ${{{{ matrix.s }}}}_version up\n{DSN}", 0),
    ],
)
def test_jobs_of_a_matrix_need_databases_of_their_own(step: str, count: int) -> None:
    more = "    strategy: {matrix: {s: [a, b]}}\n"

    assert len(found("WF120", workflow(job(more=more, steps=step)))) == count


# --- expressions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("    services: {db: {image: 'postgres:${{ env.V }}'}}\n", 1),
        ("    services: {db: {image: 'postgres:${{ vars.V }}'}}\n", 0),
        ("    services: {db: {image: postgres, env: {P: '${{ env.P }}'}}}\n", 0),
        ("    if: secrets.DSN != ''\n", 1),
        ("    if: contains('env.x secrets.y', github.ref)\n", 0),
        ("    concurrency: a-${{ env.X }}\n", 1),
        ("    environment: {name: a, url: 'https://${{ steps.x.outputs.y }}'}\n", 0),
        ("    timeout-minutes: ${{ env.X }}\n", 1),
        ("    env: {A: '${{ secrets.A }}', B: '${{ runner.os }}'}\n", 1),
    ],
)
def test_what_an_expression_may_read_depends_on_its_place(more: str, count: int) -> None:
    assert len(found("WF121", workflow(job(more=more)))) == count


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("users-${GITHUB_RUN_ID}", 1),
        ("users-${{ github.sha }}", 1),
        ("users-${GITHUB_RUN_ID}-${GITHUB_RUN_ATTEMPT}", 0),
        ("users-$(date +%s)-${GITHUB_SHA}", 0),
        ("users", 0),
    ],
)
def test_a_name_is_new_for_each_attempt_or_not(name: str, count: int) -> None:
    step = f"""      - run: |
          kubectl apply -f - <<EOF
          apiVersion: batch/v1
          kind: Job
          metadata:
            name: {name}
            labels: {{component: migration}}
          EOF
"""

    assert len(found("WF122", workflow(job(steps=step)))) == count
    deleting = step.replace("kubectl apply", "kubectl delete job x --ignore-not-found\n          kubectl apply")
    assert found("WF122", workflow(job(steps=deleting))) == []


@pytest.mark.parametrize(
    ("option", "count"),
    [("--resource apps:Deployment:x", 1), ("--strategy=apply", 1), ("--strategy apply", 1), ("--prune", 0)],
)
def test_only_a_whole_sync_runs_hooks(option: str, count: int) -> None:
    step = f"      - run: argocd app sync users {option}\n"
    hook = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations: {helm.sh/hook: pre-upgrade}\n"

    assert len(found("WF123", workflow(job(steps=step)), **{"chart/job.yaml": hook})) == count
    assert found("WF123", workflow(job("sync", steps=step))) == []


INPUTS = "{workflow_dispatch: {inputs: {v: {type: string}, c: {type: choice, options: [a]}, n: {type: number}}}}"


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("github.head_ref", 1),
        ("github.event.pull_request.title", 1),
        ("github.event.head_commit.message", 1),
        ("github.event.pull_request.number", 0),
        ("github.event.pull_request.base.ref", 0),
        ("github.event.repository.default_branch", 0),
        ("github.sha", 0),
        ("inputs.v", 1),
        ("github.event.inputs.v", 1),
        ("inputs.c", 0),
        ("inputs.n", 0),
    ],
)
def test_only_what_somebody_else_writes_freely_is_an_injection(expression: str, count: int) -> None:
    step = f"      - run: goose up-to ${{{{ {expression} }}}}\n{DSN}"

    assert len(found("WF128", workflow(job(steps=step), INPUTS))) == count


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        ("      - run: git diff origin/main -- db\n", 1),
        ("      - run: git fetch origin main\n      - run: git diff origin/main -- db\n", 0),
        ("      - run: git diff --exit-code\n", 0),
        ("      - run: git log HEAD~1..HEAD\n", 1),
        ("      - run: git diff ${{ github.event.pull_request.base.sha }} HEAD\n", 1),
    ],
)
def test_one_commit_is_not_enough_to_compare(steps: str, count: int) -> None:
    checkout = "      - uses: actions/checkout@v4\n"

    assert len(found("WF129", workflow(job(steps=checkout + steps + UP)))) == count
    deep = f"{checkout}        with: {{fetch-depth: 0}}\n"
    assert found("WF129", workflow(job(steps=deep + steps + UP))) == []


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("go install github.com/pressly/goose/v3/cmd/goose@latest", 1),
        ("go install -tags 'no_mysql no_sqlite3' github.com/pressly/goose/v3/cmd/goose@latest", 1),
        ("go install github.com/pressly/goose/v3/cmd/goose@v3.27.3", 0),
        ("docker run --rm flyway/flyway migrate", 1),
        ("docker run --rm flyway/flyway:11.20.3 migrate", 0),
        ("go install golang.org/x/tools/cmd/goimports@latest", 0),
    ],
)
def test_a_tool_has_a_version_or_not(line: str, count: int) -> None:
    assert len(found("WF130", workflow(job(steps=f"      - run: {line}\n{UP}")))) == count


@pytest.mark.parametrize(
    "text", ["", "a: [", "jobs: 3", "on: push\njobs: {a: 3, b: []}", "on:\njobs:\n  a:\n    steps: {}\n    needs: {}\n"]
)
def test_what_is_no_workflow_makes_no_rule_stumble(text: str) -> None:
    verdict = rehearse({PATH: text}, {}, RULES)

    assert not [each for each in verdict.unchecked if "broke" in each.why]
    told = {result.rule.id for result in verdict.results if result.rule.family == "WF"}
    assert told <= {"WF191", "WF192"}  # by the schema
