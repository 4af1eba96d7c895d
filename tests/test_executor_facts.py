"""The pure parts of the executor: the decision tree, the checks, approvals, the trail's chain, pgBackRest's words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import pytest

from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.running.approval import NotApprovedError, approved_by
from avion_lint.executor.running.diagnosis import Branch, Facts, diagnose
from avion_lint.executor.running.estimate import Estimate
from avion_lint.executor.running.lock import Holder, key_of
from avion_lint.executor.running.measure import Measured, Session
from avion_lint.executor.running.pending import Pending
from avion_lint.executor.running.pgbackrest import latest
from avion_lint.executor.running.plan import Plan, PlannedFile
from avion_lint.executor.running.preflight import Backups, Evidence, Outcome, checks, within
from avion_lint.executor.running.recorded import Recorded
from avion_lint.executor.server.address import Address, Secret
from avion_lint.executor.trail.audit import Trail, entries, flaws, sealed, unfinished
from avion_lint.record import replace
from avion_lint.settings.environments import Profile, Window, profile
from avion_lint.stats.rates import Range

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
STAGING, PRODUCTION = (profile(str(kind), kind) for kind in (Profile.STAGING, Profile.PRODUCTION))


def file(version, *, transactional=True):
    return PlannedFile(f"m/{version}.sql", version, "a" * 64, "b" * 64, transactional)


def plan(**changes):
    made = Plan("users", "production", "goose", "db:5432/users", "15.8", "1", "x", (file("2"),), ("1",))
    return replace(made, **changes)


# --- the decision tree --------------------------------------------------------------------------------------------

TREE = Facts("users", "production", "goose", "r1", "db", "1", (file("2"), file("3", transactional=False)))


@pytest.mark.parametrize(
    ("changes", "branch"),
    [
        ({}, Branch.NOT_BEGUN),
        ({"begun": {"m/2.sql"}}, Branch.FAILED_WHOLE),
        ({"begun": {"m/2.sql"}, "applied": {"m/2.sql"}}, Branch.FAILED_WHOLE),
        ({"begun": {"m/2.sql", "m/3.sql"}, "applied": {"m/2.sql"}}, Branch.FAILED_PART_WAY),
        ({"begun": {"m/2.sql"}, "recorded_failed": ("2",)}, Branch.FAILED_PART_WAY),
        ({"begun": {"m/2.sql", "m/3.sql"}, "applied": {"m/2.sql", "m/3.sql"}}, Branch.NOT_THE_MIGRATION),
        ({"begun": {"m/2.sql"}, "reached": False}, Branch.UNKNOWN),
        ({"begun": {"m/2.sql"}, "alive": ("session 7",)}, Branch.UNKNOWN),
        ({"begun": {"m/2.sql"}, "altered": True}, Branch.UNKNOWN),
        ({"applied": {"m/2.sql", "m/3.sql"}, "data_lost": True}, Branch.DATA_LOST),
    ],
)
def test_the_branch_follows_from_what_is_known(changes, branch):
    found = diagnose(replace(TREE, **changes))

    assert found.branch is branch
    assert found.steps


def test_no_branch_ever_says_to_edit_the_history_table():
    for changes in ({}, {"begun": {"m/2.sql"}}, {"data_lost": True}, {"reached": False}, {"recorded_failed": ("2",)}):
        for runner in ("goose", "flyway"):
            steps = " ".join(diagnose(replace(TREE, runner=runner, **changes)).steps).upper()

            assert not any(f"{verb} " in steps for verb in ("DELETE FROM", "UPDATE FLYWAY", "UPDATE GOOSE", "INSERT"))


def test_the_time_to_go_back_to_is_the_servers_before_the_first_change_with_its_zone():
    found = diagnose(replace(TREE, data_lost=True, since="2026-11-22 03:10:00.000001+00", stanza="main"))

    (restore,) = (step for step in found.steps if "--type=time" in step)
    assert '--target="2026-11-22 03:10:00.000001+00"' in restore
    assert "pgbackrest --stanza=main" in restore


# --- checks -------------------------------------------------------------------------------------------------------


MEASURED = Measured(in_recovery=False, read_only=False, version=150008, there=NOW, here=NOW, sees_all=True)


def evidence(environment=PRODUCTION, measured=MEASURED, **changes):
    recorded = Recorded("public.goose_db_version", None, 2, "x")
    made = Evidence(
        environment,
        measured,
        replace(recorded, state=_State()),
        Pending((), (), (), ()),
        Estimate(Range(0, 1)),
        Backups(),
    )
    return replace(made, **changes)


class _State:
    rows = ()


def outcome(name, given):
    (check,) = (check for check in checks(given) if check.name == name)
    return check.outcome


@pytest.mark.parametrize(
    ("name", "measured", "expected"),
    [
        ("primary", {"in_recovery": True}, Outcome.FAILED),
        ("primary", {"read_only": True}, Outcome.FAILED),
        ("version", {"version": 110022}, Outcome.FAILED),
        ("clock", {"here": NOW + timedelta(seconds=61)}, Outcome.FAILED),
        ("clock", {"here": NOW - timedelta(seconds=59)}, Outcome.PASSED),
        ("transactions", {"sessions": (Session(7, "app", "u", 1801.0, None),)}, Outcome.FAILED),
        ("transactions", {"sessions": (Session(7, "avion-lint run x", "u", 1801.0, None),)}, Outcome.PASSED),
        ("transactions", {"prepared": (("gid", 4000.0),)}, Outcome.FAILED),
        ("queries", {"sessions": (Session(7, "app", "u", 5.0, 5.0),)}, Outcome.PASSED),
        ("queries", {"hidden": 2, "sees_all": False}, Outcome.UNKNOWN),
        ("replication", {"standbys": (("s1", 31.0),)}, Outcome.FAILED),
        ("replication", {"standbys": (("s1", None),)}, Outcome.PASSED),
        ("replication", {"standbys": (("s1", None),), "sees_all": False}, Outcome.UNKNOWN),
        ("indexes", {"invalid": ("i",)}, Outcome.NOTE),
    ],
)
def test_a_check_compares_what_is_measured_with_its_limit(name, measured, expected):
    assert outcome(name, evidence(measured=replace(MEASURED, **measured))) is expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(23.9, Outcome.PASSED), (24.1, Outcome.FAILED), (None, Outcome.FAILED), (-2, Outcome.FAILED)],
)
def test_the_latest_backup_of_pgbackrest_must_be_fresh_and_not_from_the_future(hours, expected):
    stanza = replace(PRODUCTION, pgbackrest_stanza="main")
    made = Backups(NOW - timedelta(hours=hours), "pgBackRest") if hours is not None else Backups()

    assert outcome("backup", evidence(stanza, backups=made)) is expected


@pytest.mark.parametrize(
    ("kind", "hours", "expected"),
    [
        (Profile.PRODUCTION, None, Outcome.FAILED),
        (Profile.PRODUCTION, 23, Outcome.PASSED),
        (Profile.PRODUCTION, 25, Outcome.FAILED),
        (Profile.DEVELOPMENT, None, Outcome.NOTE),
        (Profile.STAGING, 25, Outcome.FAILED),
    ],
)
def test_where_a_run_makes_no_backup_the_latest_of_ours_must_be_fresh(kind, hours, expected):
    own = replace(profile("x", kind), backup_enabled=False)
    made = Backups(NOW - timedelta(hours=hours), "users.dump") if hours is not None else Backups()

    assert outcome("backup", evidence(own, backups=made)) is expected


def test_what_cannot_be_measured_blocks_unless_the_settings_do_not_mind():
    blind = replace(MEASURED, hidden=1, sees_all=False)
    names = [check.name for check in checks(evidence(measured=blind)) if check.blocks]
    skipping = evidence(replace(PRODUCTION, skip=("transactions", "queries")), measured=blind)

    assert names == ["transactions", "queries"]
    assert not any(check.blocks for check in checks(skipping))
    assert outcome("queries", skipping) is Outcome.SKIPPED


def test_long_migrations_need_the_window_and_must_fit_into_it():
    long = Estimate(Range(60, 1200))
    window = Window(time(11, 0), time(13, 0), frozenset({6}), "UTC")
    tight = replace(window, end=time(12, 10))

    assert outcome("duration", evidence(estimate=long)) is Outcome.FAILED
    assert (
        outcome("duration", evidence(replace(PRODUCTION, maintenance_window=window), estimate=long)) is Outcome.PASSED
    )
    assert outcome("duration", evidence(replace(PRODUCTION, maintenance_window=tight), estimate=long)) is Outcome.FAILED


def test_a_window_may_reach_into_the_next_day_and_lie_in_another_time_zone():
    window = Window(time(22, 0), time(2, 0), frozenset({6}), "Asia/Tokyo")

    assert within(window, datetime(2026, 11, 22, 13, 0, tzinfo=UTC))  # Sunday 22:00 in Tokyo
    assert within(window, datetime(2026, 11, 22, 16, 59, tzinfo=UTC))  # Monday 01:59
    assert not within(window, datetime(2026, 11, 22, 17, 0, tzinfo=UTC))
    assert not within(window, datetime(2026, 11, 21, 14, 0, tzinfo=UTC))  # Saturday


def test_tables_without_a_history_are_somebody_elses():
    none = Recorded("", _State(), 0, "x")

    assert outcome("history", evidence(measured=replace(MEASURED, tables=3), recorded=none)) is Outcome.FAILED
    assert outcome("history", evidence(recorded=none)) is Outcome.PASSED


def test_a_password_is_not_told_however_it_is_written():
    address = Address("h", 1, "u", "d", Secret("a'b/c d"))

    assert address.redacted("x a'b/c d y a%27b/c%20d z a%27b%2Fc%20d a\\'b/c d") == "x … y … z … …"


def test_who_holds_the_lock_is_said():
    held = Holder(42, "avion-lint run r1", "deploy", "10.0.0.7", "")
    (check,) = (check for check in checks(evidence(holder=held)) if check.name == "lock")

    assert check.blocks
    assert check.measured == "held by avion-lint run r1 (session 42 of deploy from 10.0.0.7)"


def test_the_locks_number_is_that_of_the_runners_table_and_fits_into_64_bits():
    assert key_of("goose", ".goose_db_version") == key_of("goose", ".goose_db_version")
    assert key_of("goose", ".goose_db_version") != key_of("flyway", ".flyway_schema_history")
    assert -(2**63) <= key_of("goose", "a") < 2**63


# --- approvals ----------------------------------------------------------------------------------------------------


def papers(*people, of=None):
    given = [{"by": by, "at": at} for by, at in people]
    return json.dumps({"plan": of or plan().hash, "approvals": given})


EARLIER, LATER = "2026-11-22T11:00:00+00:00", "2026-11-22T13:00:00+00:00"


def test_two_people_approve_a_plan():
    assert approved_by(papers(("b", EARLIER), ("a", EARLIER)), plan(), PRODUCTION, NOW) == ("a", "b")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON"),
        ("[]", 'must have "plan" and "approvals"'),
        (papers(("a", EARLIER)), "1 of 2 approvals"),
        (papers(("a", EARLIER), ("a ", EARLIER)), "1 of 2 approvals"),
        (papers(("a", EARLIER), ("b", LATER)), "in the future"),
        (papers(("a", EARLIER), ("b", "2026-11-22T11:00:00")), "no time zone"),
        (papers(("a", EARLIER), ("b", "soon")), "no time"),
        (papers(("a", EARLIER), ("b", EARLIER), of="0" * 64), "another plan was approved"),
    ],
)
def test_an_approval_that_does_not_hold_says_why(text, why):
    with pytest.raises(NotApprovedError, match=why):
        approved_by(text, plan(), PRODUCTION, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"files": (replace(file("2"), sha256="c" * 64),)},
        {"before": "0"},
        {"known": ()},
        {"database": "other:5432/users"},
        {"settings": {"lock-timeout": "9s"}},
        {"environment": "staging"},
        {"direction": "down"},
    ],
)
def test_another_plan_has_another_hash(changes):
    assert replace(plan(), **changes).hash != plan().hash


def test_a_minor_version_of_the_server_does_not_make_another_plan():
    assert plan(server="15.9").hash == plan().hash


# --- the trail ----------------------------------------------------------------------------------------------------


def test_entries_are_chained_and_a_torn_line_is_told_and_does_not_break_the_chain(tmp_path):
    trail = Trail(tmp_path / "a" / "trail.jsonl")
    trail.append("run-begun", "r1", words="ü 😀")
    with trail.path.open("a") as file_:
        file_.write('{"at": "20')
    trail.append("run-ended", "r1")
    found = entries(trail.text())

    assert [entry["event"] for entry in found] == ["run-begun", "run-ended"]
    assert found[1]["previous"] == found[0]["hash"]
    assert [(flaw.line, flaw.torn) for flaw in flaws(trail.text())] == [(2, True)]
    assert unfinished(found) == ()


def test_a_line_that_was_put_in_is_found():
    first = sealed({"event": "a"}, "0" * 64)
    second = sealed({"event": "b"}, first["hash"])
    between = sealed({"event": "x"}, first["hash"])
    text = "\n".join(json.dumps(each) for each in (first, between, second))

    assert [flaw.line for flaw in flaws(text)] == [3]


def test_a_trail_that_cannot_be_written_says_where_and_why(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotRunError, match=r"the audit trail .* cannot be written: file exists"):
        Trail(tmp_path / "file" / "trail").append("x", "r")


# --- pgBackRest ---------------------------------------------------------------------------------------------------


def info(*backups, code=0):
    made = [
        {"label": label, "error": error, "timestamp": {"start": stop - 60, "stop": stop}}
        for label, stop, error in backups
    ]
    return json.dumps([{"name": "main", "status": {"code": code, "message": "no valid backups"}, "backup": made}])


def test_the_newest_backup_without_an_error_counts():
    found = latest(info(("a", 1_700_000_000, False), ("b", 1_700_000_600, False), ("c", 1_700_001_200, True)), "main")

    assert found.latest == datetime.fromtimestamp(1_700_000_600, UTC)
    assert found.source == "pgBackRest main b"


@pytest.mark.parametrize(
    ("text", "stanza", "why"),
    [
        ("", "main", "not JSON"),
        ("[]", "main", "no stanza main"),
        (info(("a", 1, False)), "other", "no stanza other"),
        (info(code=2), "main", "no valid backups"),
    ],
)
def test_what_pgbackrest_cannot_tell_is_not_known(text, stanza, why):
    assert why in latest(text, stanza).why
