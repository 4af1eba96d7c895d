"""The cache: a run says the same with it and without it, and nothing that lies in it can harm."""

import json
import os
import resource
import sys
from pathlib import Path

import pytest

from avion_lint.cache import snapshot
from avion_lint.cache.codec import Codec, UnknownValueError
from avion_lint.cache.lines import Lines, joined
from avion_lint.cache.memory import FEWEST
from avion_lint.cache.snapshot import Past
from avion_lint.cache.store import Store
from avion_lint.cli.program import parser
from tests.cli_helper import Run, goose, indexes, makes
from tests.forked_helper import avion_lint, judged
from tests.git_helper import Repo, make_repo
from tests.sql_helper import ORIGIN, schema

SERVICE = "services/users/migrations"
ALL_SORTS = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE DOMAIN age AS int CHECK (VALUE > 0) DEFAULT 7;
CREATE TABLE users (id bigserial PRIMARY KEY, email varchar(80) NOT NULL DEFAULT lower('X'), m mood, a age,
  up text GENERATED ALWAYS AS (upper(email)) STORED, CONSTRAINT long CHECK (length(email) > 3 AND a < 9));
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY, user_id bigint REFERENCES users ON DELETE CASCADE,
  made date NOT NULL) PARTITION BY RANGE (made);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE UNIQUE INDEX users_email_idx ON users (lower(email)) WHERE m = 'sad';
