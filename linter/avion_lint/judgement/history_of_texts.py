"""What git would say of texts by path: which are on the base branch, which are new, which were changed."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from avion_lint.discovery.gather import Gathering, identity_of
from avion_lint.git import Entry
from avion_lint.history.changes import Contents, History, Source, Trees, changes, differences
from avion_lint.history.deployments import assumed


def history_of(here: Mapping[str, str], before: Mapping[str, str], gathering: Gathering, base: str) -> History:
    """The history of the files `here`, of which those `before` are on the base branch; both are texts by path."""
    old = {path: Entry("100644", _digest(text)) for path, text in before.items()}
    new = {path: Entry("100644", _digest(text)) for path, text in here.items()}
    trees = Trees(old, old, new)
    found = differences(trees)
    contents = Contents(
        {path: before[path].encode() for path in (*found.changed, *found.deleted)},
        {path: here[path].encode() for path in (*found.changed, *found.added)},
    )
    made = changes(trees, found, contents, _obeyed, lambda path: identity_of(path, gathering))
    sentence = assumed(base, len(before), changed=bool(made), on_tip=False)
    return History(Source.HEAD, sentence, base, frozenset(before), frozenset(before), made)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _obeyed(comment: str) -> bool:
    return "+goose" in comment
