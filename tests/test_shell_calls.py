"""Commands without their wrappers, scripts inside scripts, and where they run."""

from __future__ import annotations

import pytest

from avion_lint.shell.calls import Call, calls
from avion_lint.shell.fate import Outcome, Reason
from avion_lint.shell.read import read
from avion_lint.shell.shells import from_github
from avion_lint.shell.wrappers import Machine
from avion_lint.source import Document, Excerpt

pytest.importorskip("tree_sitter_bash")


def all_calls(text: str) -> list[Call]:
    return list(calls(read(Excerpt.whole(Document("x.sh", text)), from_github(None))))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sudo -u postgres PGPASSWORD=x psql -l", "psql -l"),
        ("env -u A B=c goose up", "goose up"),
        ("timeout -k 5 5m goose up", "goose up"),
        ("kubectl -n a exec -i pod-0 -c db -- goose up", "goose up"),
        ("kubectl exec deploy/x -n a -- goose up", "goose up"),
        ("kubectl run m --rm -i --image=x --command -- goose up", "goose up"),
        ("docker run --rm -e A=b -v x:/y ghcr.io/a/b:1 goose up", "goose up"),
        ("docker exec -it -u x db goose up", "goose up"),
        ("docker compose -f x.yml run --rm app goose up", "goose up"),
        ("docker-compose exec -T db goose up", "goose up"),
        ("docker run flyway/flyway:10 -url=u migrate", "flyway -url=u migrate"),
        ("docker run ghcr.io/x/y:1 -dir m up", "y -dir m up"),
        ("go run github.com/pressly/goose/v3/cmd/goose@v3.18.0 -dir x up", "goose -dir x up"),
        ("go run ./cmd/migrate up", "migrate up"),
        ("go tool goose up", "goose up"),
        ("aws-vault exec prod -- env A=b goose up", "goose up"),
        ("op run --env-file=.env -- poetry run alembic upgrade head", "alembic upgrade head"),
        ("npx -y prisma migrate deploy", "prisma migrate deploy"),
        ("bundle exec rails db:migrate", "rails db:migrate"),
        ("uv run --with x python -m alembic upgrade head", "alembic upgrade head"),
        ("dotenv -e .env -- goose up", "goose up"),
        ("flock -w 5 /tmp/lock goose up", "goose up"),
        ("/usr/local/bin/goose up", "/usr/local/bin/goose up"),
        ("command -v goose", "command -v goose"),
        ("make migrate", "make migrate"),
        ("nohup nice -n 5 stdbuf -oL goose up", "goose up"),
    ],
)
def test_the_command_is_what_is_left_without_wrappers(text: str, words: str) -> None:
    assert " ".join(word.shape for word in all_calls(text)[-1].words) == words


@pytest.mark.parametrize(
    ("text", "machine"),
    [
        ("ssh -i key user@host 'cd /app && goose up'", Machine.REMOTE),
        ("ssh host sudo -u app goose up", Machine.REMOTE),
        ("ssh host 'bash -s' <<'EOF'\nset -e\ngoose up\nEOF", Machine.REMOTE),
        ("ssh host <<EOF\ngoose up\nEOF", Machine.REMOTE),
        ("kubectl exec -i p -- bash -lc 'set -e; goose up'", Machine.POD),
        ("kubectl exec -i p -- sh <<'EOF'\ngoose up\nEOF", Machine.POD),
        ("docker run x sh -c 'goose up'", Machine.CONTAINER),
        ("su - app -c 'goose up'", Machine.HERE),
        ("eval 'goose' \"up\"", Machine.HERE),
        ("trap 'goose up' EXIT", Machine.HERE),
        ("bash -euo pipefail <<EOF\ngoose up\nEOF", Machine.HERE),
    ],
)
def test_scripts_inside_are_read_and_keep_their_places_and_machine(text: str, machine: Machine) -> None:
    (goose,) = [call for call in all_calls(text) if call.name == "goose"]

    assert [word.shape for word in goose.arguments] == ["up"]
    assert goose.machine is machine
    assert goose.place.text.replace("'", "").replace('"', "") == "goose up"


def test_a_failure_inside_is_what_becomes_of_the_whole_outside() -> None:
    lost = all_calls("ssh host 'goose up' || true")
    inside = all_calls("sh -c 'goose up; echo done'")

    assert [call.failure.outcome for call in lost if call.name == "goose"] == [Outcome.MASKED]
    assert [call.failure.reason for call in inside if call.name == "goose"] == [Reason.NEXT]


def test_a_time_limit_is_kept() -> None:
    (call,) = all_calls("timeout 1.5m goose up")

    assert call.seconds == 90
