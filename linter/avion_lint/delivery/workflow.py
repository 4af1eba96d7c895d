"""GitHub workflows and actions as rules see them: triggers, jobs, steps (GitHub's workflow syntax)."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery import roles
from avion_lint.delivery.commands import Commanding
from avion_lint.delivery.inline import inline_manifests
from avion_lint.delivery.kubernetes import Manifest
from avion_lint.delivery.part import Part
from avion_lint.delivery.roles import Reason
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.record import cached_property, record, replace
from avion_lint.shell.script import Script
from avion_lint.source import Place
from avion_lint.yaml.nodes import Entry, Mapping, Node, Scalar


@record
class Step:
    """A step of a job or of a composite action; `number` counts from 1.

    `script` is what it runs, None where it uses an action, where its shell is not read here or where nothing stands;
    `manifests` are the objects that stand in it. `migrates` says why it is taken for a migration.
    """

    part: Part
    number: int
    script: Script | None = None
    manifests: tuple[Manifest, ...] = ()
    migrates: Reason | None = None

    @property
    def id(self) -> str:
        """Its id, "" where it has none."""
        return self.part.text("id") or ""

    @property
    def name(self) -> str:
        """What people call it: name, id, the action it uses, or its number."""
        named = self.part.scalar("name")
        return (named.text if named else "") or self.id or self.uses or f"step {self.number}"

    @property
    def uses(self) -> str:
        """The action that it uses (`actions/checkout@v4`), "" where it runs a script."""
        return self.part.text("uses") or ""

    @property
    def action(self) -> str:
        """The action without its version."""
        return self.uses.partition("@")[0]

    @property
    def run(self) -> Scalar | None:
        """The script as it stands."""
        return self.part.scalar("run")

    @property
    def condition(self) -> str:
        """Its `if`, without `${{ }}`."""
        return _expression(self.part, "if")

    @property
    def continues_on_error(self) -> bool:
        """Whether the job goes on where it fails, for certain."""
        return self.part.text("continue-on-error") == "true"

    def option(self, name: str) -> str:
        """An input of the action that it uses (`with`), "" where it is not given."""
        scalar = self.part.scalar("with", name)
        return scalar.text if scalar else ""


@record(caches=True)
class WorkflowJob:
    """A job of a workflow; `id` is its key."""

    part: Part
    id: str
    key: Scalar
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.part.text("name") or self.id

    @property
    def migrating(self) -> Step | None:
        """The first step that migrates a database which is not one of the job's own, made for a test."""
        if self.has_own_database:
            return None
        return next((step for step in self.steps if step.migrates), None)

    @property
    def testing(self) -> Step | None:
        """The first step that migrates a database of the job's own."""
        return next((step for step in self.steps if step.migrates), None) if self.has_own_database else None

    @cached_property
    def has_own_database(self) -> bool:
        """Whether it brings a database for tests: as a service, or started by one of its steps on the runner itself."""
        images = (self.part.scalar("services", each.key.text, "image") for each in self.part.entries("services"))
        if any(image and _DATABASE.search(image.text) for image in images):
            return True
        text = _text(self.part)
        return bool(_STARTS.search(text)) or (bool(_LOCAL.search(text)) and not _TUNNEL.search(text))

    @property
    def place(self) -> Place:
        """Where its key stands."""
        return self.part.yaml.place(self.key)

    @property
    def needs(self) -> tuple[str, ...]:
        """Ids of the jobs that it waits for itself."""
        return self.part.texts("needs")

    @property
    def condition(self) -> str:
        """Its `if`, without `${{ }}`."""
        return _expression(self.part, "if")

    @property
    def environment(self) -> str | None:
        """The GitHub environment that it runs in, as written (an expression, perhaps); None where it names none."""
        node = self.part.get("environment")
        scalar = (
            self.part.scalar("environment", "name") if isinstance(node, Mapping) else self.part.scalar("environment")
        )
        return scalar.text if scalar else None

    @property
    def timeout_minutes(self) -> float | None:
        """Minutes after which GitHub ends it, None where that is not said or not known (GitHub's default is 360)."""
        return _number(self.part.text("timeout-minutes"))

    @property
    def calls(self) -> str:
        """The reusable workflow that it calls, "" where it has steps of its own."""
        return self.part.text("uses") or ""

    @property
    def matrix(self) -> Part | None:
        """Its matrix."""
        return self.part.part("strategy", "matrix")

    @property
    def concurrency(self) -> Concurrency | None:
        """Its concurrency group."""
        return _concurrency(self.part)


