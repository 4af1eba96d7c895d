"""What the benchmarks measure on: the same on every machine, and migrations as goose and PostgreSQL take them."""

import hashlib
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from avion_lint.runners import goose
from avion_lint.runners.migration import Direction
from avion_lint.source import Document
from avion_lint.sql.statements import read
from benchmarks import deliveries, generate, imports, limit, readme, report
from benchmarks.cases import Case, Goal
from benchmarks.measure import Command, Measured, Sample, alternate
from tests.cli_helper import judged
from tests.git_helper import Repo

SHAPES = {
    "files": lambda: islice(generate.migrations(), 150),
    "merged": lambda: generate.merged(100_000, 10),
    "wide": lambda: generate.wide(40, 160),
}


def sections(name, text):
    file = goose.read(Document(name, text), goose.profile_of("latest"))
    return {direction: file.section(direction) for direction in Direction}


def digest(files):
    return hashlib.sha256("".join(f"{name}\n{text}" for name, text in files).encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("files", "51353de03cc64b62"), ("merged", "203c34d2f9f6e34d"), ("wide", "47844276ff200572")],
    ids=list(SHAPES),
)
def test_what_is_generated_is_the_same_everywhere(shape, expected):
    assert digest(SHAPES[shape]()) == expected


def test_another_seed_gives_other_files():
    assert digest(islice(generate.migrations(1), 5)) != digest(islice(generate.migrations(2), 5))


def test_migrations_have_the_size_of_real_ones():
    files = list(islice(generate.migrations(), 1000))
    size = sum(len(text.encode()) for _, text in files) / len(files)
    statements = sum(
        len(read(chunk.text).statements)
        for name, text in files[:300]
        for section in sections(name, text).values()
        for chunk in section.chunks
    )
    assert 850 < size < 1050
    assert 7 < statements / 300 < 8.2


@pytest.mark.parametrize("shape", SHAPES)
def test_postgresql_takes_all_that_is_generated_up_and_down(shape, postgres):
    psycopg = pytest.importorskip("psycopg")
    read_files = [sections(name, text) for name, text in SHAPES[shape]()]
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE SCHEMA made_{shape}")
        server.execute(f"SET search_path = made_{shape}")
        for each in read_files:
            run(server, each[Direction.UP])
        for each in reversed(read_files):
            run(server, each[Direction.DOWN])
        left = server.execute(
            "SELECT count(*) FROM pg_class c WHERE c.relnamespace = %s::regnamespace", [f"made_{shape}"]
        )
        assert left.fetchone() == (0,)
        server.execute(f"DROP SCHEMA made_{shape}")


def run(server, section):
    assert section.error is None
    for chunk in section.chunks:
        server.execute(chunk.text)


def test_a_repository_has_one_new_migration(tmp_path):
    new = generate.repository(tmp_path / "shop", islice(generate.migrations(), 12), commits=3)
    repo = Repo(tmp_path / "shop")
    assert repo.git("status", "--porcelain", "-uall").split() == ["??", f"{generate.FOLDER}/{new.name}"]
    assert len(repo.git("log", "--format=%h", "main").split()) == 3
    summary = judged(cwd=repo.path).report["summary"]
    assert (summary["judged"], summary["applied"]) == (1, 11)


def test_everything_in_a_generated_corpus_is_understood(tmp_path):
    generate.corpus(tmp_path, 60)
    report = judged("--no-git", "--all", cwd=tmp_path).report
    assert not [each for each in report["findings"] if each["id"].startswith("AV")]
    assert len({each["id"] for each in report["findings"]}) > 8


def take(commands, *, runs=3, timeout=20):
    here = Path.cwd()
    try:
        return alternate(commands, runs=runs, seconds=20, timeout=timeout, tell=lambda _: None)
    finally:
        os.chdir(here)


def python(folder, code, **options):
    return Command((sys.executable, "-S", "-c", code), folder, {}, **options)


def test_time_memory_and_cpu_are_those_of_the_process(tmp_path):
    idle = "import time; time.sleep(0.2)"
    busy = "import time\nwhile time.process_time() < 0.2: pass\ndata = b'x' * 100_000_000"
    found = take({"idle": python(tmp_path, idle), "busy": python(tmp_path, busy)}, runs=2)
    assert found["idle"].wall() >= 0.2 > found["idle"].cpu()
    assert found["busy"].cpu() >= 0.2
    assert found["busy"].peak() > 95
    assert len(found["busy"].samples) == 2


def test_a_run_that_takes_too_long_is_stopped_and_told(tmp_path):
    found = take({"slow": python(tmp_path, "import time; time.sleep(60)")}, timeout=0.3)["slow"]
    assert (found.samples, found.trouble) == ([], "> 0 s")


def test_a_run_that_fails_is_told_with_its_last_words(tmp_path):
    found = take({"wrong": python(tmp_path, "import sys; sys.exit('no such thing')\n", codes=(0,))})["wrong"]
    assert (found.samples, found.trouble) == ([], "exit code 1: no such thing")


