"""SQL that reaches a database from a script, at its places."""

from __future__ import annotations

import pytest

from avion_lint.shell.calls import calls
from avion_lint.shell.manifests import Embedded, embedded
from avion_lint.shell.read import read
from avion_lint.shell.shells import from_github
from avion_lint.shell.sql import Client, clients
from avion_lint.source import Document, Excerpt

pytest.importorskip("tree_sitter_bash")


def client_calls(text: str) -> list[Client]:
    return list(clients(calls(read(Excerpt.whole(Document("x.sh", text)), from_github(None)))))


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ('psql -c "DROP TABLE a"', "DROP TABLE a"),
        ("psql -tAc 'DROP TABLE a'", "DROP TABLE a"),
        ('psql -U x --command="DROP TABLE a"', "DROP TABLE a"),
        ("kubectl exec p -- psql -U postgres -d db -c 'DROP TABLE a'", "DROP TABLE a"),
        ("echo 'DROP TABLE a' | psql", "DROP TABLE a"),
        ("echo 'DROP TABLE a' | kubectl exec -i p -- psql -U x", "DROP TABLE a"),
        ("psql <<'EOF'\nDROP TABLE a\nEOF", "DROP TABLE a\n"),
        ("psql <<< 'DROP TABLE a'", "DROP TABLE a"),
        ("cat <<EOF | psql\nDROP TABLE a\nEOF", "DROP TABLE a\n"),
        ("ssh host \"psql -c 'DROP TABLE a'\"", "DROP TABLE a"),
        ("kubectl exec p -- sh -c 'psql -c \"DROP TABLE a\"'", "DROP TABLE a"),
        ("mysql -u root -e 'DROP TABLE a'", "DROP TABLE a"),
        ("printf '%s' 'DROP TABLE a' | psql", "DROP TABLE a"),
    ],
)
def test_sql_is_found_where_it_is_written(text: str, sql: str) -> None:
    (call,) = client_calls(text)
    (found,) = call.texts

    assert found.text == sql
    assert found.place(5, 10).text == "TABLE"


def test_unknown_parts_are_names_of_the_same_length() -> None:
    (call,) = client_calls("psql -v t=x -c \"UPDATE ${TABLE}_old SET a = '$V' WHERE b = :'w' AND c::int = :t\"")
    (found,) = call.texts

    assert found.text == "UPDATE xxxxxxxx_old SET a = 'xx' WHERE b = 'xx' AND c::int = xx"
    assert len(found.unknown) == 4


def test_lines_of_psql_itself_are_no_sql() -> None:
    (call,) = client_calls("psql -1 <<EOF\n\\set ON_ERROR_STOP on\n\\d users\nSELECT 1;\nEOF")

    assert call.texts[0].text.strip() == "SELECT 1;"
    assert call.texts[0].meta == ("\\set ON_ERROR_STOP on", "\\d users")
    assert call.stops
    assert call.single_transaction


def test_a_client_says_where_it_connects_and_which_files_it_reads() -> None:
    (call,) = client_calls('psql "$DB_URL" -v ON_ERROR_STOP=1 -f up.sql -h db -p 5433')
    (positional,) = client_calls("cat a.sql b.sql | psql -h db users app")
    (redirected,) = client_calls("psql postgres://a@b/c < dump.sql")

    assert [word.shape for word in call.files] == ["up.sql"]
    assert call.stops
    assert call.connection.host is not None
    assert call.connection.host.shape == "db"
    assert [word.shape for word in positional.files] == ["a.sql", "b.sql"]
    assert positional.connection.database is not None
    assert positional.connection.user is not None
    assert (positional.connection.database.shape, positional.connection.user.shape) == ("users", "app")
    assert positional.stops is False
    assert redirected.connection.dsn is not None
    assert [word.shape for word in redirected.files] == ["dump.sql"]


def manifests(text: str) -> list[Embedded]:
    return list(embedded(read(Excerpt.whole(Document("x.sh", text)), from_github(None))))


@pytest.mark.parametrize(
    ("text", "verb", "path"),
    [
        ("cat <<EOF | kubectl apply -f -\nkind: Job\nEOF", "apply", None),
        ("kubectl -n dev create -f - <<EOF\nkind: Job\nEOF", "create", None),
        ("cat <<EOF | envsubst | kubectl apply --filename=-\nkind: Job\nEOF", "apply", None),
        ("cat > /tmp/job.yaml <<EOF\nkind: Job\nEOF", None, "/tmp/job.yaml"),
        ("cat <<EOF | sudo tee job.yaml\nkind: Job\nEOF", None, "job.yaml"),
        ("tee job.yaml <<EOF >/dev/null\nkind: Job\nEOF", None, "job.yaml"),
    ],
)
def test_manifests_in_heredocs_are_found_with_what_becomes_of_them(
    text: str, verb: str | None, path: str | None
) -> None:
    (found,) = manifests(text)

    assert found.text.text == "kind: Job\n"
    assert found.verb == verb
    assert (found.path.shape if found.path else None) == path