@record
class Concurrency:
    """A concurrency group: at most one run of it goes on at a time; `node` is where it is said."""

    group: str
    cancels: str
    node: Node


@record
class Workflow:
    """A workflow, or an action of the repository's own (`is_action`; its steps are those of one job `runs`)."""

    part: Part
    triggers: tuple[Entry | Scalar, ...]
    jobs: tuple[WorkflowJob, ...]
    is_action: bool = False

    @property
    def path(self) -> str:
        """Path of the file."""
        return self.part.yaml.path

    @property
    def name(self) -> str:
        """What people call it."""
        return self.part.text("name") or self.path.rpartition("/")[2]

    @property
    def events(self) -> frozenset[str]:
        """Names of the events that start it."""
        return frozenset(each.key.text if isinstance(each, Entry) else each.text for each in self.triggers)

    @property
    def is_called(self) -> bool:
        """Whether other workflows call it."""
        return "workflow_call" in self.events

    @property
    def concurrency(self) -> Concurrency | None:
        """The concurrency group of the whole run."""
        return _concurrency(self.part)

    def trigger(self, event: str) -> Part | None:
        """What is said about an event that starts it, None where it does not, or where nothing more is said."""
        entry = next((each for each in self.triggers if isinstance(each, Entry) and each.key.text == event), None)
        return Part(self.part.yaml, entry.value) if entry else None

    def place_of_trigger(self, event: str) -> Place:
        """Where an event stands."""
        for each in self.triggers:
            at = each.key if isinstance(each, Entry) else each
            if at.text == event:
                return self.part.yaml.place(at)
        return self.part.place("on")

    def job(self, id: str) -> WorkflowJob | None:  # noqa: A002 - GitHub's word
        """The job of that id."""
        return next((job for job in self.jobs if job.id == id), None)

    def needed(self, job: WorkflowJob) -> tuple[WorkflowJob, ...]:
        """All jobs that have to end before a job begins, the nearest first."""
        found: dict[str, WorkflowJob] = {}
        waiting = list(job.needs)
        while waiting:
            one = self.job(waiting.pop(0))
            if one is not None and one.id not in found:
                found[one.id] = one
                waiting.extend(one.needs)
        return tuple(found.values())

    def steps(self) -> Iterator[tuple[WorkflowJob, Step]]:
        """All steps with their jobs."""
        return ((job, step) for job in self.jobs for step in job.steps)

    def finding(
        self,
        at: Node | Entry | Place,
        message: str,
        remedy: str = "",
        *,
        related: tuple[Related, ...] = (),
        object: str = "",  # noqa: A002
    ) -> Finding:
        """A finding in the workflow; `object` names job and step (`deploy/migrate`)."""
        return self.part.finding(at, message, remedy, related=related, object=object or self.name)


def read_workflow(part: Part, commanding: Commanding) -> Workflow:
    """Read a workflow; what is not as GitHub wants it is left out."""
    default = part.text("defaults", "run", "shell")
    jobs = tuple(_job(part, entry, default, commanding) for entry in part.entries("jobs"))
    return Workflow(part, _triggers(part.get("on")), jobs)


def read_action(part: Part, commanding: Commanding) -> Workflow:
    """Read an action of the repository's own; only composite actions have steps."""
    runs = part.part("runs")
    entry = next((each for each in part.entries() if each.key.text == "runs"), None)
    if runs is None or entry is None:
        return Workflow(part, (), (), is_action=True)
    steps = _steps(runs, None, "", commanding)
    return Workflow(part, (), (WorkflowJob(runs, "runs", entry.key, steps),), is_action=True)


