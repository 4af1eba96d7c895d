"""SQL that scripts send by hand is read as SQL, with its places in the file."""

from avion_lint.delivery.by_hand import HandProblem, by_hand
from avion_lint.delivery.runs import Run
from avion_lint.sql import actions as a
from tests.delivery_helper import delivery


def run(text: str) -> Run:
    return delivery({"bin/x.sh": f"#!/bin/bash\n{text}\n"}).runs[0]


def test_statements_of_an_option_a_pipe_and_a_here_document_are_read() -> None:
    text = """
psql -c 'DROP TABLE users; SELECT 1'
echo "DELETE FROM goose_db_version" | psql "$DSN"
kubectl exec db-0 -- psql -U app <<'SQL'
ALTER TABLE users
  DROP COLUMN email;
SQL
"""
    found = run(text).by_hand

    assert [type(action) for each in found for action in each.actions[:1]] == [
        a.Drop,
        a.Command,
        a.Delete,
        a.DropColumn,
    ]
    assert [each.place.start.line for each in found] == [3, 3, 4, 6]
    assert found[3].place_of(found[3].actions[0]).text.endswith("DROP COLUMN email")


def test_variables_of_the_shell_do_not_keep_sql_from_being_read() -> None:
    (found,) = run("psql -c \"UPDATE users SET plan = '$PLAN' WHERE id = $ID\"").by_hand

    assert isinstance(found.actions[0], a.Update)
    assert found.place.text == "UPDATE users SET plan = '$PLAN' WHERE id = $ID"


def test_what_is_no_sql_is_told() -> None:
    (found,) = by_hand(run("psql -c 'DROP TALBE users'").acts)

    assert isinstance(found, HandProblem)
    assert found.place.text == "TALBE"


def test_meta_commands_and_other_databases_are_passed_over() -> None:
    assert run("psql -c '\\dt'\nmysql -e 'DROP TABLE x'\npsql -f x.sql").by_hand == ()
