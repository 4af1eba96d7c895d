"""Keys of workflows that GitHub does not know, that lack, or that say what they cannot say."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.workflow import Workflow
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_rules.workflow._keys import migrates, wrong_keys


@rule("WF192", subject=Workflow)
def wrong_key_in_workflow(workflow: Workflow) -> Iterator[Finding]:
    """Find a key of a workflow that does not migrate which GitHub does not know, or not like that."""
    if not migrates(workflow):
        yield from wrong_keys(workflow)
