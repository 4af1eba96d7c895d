"""What rules about commands share: which runs are tests, and how things are called in messages."""

from __future__ import annotations

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Deed, Task
from avion_lint.delivery.runs import Run
from avion_lint.pattern import pattern
from avion_lint.shell.words import Word
from avion_lint.source import Place

CHANGES = (Task.MIGRATE, Task.ROLL_BACK, Task.CLEAN, Task.REPAIR)
_LOCAL = pattern(r"@(?:localhost|127\.0\.0\.1|\[::1\])[:/]|host=(?:localhost|127\.)|jdbc:\w+://(?:localhost|127\.)")
_LOCAL_HOST = pattern(r"(?:^|=)(?:localhost|127\.0\.0\.1|::1)$")
_TEST_DATABASE = pattern(r"(?:^|[^a-z])(?:tests?|testing|ci|e2e|local|sandbox|scratch)(?:$|[^a-z])")
_BACKUP = pattern(r"back[-_]?up|snapshot")
_NO_BACKUP = frozenset({"restore", "list", "ls", "prune", "info", "check", "verify", "delete"})
_MIGRATION = pattern(r"migrat|flyway|goose|liquibase|backup|restore|rollback|schema")


def is_test(run: Run) -> bool:
    """Whether it works on a database that its own job brings, for a test, or its file or step says so."""
    return run.is_test


def is_local(act: Act) -> bool:
    """Whether a command says that its database is on the same machine, or is one for tests."""
    call = act.call.command.where.place.text
    if _LOCAL.search(call) or any(_LOCAL_HOST.search(word) for word in act.words[1:]):
        return True
    names = [word for word in act.words[1:] if "://" in word or "_" in word or "-" in word[1:]]
    return any(_TEST_DATABASE.search(name.rpartition("/")[2].lower()) for name in names)


def backup_of(act: Act) -> Deed | None:
    """The backup that a command makes: by a tool for it, by a script called so, or by a CronJob that makes them."""
    deed = act.deed(Task.BACK_UP)
    if deed is not None or not act.words:
        return deed
    program = act.words[0].rpartition("/")[2]
    if _BACKUP.search(program) and not _NO_BACKUP.intersection(act.words[1:]):
        return Deed(Task.BACK_UP, program)
    made = "create" in act.words and "job" in act.words
    from_one = made and any(word.startswith("--from") and _BACKUP.search(word) for word in act.words)
    return Deed(Task.BACK_UP, "kubectl", "create job") if from_one else None


def is_pasted(run: Run) -> bool:
    """Whether it is a file whose first line names no shell: commands to be pasted, or to be sourced by another file."""
    return run.workflow is None and run.manifest is None and not run.script.shell.command


def is_automatic(run: Run) -> bool:
    """Whether nobody sits before it: a step or a container."""
    return run.workflow is not None or run.manifest is not None


def is_about_migrations(run: Run) -> bool:
    """Whether it has to do with migrations, backups or rollbacks: by what it does, or by its names."""
    if any(act.does(*CHANGES, Task.BACK_UP, Task.RESTORE) for act in run.acts):
        return True
    if (run.step and run.step.migrates) or (run.manifest and run.manifest.migrates):
        return True
    name = run.workflow.path if run.workflow else run.title
    return bool(_MIGRATION.search(f"{name} {run.title}".lower()))


def names_migration(act: Act) -> bool:
    """Whether the words of a command name a migration, a backup or a restore (`job/users-migration`)."""
    return any(_MIGRATION.search(word.lower()) for word in act.words[1:])


def short(place: Place, size: int = 40) -> str:
    """The first line of a place, cut."""
    line = place.text.split("\n", 1)[0].rstrip(" \\")
    return line if len(line) <= size else f"{line[: size - 1].rstrip()}…"


def written(word: Word) -> str:
    """A word as it is written."""
    return word.raw
