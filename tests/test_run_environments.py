"""One change through all environments, each with the documents' values as they stand, by both runners."""

import json

import pytest

from tests.run_helper import Database, flyway_program, goose_path, make_site, table

SETTINGS = "environments: {development: {}, staging: {}, production: {approvers: [kim@x, jo@x]}}\n"
HEAD = "-- Author: Jo\n-- Date: 2026-01-31\n"
GOOSE = {"00001_one.sql": table(1), "00002_two.sql": table(2)}
FLYWAY = {f"V{each}__t{each}.sql": f"{HEAD}CREATE TABLE t{each} (id bigint PRIMARY KEY);\n" for each in (1, 2)}


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["goose", "flyway"])
def test_a_change_goes_through_development_staging_and_production(tmp_path, postgres, runner):
    program = goose_path() if runner == "goose" else flyway_program(tmp_path)
    site = make_site(tmp_path, postgres, program, GOOSE if runner == "goose" else FLYWAY, SETTINGS)
    told, tables = {}, {}
    for env in ("development", "staging", "production"):
        site.database = Database(postgres)
        arguments = []
        if env == "production":
            site.run("--dry-run", env=env)
            papers = [{"by": each, "at": "2026-01-31T10:00:00Z"} for each in ("kim@x", "jo@x")]
            text = json.dumps({"plan": site.plan(env=env)["plan"], "approvals": papers})
            (site.repo.path.parent / "approval.json").write_text(text)
            arguments = ["--approval", site.repo.path.parent / "approval.json"]
        told[env] = site.run(*arguments, env=env)
        tables[env] = site.database.tables()
        again = site.run(env=env)
        site.database.drop()

        assert again["outcome"] == "nothing-to-do"

    assert {env: (each["outcome"], each["after"]) for env, each in told.items()} == dict.fromkeys(told, ("done", "2"))
    assert {env: "backup" in [step["name"] for step in each["steps"]] for env, each in told.items()} == {
        "development": False,
        "staging": True,
        "production": True,
    }
    assert len({tuple(each) for each in tables.values()}) == 1
