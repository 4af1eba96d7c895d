"""Who holds what from which statement until when."""

from avion_lint.runners.migration import Direction
from avion_lint.timeline.build import timeline
from avion_lint.timeline.model import Holder, Work
from avion_lint.timeline.words import remarks, summary, until_words
from tests.timeline_helper import drawn, goose_timeline, last_migration

BEFORE = "CREATE TABLE users (id bigint PRIMARY KEY, age int);\nCREATE TABLE orders (id bigint, user_id bigint);"
NO_TRANSACTION = "-- +goose NO TRANSACTION\n"
AE, SHARE, SUE = "ACCESS EXCLUSIVE", "SHARE", "SHARE UPDATE EXCLUSIVE"


def test_in_goose_s_transaction_a_lock_is_held_to_the_end():
    made = goose_timeline(BEFORE, "ALTER TABLE users ADD a int;\nCREATE INDEX i ON orders (user_id);\nSELECT 1;")

    assert [stretch.holder for stretch in made.stretches] == [Holder.RUNNER]
    assert drawn(made) == [{"users": AE}, {"users": AE, "orders": SHARE}, {"users": AE, "orders": SHARE}]


def test_without_a_transaction_a_lock_is_held_while_its_statement_runs():
    made = goose_timeline(BEFORE, "ALTER TABLE users ADD a int;\nALTER TABLE orders ADD b int;", head=NO_TRANSACTION)

    assert drawn(made) == [{"users": AE}, {"orders": AE}]


def test_begin_and_commit_in_the_file_are_a_transaction():
    up = "ALTER TABLE users ADD a int;\nBEGIN;\nALTER TABLE orders ADD b int;\nSELECT 1;\nCOMMIT;\nSELECT 2;"
    made = goose_timeline(BEFORE, up, head=NO_TRANSACTION)

    assert [(each.first, each.last, each.holder) for each in made.stretches] == [
        (1, 1, Holder.STATEMENT),
        (2, 5, Holder.FILE),
        (6, 6, Holder.STATEMENT),
    ]
    assert drawn(made) == [{"users": AE}, {}, {"orders": AE}, {"orders": AE}, {"orders": AE}, {}]


def test_statements_sent_as_one_query_are_a_transaction():
    block = (
        "-- +goose StatementBegin\nALTER TABLE users ADD a int; ALTER TABLE orders ADD b int;\n-- +goose StatementEnd"
    )
    made = goose_timeline(BEFORE, block, head=NO_TRANSACTION)

    assert [stretch.holder for stretch in made.stretches] == [Holder.QUERY]
    assert drawn(made) == [{"users": AE}, {"users": AE, "orders": AE}]


def test_flyway_runs_a_concurrent_build_outside_a_transaction():
    names = "db/migration/V{}__x.sql"
    made = timeline(last_migration(BEFORE, "CREATE INDEX CONCURRENTLY i ON orders (user_id);", names=names))

    assert [stretch.holder for stretch in made.stretches] == [Holder.STATEMENT]
    assert drawn(made) == [{"orders": SUE}]
    assert len(made.steps[0].phases) == 4


def test_rolling_back_to_a_savepoint_gives_back_what_was_locked_since():
    up = "LOCK TABLE users IN SHARE MODE;\nSAVEPOINT s;\nALTER TABLE orders ADD b int;\nROLLBACK TO s;\nSELECT 1;"
    made = goose_timeline(BEFORE, up)

    assert drawn(made) == [{"users": SHARE}] * 2 + [{"users": SHARE, "orders": AE}] + [{"users": SHARE}] * 2
    assert until_words(made, made.lanes[1].worst) == "from statement 3 until statement 4 gives it back"


def test_a_stronger_lock_later_is_told_and_a_weaker_one_is_not():
    up = "LOCK TABLE users IN SHARE MODE;\nALTER TABLE users ADD a int;\nLOCK TABLE users IN SHARE MODE;"
    (lane,) = goose_timeline(BEFORE, up).lanes

    assert [(str(held.lock), held.first, held.last) for held in lane.held] == [(SHARE, 1, 3), (AE, 2, 3)]


