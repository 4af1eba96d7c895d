"""A matrix whose jobs migrate one database side by side."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.delivery import Delivery
from avion_lint.delivery.doings import Doing
from avion_lint.delivery.pipeline import Stage
from avion_lint.delivery.workflow import Step
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Listing, Scalar, walk
from avion_rules.workflow._words import LOCKING, matrix_keys

_FOLDERS = pattern(
    r"(?:-dir|-path|-locations?|-source|-changelog-file)[= ][\"']?[^\s\"'$]{0,200}\$\{\{[^}$]{0,200}\}\}[^\s\"']*"
)
_MATRIX = pattern(r"\bmatrix\.")


@rule("WF120", subject=Delivery)
def parallel_migrations_of_one_database(delivery: Delivery) -> Iterator[Finding]:
    """Find a matrix that migrates the same database in several jobs at once."""
    for stage in delivery.pipelines.migrating:
        doing = stage.migration
        if doing is None or doing.step is None or not _is_parallel(stage) or _tells_database(stage, doing, doing.step):
            continue
        yield stage.finding(
            stage.job.part.place("strategy", "matrix"),
            f"The jobs of the matrix migrate one database at the same time: what tells `{doing.text}` the database is "
            f"the same in each. {_effect(doing)}",
            "Write `max-parallel: 1` beside the matrix, or migrate in one job without a matrix and let the others "
            "need it; where every service has a schema or database of its own, name it by the matrix.",
            related=(stage.because(doing),),
        )


def _is_parallel(stage: Stage) -> bool:
    matrix = stage.job.matrix
    if matrix is None or stage.job.part.text("strategy", "max-parallel") == "1":
        return False
    if stage.job.concurrency is not None and "matrix." not in stage.job.concurrency.group:
        return False  # another rule's: they run one at a time, and some not at all
    counts = [len(node.items) for key in matrix_keys(stage) if isinstance(node := matrix.get(key), Listing)]
    return any(count > 1 for count in counts)


def _tells_database(stage: Stage, doing: Doing, step: Step) -> bool:
    """Whether the matrix comes into anything that may tell the database: all but folders of migrations."""
    if "matrix." in (stage.job.environment or "") or "matrix." in f"{stage.job.condition} {step.condition}":
        return True
    if doing.manifest is not None or step.script is None or doing.place.document.path != stage.workflow.path:
        return True  # told elsewhere, as far as is known
    texts = (_FOLDERS.sub("", each) for each in _texts(stage, step))
    return any(_MATRIX.search(each) for each in texts)


def _texts(stage: Stage, step: Step) -> Iterator[str]:
    """Everything by which the step may be told its database: its script, its variables, and outputs of others."""
    parts = [stage.job.part.get("env"), stage.workflow.part.get("env"), step.part.get("env"), step.part.get("run")]
    for other in stage.job.steps[: step.number - 1]:
        parts += [other.part.get("run"), other.part.get("env"), other.part.get("with")]
    for part in parts:
        for _, node in walk(part) if part is not None else ():
            if isinstance(node, Scalar):
                yield node.text


def _effect(doing: Doing) -> str:
    tool = doing.text.partition(" ")[0]
    if tool in LOCKING:
        return f"{tool} lets one of them wait for the other, and the order is left to chance."
    return "They apply the same migration twice, or mix theirs up in one version table."