CREATE INDEX ON orders (user_id);
ALTER TABLE users ADD CONSTRAINT adult CHECK (a > 17) NOT VALID;
CREATE VIEW names AS SELECT id, email FROM users;
CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM orders WITH NO DATA;
CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER at AFTER UPDATE OF email ON users FOR EACH ROW EXECUTE FUNCTION t();
CREATE SEQUENCE numbers OWNED BY users.id;
CREATE SCHEMA audit;
CREATE TABLE audit.log (at timestamptz DEFAULT now()) INHERITS (users);
COMMENT ON COLUMN users.email IS 'deprecated';
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A service with so many applied migrations that they are remembered, and one that is new."""
    made = make_repo(tmp_path / "repo")
    for number in range(1, FEWEST + 11):
        made.write(f"{SERVICE}/{number:05}_make_{number}.sql", makes(f"t{number}"))
    made.write(f"{SERVICE}/00061_odd.sql", goose("SELEC 1;"))
    made.commit()
    made.branch("change")
    made.write(f"{SERVICE}/00062_index.sql", indexes("t7", "name"))
    return made


def run(repo: Repo, *arguments: str, cache: Path) -> Run:
    """Judge with what is known of the schema, and not with what an earlier run said."""
    for kept in cache.glob("*.run"):
        kept.unlink()
    return judged(*arguments, cwd=repo.path, AVION_LINT_CACHE=str(cache))


def states(cache: Path) -> list[Path]:
    return sorted(cache.glob("*.state"))


def pieces(state: Path) -> list[bytes]:
    lines = Lines(os.open(state, os.O_RDONLY), state.name)
    return [lines[number] for number in range(lines.count)]


def test_what_applied_migrations_set_for_later_sessions_is_remembered(repo: Repo, tmp_path: Path) -> None:
    repo.git("switch", "-q", "main")
    repo.write(f"{SERVICE}/00001_make_1.sql", goose("ALTER ROLE CURRENT_USER SET lock_timeout = '3s';"))
    repo.commit()
    repo.branch("again")
    repo.write(f"{SERVICE}/00063_add.sql", goose("ALTER TABLE t7 ADD COLUMN extra int;"))
    found = [run(repo, cache=tmp_path / "cache").report["findings"] for _ in range(2)]

    assert states(tmp_path / "cache")
    assert [[each["id"] for each in each_run if each["id"] == "LK106"] for each_run in found] == [[], []]


def test_a_run_says_the_same_without_a_cache_when_it_fills_it_and_when_it_uses_it(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    without = run(repo, "--no-cache", cache=cache)
    assert states(cache) == []
    filling = run(repo, cache=cache)
    (state,) = states(cache)
    using = run(repo, cache=cache)

    assert [each["id"] for each in without.report["findings"]].count("LK101") == 1
    assert without.report["unchecked"], "the applied migration that does not parse is told"
    assert filling.report == using.report == without.report
    assert states(cache) == [state]


def test_what_is_remembered_is_not_read_again(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run(repo, cache=cache)
    (state,) = states(cache)
    first, *others = pieces(state)
    parts = json.loads(first) | {"problems": '["{}"]'}
    Store(str(cache)).keep(state.stem, (json.dumps(parts).encode(), *others))

    assert run(repo, cache=cache).report["unchecked"] == [], "what does not parse is taken from the state"
    assert run(repo, "--no-cache", cache=cache).report["unchecked"] != []


@pytest.mark.parametrize("harm", ["", "x\n{}", "cut", "[]", '{"tables": 1}'])
def test_a_state_that_is_broken_counts_as_none(repo: Repo, tmp_path: Path, harm: str) -> None:
    cache = tmp_path / "cache"
    good = run(repo, cache=cache)
    (state,) = states(cache)
    if harm == "cut":
        state.write_bytes(state.read_bytes()[:-9])
    elif harm.startswith(("[", "{")):
        Store(str(cache)).keep(state.stem, (harm.encode(), *pieces(state)[1:]))
    else:
        state.write_text(harm)

    assert run(repo, cache=cache).report == good.report


@pytest.mark.parametrize(
    "harm",
    [b"{}", b"[[1]]", b"nothing", b"9" * 5000, b"[" * 100_000, b'[["[\\"public\\",\\"t7\\"]",0,["public","t7"],7]]'],
)
def test_where_an_object_of_a_state_is_broken_the_run_is_judged_without_it_and_another_takes_its_place(
    repo: Repo, tmp_path: Path, harm: bytes
) -> None:
    cache = tmp_path / "cache"
    good = run(repo, cache=cache)
    (state,) = states(cache)
    sound = state.read_bytes()
    whole = pieces(state)
    tables = json.loads(whole[0])["tables"]
    held = {number for first, count, _ in tables for number in range(first, first + count)}
    Store(str(cache)).keep(state.stem, [harm if number in held else each for number, each in enumerate(whole)])

    assert run(repo, cache=cache).report == good.report
    assert state.read_bytes() == sound


def test_a_flipped_bit_in_any_piece_of_a_state_changes_nothing_that_is_said(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    good = run(repo, cache=cache)
    (state,) = states(cache)
    data = bytearray(state.read_bytes())
    for at in range(len(data) - len(data) // 2, len(data), 97):
        data[at] ^= 4
    state.write_bytes(data)

    assert run(repo, cache=cache).report == good.report


def test_a_state_under_the_name_of_another_is_not_used(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run(repo, cache=cache)
    (state,) = states(cache)
    repo.checkout("main")
    repo.commit({f"{SERVICE}/00063_drop.sql": goose("DROP TABLE t7;")})
    repo.checkout("change")
    repo.git("merge", "--quiet", "main")
    good = run(repo, cache=cache)
    (other,) = (each for each in states(cache) if each != state)
    state.replace(other)

    assert run(repo, cache=cache).report == good.report


def test_a_dump_in_which_nothing_is_made_stands_for_what_is_before_it_each_time(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    repo.write("dump.sql", "SET statement_timeout = 0;\n")
    repo.write("avion-lint.yaml", f"services: [{{path: {SERVICE}, schema: {{file: dump.sql, version: 55}}}}]\n")
    repo.write(f"{SERVICE}/00062_index.sql", indexes("t60", "name") + goose("DROP TABLE t7, t59;"))
    found = [run(repo, cache=cache).report["findings"] for _ in range(2)]

    assert found[0] == found[1] == run(repo, "--no-cache", cache=cache).report["findings"]


def test_another_parser_makes_other_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "pglast"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site-packages")])
    before = parser()
    (package.parent / "pglast-8.9.dist-info").mkdir()
    os.utime(package.parent, (1, 1))
    newer = parser()
    (package / "__init__.py").unlink()
    (package / "__init__.py").write_text("")
    os.utime(package / "__init__.py", (2, 2))
    os.utime(package.parent, (1, 1))

    assert len({before, newer, parser()}) == 3


def test_an_edited_applied_migration_makes_the_state_useless(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run(repo, cache=cache)
    repo.write(f"{SERVICE}/00007_make_7.sql", makes("t7").replace("name text", "name text NOT NULL"))

    assert run(repo, cache=cache).report == run(repo, "--no-cache", cache=cache).report


def test_when_main_moves_on_only_what_is_new_there_is_read(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run(repo, cache=cache)
    repo.checkout("main")
    repo.write(f"{SERVICE}/00063_more.sql", makes("more"))
    repo.commit()
    repo.branch("next")
    repo.write(f"{SERVICE}/00064_index.sql", indexes("more", "name"))

    assert run(repo, cache=cache).report == run(repo, "--no-cache", cache=cache).report
    assert len(states(cache)) == 2


def test_a_cache_that_cannot_be_written_is_no_hindrance(repo: Repo, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    assert run(repo, cache=blocked / "cache").report == run(repo, "--no-cache", cache=blocked).report


def test_the_cache_is_told_of_and_emptied(repo: Repo, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run(repo, cache=cache)
    told = avion_lint("cache", cwd=repo.path, AVION_LINT_CACHE=str(cache))
    emptied = avion_lint("cache", "clean", cwd=repo.path, AVION_LINT_CACHE=str(cache))

    assert f"{cache}: 1 state, 1 run and 0 lists of files, " in told.out
    assert emptied.out == f"removed 1 state, 1 run and 0 lists of files from {cache}\n"
    assert list(cache.iterdir()) == []


def test_few_migrations_are_not_worth_a_state(tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo")
    repo.write(f"{SERVICE}/00001_a.sql", makes("a"))
    repo.commit()
    run(repo, cache=tmp_path / "cache")

    assert states(tmp_path / "cache") == []


def test_a_schema_comes_back_as_it_was(tmp_path: Path) -> None:
    before = schema(ALL_SORTS)
    stored = tmp_path / "state"
    stored.write_bytes(joined(snapshot.write(Past(before, {})), stored.name))
    lines = Lines(os.open(stored, os.O_RDONLY), stored.name)
    after = snapshot.read(lines, {ORIGIN.place.document.path: ORIGIN.place.document}).schema

    name = next(iter(before.tables))
    assert after.tables.about(name) == before.tables.about(name)
    assert (after.tables, after.indexes, after.things) == (before.tables, before.indexes, before.things)
    assert after == before
    assert schema("ALTER TABLE users DROP COLUMN email CASCADE;", start=after) == schema(
        "ALTER TABLE users DROP COLUMN email CASCADE;", start=before
    )


@pytest.mark.parametrize("text", ['["os.system","true"]', '["Path","/"]', "[]", '["Name"]', "[[1]]", "nothing"])
def test_a_form_that_stands_for_none_of_the_known_records_is_refused(text: str) -> None:
    with pytest.raises(UnknownValueError):
        Codec({}, {}).read(text)


def test_the_oldest_states_make_room(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "cache"))
    for number in range(60):
        store.keep(f"{number:03}", (b"{}",))

    kept = [Path(path).stem for _, _, path in store.states()]
    assert len(kept) == 40
    assert "059" in kept


# --- the folder


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "large", "other's"])
def test_what_is_no_file_of_ours_is_not_read(tmp_path: Path, kind: str) -> None:
    store, other = Store(str(tmp_path / "cache")), tmp_path / "elsewhere"
    store.write("a", b"{}")
    path = tmp_path / "cache" / "a.state"
    assert store.read("a") == b"{}"
    whole = path.read_bytes()
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        other.write_bytes(whole)
        path.symlink_to(other)
    elif kind == "folder":
        path.mkdir()
    elif kind == "large":
        path.write_bytes(whole)
        os.truncate(path, 1 << 40)
    else:
        path.write_bytes(whole)
        path.chmod(0o666)

    assert store.read("a") is None
    assert store.newest(["a"]) is None


def test_what_was_kept_under_another_name_is_not_what_was_kept_under_this_one(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.write("a", b"{}")
    (tmp_path / "a.state").rename(tmp_path / "b.state")

    assert store.read("b") is None


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "cache"))
    store.write("a", b"{}")
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        store.write("a", b"x" * 10_000)
        store.keep("b", [b"x" * 10_000])
        os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["a.state"]
    assert store.read("a") == b"{}"


def test_what_a_killed_process_has_left_is_taken_away_when_it_is_old(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    old, young = tmp_path / "a.state.7.new", tmp_path / "b.state.8.new"
    old.write_text("half")
    young.write_text("half")
    os.utime(old, (1_700_000_000, 1_700_000_000))
    store.write("c", b"{}")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.state.8.new", "c.state"]
    assert store.clean() == 1
    assert list(tmp_path.iterdir()) == []
