"""Files that look like migrations and whose names the runner does not take."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.source import Place
from avion_lint.subjects import Project, Unrecognised
from avion_rules._versions import called, move


@rule("MG111", subject=Project, any_database=True)
def ignored_file_name(project: Project) -> Iterator[Finding]:
    """Find a file that looks like a migration and that the runner never runs because of its name."""
    for file in project.unrecognised:
        if file.judged:
            yield _finding(project, file)


def _finding(project: Project, file: Unrecognised) -> Finding:
    runner, name, problem = called(project.service.runner), basename(file.document.path), file.problem
    if problem.refused:
        message = f"{runner} refuses the whole folder because of this file's name, {name}: {problem.reason}."
    else:
        message = f"This SQL never runs: {runner} passes over {name} without a word, because {problem.reason}."
    remedy = (
        f"Rename it: {move(file.document.path, problem.suggestion)}."
        if problem.suggestion
        else f"Give it a name that {runner} takes, {_PATTERNS[project.service.runner]}, or move it out of the folder."
    )
    return Finding(Place(file.document, file.document.line_span(1)), message, remedy, object=name)


_PATTERNS = {
    "goose": "a number, `_` and a description before `.sql`, such as `00007_add_users.sql`",
    "flyway": "`V`, a version, `__` and a description before `.sql`, such as `V7__add_users.sql`",
}
