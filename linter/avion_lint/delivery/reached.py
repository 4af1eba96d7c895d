"""Environments that a job goes to, told from its names, options, variables and secrets."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.workflow import Workflow, WorkflowJob
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import Place, Span


@record
class Reached:
    """An environment that a job goes to (`production`), and what tells it."""

    environment: str
    place: Place


_SETS = pattern(
    r"(?:(?<![\w.])|deploy_|target_|app_|kube_|k8s_|aws_|db_)(?:environment|env|namespace|cluster|workspace)s?(?:_name)?"
    r"[\"']?[ \t]*(?:==|[:=])[ \t]*[\"']?(\[[^\]\n]{0,300}\]|[a-z][\w.-]*)",
    2,  # re.IGNORECASE
)
_COMPARED = pattern(r"\b(?:inputs|matrix|outputs|vars|env)\.[\w.-]+[ \t]*==[ \t]*'([\w.-]+)'")
_OPTION = pattern(r"--(?:env|environment|namespace|context|kube-context|cluster|workspace|stage)[= ]+[\"']?([\w.-]+)")
_SHORT = pattern(r"(?:kubectl|helm|oc)\b[^\n|;&]{0,300} -n[= ]?[\"']?([a-z][\w.-]*)")
_SECRET = pattern(r"\b(?:secrets|vars)\.([A-Za-z_]\w*)")
_QUOTED = pattern(r"'([\w.-]+)'")
_TELLING = (_SETS, _COMPARED, _OPTION, _SHORT, _SECRET)


def reached(workflow: Workflow, job: WorkflowJob) -> Iterator[Reached]:
    """Environments that a job goes to; only where nothing in it tells one, its workflow's name does."""
    found = list(told(job))
    yield from found
    if not found:
        name = environment_of(workflow.path.rpartition("/")[2]) or environment_of(workflow.name)
        if name:
            yield Reached(name, job.place)


def told(job: WorkflowJob) -> Iterator[Reached]:
    """Environments that the job itself tells."""
    yield from _of_names(job)
    yield from _of_environment(job)
    yield from _of_text(job)


def _of_names(job: WorkflowJob) -> Iterator[Reached]:
    for words in (job.id, job.part.text("name") or ""):
        name = environment_of(words)
        if name:
            yield Reached(name, job.place)


def _of_environment(job: WorkflowJob) -> Iterator[Reached]:
    """The environments between which an expression in `environment:` chooses."""
    named = job.environment or ""
    for match in _QUOTED.finditer(named if "${{" in named else ""):
        name = environment_of(match[1])
        if name:
            yield Reached(name, job.part.place("environment"))


def _of_text(job: WorkflowJob) -> Iterator[Reached]:
    text, start = uncommented(job), job.part.node.span.start
    for telling in _TELLING:
        for match in telling.finditer(text):
            for word in match[1].strip("[]").split(","):
                name = environment_of(word)
                if name:
                    span = Span(start + match.start(1), start + match.end(1))
                    yield Reached(name, job.part.yaml.place(span))


def uncommented(job: WorkflowJob) -> str:
    """A job's text, offset for offset, without the lines that are comments."""
    span = job.part.node.span
    text = job.part.yaml.excerpt.text[span.start : span.end]
    if "#" not in text:
        return text
    lines = text.split("\n")
    return "\n".join(" " * len(line) if line.lstrip().startswith("#") else line for line in lines)
