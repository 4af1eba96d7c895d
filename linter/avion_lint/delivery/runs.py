"""Scripts and commands that are run: by a workflow's step, by a container, as a file."""

from __future__ import annotations

from avion_lint.delivery.acts import Act, acts
from avion_lint.delivery.by_hand import HandStatement, by_hand
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.delivery.part import one_line
from avion_lint.delivery.workflow import Step, Workflow, WorkflowJob
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.record import cached_property, record
from avion_lint.shell.script import Script
from avion_lint.source import Document, Place

_TEST_NAME = pattern(
    r"(?:^|[^a-z])(?:tests?|testing|ci|e2e|local|dev|demo|sandbox|scratch|fixtures?|examples?)(?:$|[^a-z])"
)


@record(caches=True)
class Run:
    """A script, or the one command of a container, with who runs it: a step, a container, or (neither) nobody known."""

    script: Script
    document: Document
    workflow: Workflow | None = None
    job: WorkflowJob | None = None
    step: Step | None = None
    manifest: Manifest | None = None
    container: Container | None = None

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """Its commands with what they do, in the order of the text."""
        return tuple(acts(self.script))

    @cached_property
    def by_hand(self) -> tuple[HandStatement, ...]:
        """The SQL that its commands send to PostgreSQL, as far as it can be read as such."""
        return tuple(each for each in by_hand(self.acts) if isinstance(each, HandStatement))

    @cached_property
    def is_test(self) -> bool:
        """Whether it works on a database that its own job brings, for a test, or its file or step says so."""
        if self.job is not None and self.job.has_own_database:
            return True
        step = self.step.name if self.step else ""
        job = self.job.id if self.job else ""
        file = "" if self.workflow else self.path
        return any(_TEST_NAME.search(name.lower()) for name in (step, job, file))

    @property
    def path(self) -> str:
        """Path of the file."""
        return self.document.path

    @property
    def title(self) -> str:
        """Who runs it, for people and for exceptions: `deploy/Run migrations`, `Job/users/migrate`, the file's path."""
        if self.job is not None and self.step is not None:
            return f"{self.job.id}/{self.step.name}"
        if self.manifest is not None and self.container is not None:
            return f"{self.manifest.title}/{self.container.name}"
        return self.path

    def finding(
        self,
        at: Place,
        message: str,
        remedy: str = "",
        *,
        related: tuple[Related, ...] = (),
        object: str = "",  # noqa: A002 - the finding's own word
    ) -> Finding:
        """A finding at a place of the script, on one line."""
        return Finding(one_line(at), message, remedy, related, object or self.title)