def test_a_renamed_table_is_one_lane():
    up = "ALTER TABLE users RENAME TO people;\nALTER TABLE people ADD a int;"
    made = goose_timeline(BEFORE, up)

    assert drawn(made) == [{"users": AE}, {"users": AE}]
    assert [str(name) for name in made.lanes[0].names] == ["people"]


def test_a_table_of_the_same_transaction_is_seen_by_nobody():
    made = goose_timeline(BEFORE, "CREATE TABLE new (id int);\nALTER TABLE new ADD a int;")

    assert drawn(made) == [{}, {}]
    assert summary(made) == "Blocks no read and no write of anything that was there before."


def test_a_table_of_an_earlier_transaction_of_the_file_is_seen():
    up = "CREATE TABLE new (id int);\nALTER TABLE new ADD a int;"

    assert drawn(goose_timeline(BEFORE, up, head=NO_TRANSACTION)) == [{}, {"new": AE}]


def test_a_table_older_than_the_migrations_is_seen():
    assert drawn(goose_timeline("", "ALTER TABLE old ADD a int;\nSELECT 1;")) == [{"old": AE}, {"old": AE}]


def test_what_cannot_but_fail_ends_it():
    up = "ALTER TABLE users ADD a int;\nCREATE INDEX CONCURRENTLY i ON users (a);\nALTER TABLE orders ADD b int;"
    made = goose_timeline(BEFORE, up)

    assert [step.reached for step in made.steps] == [True, True, False]
    assert made.steps[1].failure.sqlstate == "25001"
    assert drawn(made)[2] == {}
    assert until_words(made, made.lanes[0].held[0]) == "from statement 1 until statement 2 fails"


def test_work_is_told_with_the_relation_that_it_is_done_to():
    up = "ALTER TABLE users ALTER age TYPE bigint;\nCREATE INDEX i ON orders (user_id);\nUPDATE orders SET user_id = 1;"
    made = goose_timeline(BEFORE, up)
    deeds = [[(str(deed.relation), deed.work) for deed in step.deeds] for step in made.steps]

    assert deeds == [[("users", Work.REWRITE)], [("orders", Work.BUILD)], [("orders", Work.CHANGE)]]


def test_the_remark_says_what_runs_under_the_lock():
    up = "ALTER TABLE users ADD a int;\nSELECT 1;\nALTER TABLE orders ALTER user_id TYPE int;\nSELECT 2;"
    said = [remark.text for remark in remarks(goose_timeline(BEFORE, up))]

    assert said == [
        (
            f"Holds {AE} on users from statement 1 on, while 3 later statements run; "
            "meanwhile the migration writes orders anew (3)."
        ),
        (
            f"Holds {AE} on orders from statement 3 on, while 1 later statement runs; "
            "meanwhile the migration writes orders anew (3)."
        ),
    ]


def test_a_block_that_may_lock_says_perhaps():
    body = "DO $$ BEGIN IF true THEN ALTER TABLE users ADD a int; END IF; EXECUTE 'ALTER TABLE ' || 'x'; END $$;"
    made = goose_timeline(BEFORE, f"-- +goose StatementBegin\n{body}\n-- +goose StatementEnd")

    assert not made.lanes[0].worst.sure
    assert "puts together" in made.steps[0].unseen


def test_the_down_section_has_its_own_timeline():
    files = [
        f"-- +goose Up\n{BEFORE}",
        "-- +goose Up\nALTER TABLE users ADD a int;\n-- +goose Down\nDROP TABLE orders;",
    ]
    made = timeline(last_migration(*files), Direction.DOWN)

    assert drawn(made) == [{"orders": AE}]


def test_what_cannot_be_read_is_told():
    made = goose_timeline(BEFORE, "ALTER TABLE users ADD a int;\nALTR TABLE orders;")

    (gap,) = made.gaps
    assert gap.startswith("Line 3 cannot be read")
