"""Backups that are sent away or put back by a pattern that may fit several files, or old ones."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.shell.words import PartKind, Word
from avion_rules.command._words import backup_of, is_about_migrations

_COPIES = frozenset({"aws", "gsutil", "gcloud", "az", "mc", "rclone", "s3cmd"})
_RESTORES = frozenset({"pg_restore", "psql", "gunzip", "zcat"})
_FILE = pattern(r"\*[^/]*\.(?:sql|dump|gz|bak|zst|xz|tar|backup)|(?:backup|dump)[^/]*\*", 2)


@rule("SH122", subject=Run)
def glob_for_backup(run: Run) -> Iterator[Finding]:
    """Find a backup that is sent away or put back by a pattern that may fit other files."""
    if not is_about_migrations(run) and not any(map(backup_of, run.acts)):
        return
    for act in run.acts:
        sends = act.call.name in _COPIES and "cp" in act.words
        if not sends and act.call.name not in _RESTORES:
            continue
        word = next((each for each in act.call.words[1:] if _is_glob(each)), None)
        if word is not None:
            yield run.finding(
                word.where.place,
                _effect(word, str(act.call.name), sends=sends),
                'Name the one file: `file="users-$(date +%s).dump"`, and use `"$file"` from then on.',
            )


def _is_glob(word: Word) -> bool:
    star = any(part.kind is PartKind.LITERAL and not part.quoted and "*" in part.text for part in word.parts)
    return star and bool(_FILE.search(word.shape))


def _effect(word: Word, tool: str, *, sends: bool) -> str:
    if sends and tool == "aws":
        return (
            f"`{word.raw}` fits every backup that lies there: with two of them `aws s3 cp` is refused (it takes one "
            "file), and the new backup is kept nowhere else."
        )
    if sends:
        return f"`{word.raw}` fits every backup that lies there: old ones, and those of other services, go along."
    return f"`{word.raw}` fits every backup that lies there: which of them is put back is left to chance."
