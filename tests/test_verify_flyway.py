"""`avion-lint verify` of Flyway services, with the real Flyway and with our own reader in its place."""

from pathlib import Path

import pytest

from tests.verify_helper import FLYWAY as DB
from tests.verify_helper import flyway as flyway  # noqa: PLC0414 - a fixture
from tests.verify_helper import needs_postgres, problem, states, verified, written

pytestmark = needs_postgres

ITEMS = "CREATE TABLE items (id bigint PRIMARY KEY, name text NOT NULL, price numeric(10, 2));\n"
VIEW = "CREATE OR REPLACE VIEW cheap AS SELECT id, name FROM items WHERE price < 10;\n"
INDEX = "CREATE INDEX CONCURRENTLY items_name_idx ON items (name);\n"
GOOD = {
    f"{DB}/V1__items.sql": ITEMS,
    f"{DB}/V2__note.sql": "ALTER TABLE items ADD COLUMN note text DEFAULT '${word}';\n",
    f"{DB}/V3__index.sql": INDEX,
    f"{DB}/R__cheap.sql": VIEW,
    f"{DB}/beforeEachMigrate.sql": "SET lock_timeout = '3s';\n",
    f"{DB}/afterMigrate.sql": "COMMENT ON TABLE items IS 'things';\n",
}
OWN_LOCK_OFF = (
    f"services: [{{path: {DB}, flyway: {{postgresqlTransactionalLock: false, placeholders: {{word: ä}}}}}}]\n"
)


def service(folder: Path, given: dict[str, str], settings: str = "") -> Path:
    written(folder, given)
    (folder / "avion-lint.yaml").write_text(f"postgres: 18\n{settings}", encoding="utf-8")
    return folder


@pytest.fixture(params=["builtin", pytest.param("real", marks=pytest.mark.slow)])
def runner(request):
    return ("--builtin",) if request.param == "builtin" else ("--flyway", request.getfixturevalue("flyway"))


def test_a_good_service_passes_and_callbacks_and_repeatables_run(tmp_path, runner):
    folder = service(tmp_path, GOOD, OWN_LOCK_OFF)
    found = verified(folder, "--artifacts", "out", *runner)["billing"]

    assert states(found) == {
        "up": "passed",
        "version": "passed",
        "up again": "passed",
        "down by one": "skipped",
        "on the previous release": "skipped",
    }
    assert [(each["version"], len(each["statements"])) for each in found["times"]] == [
        ("1", 1), ("2", 1), ("3", 1), ("cheap", 1)
    ]  # fmt: skip
    assert found["claims"]["agreeing"] == found["claims"]["compared"] == 3
    assert found["schema_differences"] == []
    schema = (folder / "out" / "billing" / "schema.txt").read_text(encoding="utf-8")
    assert "column public.items.note: text default 'ä'::text\n" in schema
    assert "comment table public.items: things\n" in schema
    assert "index public.items_name_idx: CREATE INDEX items_name_idx" in schema


@pytest.mark.slow
def test_that_flyway_cannot_undo_is_said(tmp_path, flyway):
    folder = service(tmp_path, {f"{DB}/V1__items.sql": ITEMS, f"{DB}/U1__items.sql": "DROP TABLE items;\n"})
    found = verified(folder, "--flyway", flyway)["billing"]
    (down,) = (step for step in found["steps"] if step["name"] == "down by one")

    assert down["said"] == "Flyway undoes migrations in its paid editions only"
    assert found["runner"] == "Flyway 11.20.3 (OSS)"


def test_undo_scripts_are_run_by_our_own_reader(tmp_path):
    given = {
        f"{DB}/V1__items.sql": ITEMS,
        f"{DB}/U1__items.sql": "DROP TABLE items;\n",
        f"{DB}/V2__note.sql": "ALTER TABLE items ADD COLUMN note text;\nCREATE TABLE more (id int);\n",
        f"{DB}/U2__note.sql": "ALTER TABLE items DROP COLUMN note;\n",
    }
    found = verified(service(tmp_path, given), "--builtin", code=1)["billing"]

    told = problem(found, "down by one")
    assert (told["path"], told["lines"]) == (f"{DB}/U2__note.sql", ["+ column public.more.id", "+ table public.more"])
    (tmp_path / DB / "U2__note.sql").write_text("ALTER TABLE items DROP COLUMN note;\nDROP TABLE more;\n")
    right = verified(tmp_path, "--builtin", "--full")["billing"]
    assert set(states(right).values()) == {"passed", "skipped"}
    assert states(right)["up after all"] == "passed"


@pytest.mark.slow
def test_a_repeatable_that_runs_every_time_is_found(tmp_path, flyway):
    always = f"-- ${{flyway:timestamp}}\n{VIEW}"
    folder = service(tmp_path, {f"{DB}/V1__items.sql": ITEMS, f"{DB}/R__cheap.sql": always})
    told = problem(verified(folder, "--flyway", flyway, code=1)["billing"], "up again")

    assert told["what"].startswith("a second run did something") or "changed the runner's own table" in told["what"]


@pytest.mark.slow
def test_that_flyway_waits_for_itself_is_told_with_what_ends_it(tmp_path, flyway):
    folder = service(tmp_path, {f"{DB}/V1__items.sql": ITEMS, f"{DB}/V2__index.sql": INDEX})
    told = problem(verified(folder, "--flyway", flyway, "--statement-timeout", "4", code=1)["billing"], "up")

    assert (told["path"], told["line"], told["sqlstate"]) == (f"{DB}/V2__index.sql", 1, "57014")
    assert "set flyway.postgresql.transactional.lock=false" in told["mend"]


def test_what_the_server_refuses_is_told_with_its_line(tmp_path, runner):
    broken = "ALTER TABLE items ADD COLUMN age int;\n\nALTER TABLE items\n  ADD COLUMN kind nonsense;\n"
    folder = service(tmp_path, {f"{DB}/V1__items.sql": ITEMS, f"{DB}/V2__broken.sql": broken})
    told = problem(verified(folder, *runner, code=1)["billing"], "up")

    assert (told["path"], told["line"], told["sqlstate"]) == (f"{DB}/V2__broken.sql", 4, "42704")
    assert told["message"] == 'type "nonsense" does not exist'


def test_a_file_that_mixes_what_flyway_does_not_mix_is_refused_in_flyways_words(tmp_path, runner):
    folder = service(tmp_path, {f"{DB}/V1__items.sql": ITEMS + INDEX})
    told = problem(verified(folder, *runner, code=1)["billing"], "up")

    assert any("Detected both transactional and non-transactional statements" in line for line in told["lines"])


def test_what_ends_half_way_leaves_a_failed_entry_and_is_told(tmp_path, runner):
    twice = {**GOOD, f"{DB}/V4__twice.sql": INDEX}
    told = problem(verified(service(tmp_path, twice, OWN_LOCK_OFF), *runner, code=1)["billing"], "up")

    assert (told["path"], told["sqlstate"]) == (f"{DB}/V4__twice.sql", "42P07")


def test_rows_behind_a_copy_are_sent(tmp_path, runner):
    rows = "COPY items (id, name) FROM STDIN;\n1\tä\n2\tb\n\\.\nALTER TABLE items ADD CONSTRAINT two CHECK (id < 3);\n"
    folder = service(tmp_path, {f"{DB}/V1__items.sql": ITEMS, f"{DB}/V2__rows.sql": rows})

    assert states(verified(folder, *runner)["billing"])["up again"] == "passed"
