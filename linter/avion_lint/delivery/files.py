"""Shell scripts of the repository."""

from __future__ import annotations

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.record import record
from avion_lint.shell.script import Script
from avion_lint.source import Document


@record
class ScriptFile:
    """A shell script of the repository, with the objects that stand in it.

    `script` is None where its interpreter is no shell that is read here.
    """

    document: Document
    script: Script | None
    manifests: tuple[Manifest, ...] = ()

    @property
    def path(self) -> str:
        """Path from the repository's root."""
        return self.document.path
