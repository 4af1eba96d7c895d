"""The shell scripts of a Job's containers; all that differs between services comes to them by variables.

They need a POSIX shell with `timeout`, `find`, `sort` and `sha256sum`, which the images of goose, Flyway and PostgreSQL
that are built on Alpine or Debian have.
"""

from __future__ import annotations

from avion_lint.executor.kubernetes.image_files import ImageFiles
from avion_lint.runners.migration import Runner

BACKUP_MARK = "avion-lint backup"
"""What the line begins with in which the backup tells what it has made."""

_BEGIN = """\
trap 'exit 143' TERM
"""
# The first process of a container heeds no signal that it does not trap, and its children get none: a Job that is
# deleted would go on through its grace.

_HAND_ON = """\
child=$!
trap 'kill "$child" 2>/dev/null; wait "$child"' TERM
wait "$child"
trap 'exit 143' TERM
"""
# Stands where a script has `@wait`: hands TERM on to the program that was started last, and waits for it.

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

_LOCK = """\
held=$(psql -XAtqc "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
  AND pid = $LOCK_SESSION AND (classid::bigint << 32 | objid::bigint) = $LOCK_KEY
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
if [ "$held" != 1 ]; then
  echo "nothing is begun: run $RUN does not hold the lock of this database (it has ended, or checked another one)" >&2
  exit 1
fi
echo "run $RUN holds the lock"
"""

_OTHERS = """\
for turn in 1 2 3 4 5 6; do
  others=$(psql -XAtqc "SELECT string_agg(pid || ' (' || application_name || ')', ', ') FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND starts_with(application_name, regexp_replace(current_setting('application_name'), '[^ ]+$', ''))")
  if [ -z "$others" ]; then break; fi
  if [ "$turn" = 6 ]; then
    echo "nothing is begun: somebody is at work for this service already, in the session $others" >&2
    exit 1
  fi
  sleep 1
done
"""
# A pod can be started twice, and goose takes no lock of its own. Sessions of this pod's own programs have ended.

_BACKUP = """\
umask 077
at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
dump="/backup/$NAME-$(echo "$at" | tr -d ':-').dump"
trap 'rm -f "$dump.part"' EXIT
begun=$(date +%s)
timeout -s TERM -k 30 "$BACKUP_SECONDS" pg_dump --format=custom --no-password --file="$dump.part" &
@wait
timeout -s TERM -k 30 "$((BACKUP_SECONDS - $(date +%s) + begun))" pg_restore --file=/dev/null "$dump.part" &
@wait
sha256=$(sha256sum "$dump.part" | cut -d ' ' -f 1)
size=$(wc -c < "$dump.part")
server=$(psql -XAtqc "SELECT split_part(current_setting('server_version'), ' ', 1)")
mv "$dump.part" "$dump"
told='{"file": "%s", "sha256": "%s", "size": %d, "service": "%s", "environment": "%s", "database": "%s",'
told="$told "'"server": "%s", "version": "%s", "at": "%s", "run": "%s"}\\n'
printf "$told" "$dump" "$sha256" "$size" "$SERVICE" "$ENVIRONMENT" "$PGHOST:$PGPORT/$PGDATABASE" \\
  "$server" "$VERSION" "$at" "$RUN" > "$dump.json"
sync
find /backup -maxdepth 1 -type f -name "$NAME-*.dump*" -mtime "+$RETENTION_DAYS" -exec rm -f {} +
echo "$BACKUP_MARK $(cat "$dump.json")"
"""

_GOOSE = """\
goose{table} -dir "$MIGRATIONS" status
timeout -s TERM -k 30 "$TIMEOUT_SECONDS" goose{table} -dir "$MIGRATIONS" {command} &
@wait
goose{table} -dir "$MIGRATIONS" status
"""

_FLYWAY = """\
timeout -s TERM -k 30 "$TIMEOUT_SECONDS" flyway{placeholders} info migrate info &
@wait
"""


def files_script(files: ImageFiles) -> str:
    """See that the image holds what was judged."""
    names = " -o ".join(f"-name '{pattern}'" for pattern in files.patterns)
    return _script(_FILES.format(depth="" if files.deep else "-maxdepth 1 ", names=names))


def wait_script(*, locked: bool) -> str:
    """Wait for the database, and see then that the run holds its lock there and that nobody is at work."""
    return _script(_WAIT + (_LOCK if locked else "") + _OTHERS)


def lock_script() -> str:
    """See once more that the run holds its lock, and that nobody else is at work."""
    return _script(_LOCK + _OTHERS)


def backup_script() -> str:
    """Dump the database, read the dump to its end, and only then call it one."""
    return _script(_BACKUP)


def runner_script(runner: Runner, target: str, placeholders: tuple[str, ...] = (), table: str = "") -> str:
    """Start the runner; `placeholders` are Flyway's arguments for names that no variable can have.

    `table` is goose's own, "" for the usual one.
    """
    if runner is Runner.GOOSE:
        named = f" -table {table}" if table else ""
        return _script(_GOOSE.format(command=f"down-to {int(target)}" if target else "up", table=named))
    return _script(_FLYWAY.format(placeholders="".join(f" {_quoted(each)}" for each in placeholders)))


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\"'\"'") + "'"


def _script(text: str) -> str:
    return _BEGIN + text.replace("@wait\n", _HAND_ON)