def test_what_must_be_cold_is_removed_before_each_run_and_what_must_be_warm_is_run_once_before(tmp_path):
    cache = tmp_path / "cache"
    fill = f"import os, sys; there = os.path.exists({str(cache)!r}); os.makedirs({str(cache)!r}, exist_ok=True)"
    cold = python(tmp_path, f"{fill}; sys.exit(there)", cold=(cache,), codes=(0,))
    warm = python(tmp_path, f"{fill}; sys.exit(not there)", codes=(0,))
    assert not take({"cold": cold})["cold"].trouble
    assert not take({"warm": Command(warm.words, tmp_path, {}, once=warm.words, codes=(0,))})["warm"].trouble


def test_a_goal_is_judged_by_the_median_of_the_rounds():
    case = Case("x", "x", dict, (Goal("ours", "theirs", 2), Goal("ours", None, 3), Goal("ours", "absent", 1)))
    ours = Measured([Sample(wall, 1, 1, 0) for wall in (1, 9, 4)])
    theirs = Measured([Sample(wall, 2, 1, 0) for wall in (1, 3, 1)])
    ratio, seconds = report.judged(case, {"ours": ours, "theirs": theirs})
    assert (ratio.value, ratio.cpu, ratio.met) == (3, 0.5, False)
    assert (seconds.value, seconds.met) == (4, False)


def test_the_limit_reads_and_parses_all_files(tmp_path):
    generate.corpus(tmp_path, 5)
    (tmp_path / "wrong.sql").write_text("SELEKT;")
    done = subprocess.run([sys.executable, limit.__file__, tmp_path], capture_output=True, text=True, check=True)
    wall, cpu = map(float, done.stdout.split())
    assert 0 < cpu < 1
    assert 0 < wall < 1
    assert done.stderr.splitlines() == ["pg_query_raw_parse", f"{tmp_path}/wrong.sql: it does not parse as one text"]


def test_the_readme_has_a_place_for_the_table_and_keeps_the_rest(tmp_path):
    text = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    copy = tmp_path / "README.md"
    copy.write_text(text, encoding="utf-8")
    measured = {"avion-lint": Measured([Sample(0.0241, 0.02, 1, 0)]), "squawk": Measured([Sample(2.04, 2, 1, 0)])}
    results = {"one": (Case("one", "a title", dict), measured, [])}

    assert readme.written(copy, {"cpu": "a processor", "usable cores": 2, "system": "Linux", "python": "3.11"}, results)
    new = copy.read_text(encoding="utf-8")
    assert "| one new file, 30 applied | 24 ms | – | – | 2.0 s | – | – |\n" in new
    assert "a processor, 2 cores, Linux; python 3.11.\n<!-- /speed -->" in new
    assert new.partition("<!-- speed -->")[0] == text.partition("<!-- speed -->")[0]
    assert new.partition("<!-- /speed -->")[2] == text.partition("<!-- /speed -->")[2]


def test_modules_that_must_not_be_loaded_are_found_also_inside_packages(tmp_path):
    command = Command(("-c", "import email.policy, decimal"), tmp_path, {})
    rules = {"forbidden": ["email", "decimal", "sqlite3"], "known": ["decimal", "sqlite3"]}
    found = imports.loaded(sys.executable, command, rules)
    assert {"email", "email.policy"} <= set(found.unexpected)
    assert found.known == ("decimal",)
    assert found.gone == ("sqlite3",)


def test_what_is_known_to_be_loaded_is_among_what_must_not_be():
    for lists in imports.lists().values():
        assert set(lists["known"]) <= set(lists["forbidden"])
        assert lists["forbidden"] == sorted(set(lists["forbidden"]), key=lists["forbidden"].index)


def test_what_stands_around_the_sql_is_generated_the_same_everywhere():
    assert digest(deliveries.first(40)) == "ede740366c89a229"


def test_workflows_and_manifests_are_in_a_realistic_mix_of_five_megabytes_a_thousand():
    files = list(deliveries.first(1000))
    workflows = [name for name, _ in files if name.startswith(".github/workflows/")]
    assert len({name for name, _ in files}) == 1000
    assert 300 < len(workflows) < 400
    assert 4_500_000 < sum(len(text.encode()) for _, text in files) < 5_500_000


def test_every_generated_workflow_and_manifest_is_yaml_and_its_scripts_are_shell(tmp_path):
    pytest.importorskip("tree_sitter_bash")
    generate.write(tmp_path, deliveries.first(40))
    report = judged("--no-git", "--all", "--policy", "strict", cwd=tmp_path).report
    assert not [each for each in report["findings"] if each["id"].startswith("AV")]
    assert {each["path"] for each in report["unchecked"]} <= {"."}
    assert {each["id"][:2] for each in report["findings"]} >= {"WF", "KM", "SH"}
