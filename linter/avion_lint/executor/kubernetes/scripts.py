"""The shell scripts of a Job's containers; all that differs between services comes to them by variables.

They need a POSIX shell with `timeout`, `find`, `sort` and `sha256sum`, which the images of goose, Flyway and PostgreSQL
that are built on Alpine or Debian have.
"""

from __future__ import annotations

from avion_lint.executor.kubernetes.image_files import ImageFiles
from avion_lint.runners.migration import Runner

BACKUP_MARK = "avion-lint backup"
"""What the line begins with in which the backup tells what it has made."""

_FILES = """\
list=$(cd "$MIGRATIONS" && find -L . {depth}-type f \\( {names} \\) -exec sha256sum {{}} + | LC_ALL=C sort)
found=$(printf '%s\\n' "$list" | sha256sum | cut -d ' ' -f 1)
if [ "$found" != "$EXPECTED" ]; then
  echo "the migrations in $MIGRATIONS of this image are not the $COUNT files that were judged; they are:" >&2
  printf '%s\\n' "$list" >&2
  exit 1
fi
echo "the image holds the $COUNT files that were judged"
"""

_WAIT = """\
last=$(($(date +%s) + WAIT_SECONDS))
until answer=$(psql -XAtqc 'SELECT pg_is_in_recovery()' 2>&1); do
  if [ "$(date +%s)" -ge "$last" ]; then
    echo "the database could not be used within $WAIT_SECONDS s: $answer" >&2
    exit 1
  fi
  sleep 2
done
if [ "$answer" != f ]; then
  echo "the database is a standby: $answer" >&2
  exit 1
fi
echo "the database answers"
"""

LOCK = """\
held=$(psql -XAtqc "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
  AND pid = $LOCK_SESSION AND (classid::bigint << 32 | objid::bigint) = $LOCK_KEY
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
if [ "$held" != 1 ]; then
  echo "nothing is begun: run $RUN does not hold the lock of this database (it has ended, or checked another one)" >&2
  exit 1
fi
echo "run $RUN holds the lock"
"""

_BACKUP = """\
umask 077
dump="/backup/$NAME-$(date -u +%Y%m%dT%H%M%SZ).dump"
trap 'rm -f "$dump.part"' EXIT
timeout -s TERM -k 30 "$BACKUP_SECONDS" pg_dump --format=custom --no-password --file="$dump.part"
timeout -s TERM -k 30 "$BACKUP_SECONDS" pg_restore --file=/dev/null "$dump.part"
sha256=$(sha256sum "$dump.part" | cut -d ' ' -f 1)
size=$(wc -c < "$dump.part")
mv "$dump.part" "$dump"
sync
find /backup -maxdepth 1 -type f -name "$NAME-*.dump" -mtime "+$RETENTION_DAYS" -exec rm -f {} +
printf '%s {"file": "%s", "sha256": "%s", "size": %d}\\n' "$BACKUP_MARK" "$dump" "$sha256" "$size"
"""

_GOOSE = """\
goose{table} -dir "$MIGRATIONS" status
timeout -s TERM -k 30 "$TIMEOUT_SECONDS" goose{table} -dir "$MIGRATIONS" {command}
goose{table} -dir "$MIGRATIONS" status
"""

_FLYWAY = """\
timeout -s TERM -k 30 "$TIMEOUT_SECONDS" flyway{placeholders} info migrate info
"""


def files_script(files: ImageFiles) -> str:
    """See that the image holds what was judged."""
    names = " -o ".join(f"-name '{pattern}'" for pattern in files.patterns)
    return _FILES.format(depth="" if files.deep else "-maxdepth 1 ", names=names)


def wait_script(*, locked: bool) -> str:
    """Wait for the database, and see then that the run holds its lock there."""
    return _WAIT + (LOCK if locked else "")


def backup_script() -> str:
    """Dump the database, read the dump to its end, and only then call it one."""
    return _BACKUP


def runner_script(runner: Runner, target: str, placeholders: tuple[str, ...] = (), table: str = "") -> str:
    """Start the runner; `placeholders` are Flyway's arguments for names that no variable can have.

    `table` is goose's own, "" for the usual one.
    """
    if runner is Runner.GOOSE:
        named = f" -table {table}" if table else ""
        return _GOOSE.format(command=f"down-to {int(target)}" if target else "up", table=named)
    return _FLYWAY.format(placeholders="".join(f" {_quoted(each)}" for each in placeholders))


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\"'\"'") + "'"