def _triggers(node: Node | None) -> tuple[Entry | Scalar, ...]:
    match node:
        case Mapping():
            return node.entries
        case Scalar():
            return (node,) if node.text else ()
        case None:
            return ()
    return tuple(item for item in node.items if isinstance(item, Scalar))


def _job(workflow: Part, entry: Entry, default: str | None, commanding: Commanding) -> WorkflowJob:
    part = Part(workflow.yaml, entry.value)
    shell = part.text("defaults", "run", "shell") or default
    runner = " ".join(part.texts("runs-on"))
    return WorkflowJob(part, entry.key.text, entry.key, _steps(part, shell, runner, commanding))


def _steps(job: Part, shell: str | None, runner: str, commanding: Commanding) -> tuple[Step, ...]:
    container = job.text("container", "image") or job.text("container") or ""
    found = []
    for number, part in enumerate(job.parts("steps"), start=1):
        run = part.scalar("run")
        text = part.yaml.text_of(run) if run else None
        asked = part.text("shell") or shell
        script = commanding.of_step(text, asked, runner=runner, image=container) if text else None
        found.append(_step(Step(part, number, script), commanding))
    return tuple(found)


def _step(bare: Step, commanding: Commanding) -> Step:
    """A step with what stands in its script."""
    found = inline_manifests(bare.script, bare.part.yaml, commanding) if bare.script else ()
    made = (
        Reason(f"it makes {manifest.title}, which is a migration because {manifest.migrates.text}", manifest.head)
        for manifest in found
        if manifest.migrates
    )
    used = roles.of_action(bare.action, bare.part.place("uses")) if bare.uses else None
    return replace(bare, manifests=found, migrates=roles.first((used, roles.of_script(bare.script), *made)))


_DATABASE = pattern(r"postgres|postgis|timescale|cockroach|mysql|mariadb|pgvector|alloydb")
_LOCAL = pattern(
    r"@(?:localhost|127\.0\.0\.1|\[::1\])[:/]|host=(?:localhost|127\.0\.0\.1)"
    r"|\bPGHOST[=:]\s*[\"']?(?:localhost|127\.0\.0\.1)"
)
_STARTS = pattern(
    r"docker(?:-| )compose(?:[ \t]+-[^\n]{0,200}?)?[ \t]+up\b|pg_ctl\b.{0,200}\bstart\b|\binitdb\b"
    r"|docker run\b(?:[^\n|;&]|\\\n){0,500}[ \t](?:[\w.-]{1,80}/){0,4}"
    r"(?:postgres|postgis|timescaledb)[\w.-]*(?::[\w.-]+)?"
    r"(?![\w.:/=-]|[ \t]+(?:psql|pg_\w+|sh|bash)\b)"
    r"|kind create cluster|minikube start|k3d cluster create|supabase start"
    r"|setup-postgres|postgres(?:ql)?-action|systemctl (?:re)?start postgres|\bservice postgresql? |pg_ctlcluster"
    r"|\bsqlite|DATABASE_URL: *\"?file:"
)
_TUNNEL = pattern(
    r"port-forward|cloud[_-]?sql[_-]?proxy|ssh\b[^\n]{0,200} -\w{0,9}[LD]\b"
    r"|tunnel|bastion|flyctl proxy|start-session"
)


def _text(part: Part) -> str:
    """A part as it is written, without the lines that are comments."""
    span = part.node.span
    lines = part.yaml.excerpt.text[span.start : span.end].split("\n")
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def _concurrency(part: Part) -> Concurrency | None:
    node = part.get("concurrency")
    if isinstance(node, Scalar):
        return Concurrency(node.text, "", node)
    group = part.scalar("concurrency", "group")
    if node is None or group is None:
        return None
    cancels = part.scalar("concurrency", "cancel-in-progress")
    return Concurrency(group.text, cancels.text if cancels else "", node)


def _expression(part: Part, key: str) -> str:
    scalar = part.scalar(key)
    text = scalar.text.strip() if scalar else ""
    inner = text[3:-2] if text.startswith("${{") and text.endswith("}}") else text
    return inner.strip()


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
