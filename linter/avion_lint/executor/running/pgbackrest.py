"""What `pgbackrest --output=json info` says of the latest backup; pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from avion_lint.executor.running.preflight import Backups

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def latest(text: str, stanza: str) -> Backups:
    """The newest backup of a stanza that ended well; `stop` is in seconds since 1970, by the clock of its host."""
    try:
        found: Any = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return Backups(why="pgbackrest info is not JSON")
    own = next((each for each in found if each.get("name") == stanza), None) if isinstance(found, list) else None
    if own is None:
        return Backups(why=f"pgbackrest knows no stanza {stanza}")
    if own.get("status", {}).get("code") != 0:
        return Backups(why=f"pgbackrest says of {stanza}: {own.get('status', {}).get('message', 'no status')}")
    stops = [(each["timestamp"]["stop"], each["label"]) for each in own.get("backup", ()) if not each.get("error")]
    if not stops:
        return Backups()
    stop, label = max(stops)
    return Backups(datetime.fromtimestamp(stop, UTC), f"pgBackRest {stanza} {label}")
