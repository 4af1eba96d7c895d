"""How to let a failure be seen, for the shell and the command at hand."""

from __future__ import annotations

from avion_lint.delivery.acts import Act
from avion_lint.delivery.runs import Run
from avion_lint.shell.fate import Reason
from avion_lint.shell.shells import Kind

_BY_ITSELF = "Assign it by itself first, so that its status counts: `value=$(…) || exit 1`."
_ASKED = 'Run it in the foreground, or keep its process id and ask: `wait "$pid" || exit 1`.'
_REMEDIES = {
    Reason.OR: "Take away what runs instead, or let it end the script: `|| { echo 'failed' >&2; exit 1; }`.",
    Reason.DECLARATION: _BY_ITSELF,
    Reason.ARGUMENT: _BY_ITSELF,
    Reason.BACKGROUND: _ASKED,
    Reason.PROCESS: _ASKED,
    Reason.TRAP: "Let the trap keep the status: `trap 'status=$?; …; exit $status' EXIT`.",
}


def remedy(act: Act, run: Run) -> str:
    """What lets the script end where the command fails."""
    if act.failure.reason is Reason.PIPE:
        return _without_pipe(act, run)
    if act.failure.reason in {Reason.NEXT, Reason.ROUND, Reason.SUBSTITUTION}:
        return _errexit(run)
    return _REMEDIES.get(act.failure.reason, f"Let it end the script by itself: `{act.words[0]} … || exit 1`.")


def _errexit(run: Run) -> str:
    shell = run.script.shell
    if shell.kind is Kind.BASH:
        return "Put `set -euo pipefail` first, so that the script ends where a command fails."
    return "Put `set -e` first, so that the script ends where a command fails."


def _without_pipe(act: Act, run: Run) -> str:
    options = _pipefail(run)
    if act.call.command.options.errexit is False:
        options += " Put `set -e` first as well: without it a later command decides."
    if act.words and act.words[0].rpartition("/")[2] == "pg_dump":
        return f"`pg_dump -Fc` compresses by itself and needs no pipe: `pg_dump -Fc … > FILE`.{options}"
    return f"Write to a file first and go on from there, each command by itself.{options}"


def _pipefail(run: Run) -> str:
    """How to turn pipefail on in this shell, where that can be done."""
    shell = run.script.shell
    if run.step is not None and shell.kind is Kind.BASH:
        return " Or say `shell: bash` in the step, which turns pipefail on."
    if shell.pipefail:
        return " Or put `set -o pipefail` first."
    if shell.kind is Kind.DASH:
        return " Its shell, dash, knows no pipefail before 0.5.13."
    return " Not every sh knows pipefail (dash only from 0.5.13 on)."
