"""Pods to their very last state, which a look from time to time would miss: they are gone as soon as they are over."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from avion_lint.executor.kubernetes.means import Means
from avion_lint.executor.kubernetes.seeing import selector
from avion_lint.executor.kubernetes.state import Pod, pods_of
from avion_lint.executor.kubernetes.task import Task
from avion_lint.executor.problem import EndedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_START = 5.0  # seconds for the watch to tell of the first pod
_PAUSE = 0.2


@contextmanager
def watched(means: Means, task: Task) -> Iterator[Callable[[str], tuple[Pod, ...]]]:
    """Watch the pods of a task; gives what tells their last states by the uid of their Job."""
    output = means.private / f"{task.name}-pods.json"
    order = means.kubectl.order("get", "pods", f"--selector={selector(task.key)}", "--watch", "--output=json")
    try:
        watch = means.custody.start(order, output)
    except EndedError:
        yield lambda _: ()
        return
    last = time.monotonic() + _START
    while watch.running and not output.stat().st_size and time.monotonic() < last:
        time.sleep(_PAUSE)
    try:
        yield lambda uid: last_states(output.read_text(encoding="utf-8", errors="replace"), uid)
    finally:
        watch.end()


def last_states(text: str, uid: str) -> tuple[Pod, ...]:
    """The last state of each pod of a Job among JSON documents that stand one after the other, the last cut off."""
    found: dict[str, Mapping[str, Any]] = {}
    at = 0
    decoder = json.JSONDecoder()
    with contextlib.suppress(ValueError):
        while (at := _next(text, at)) < len(text):
            pod, at = decoder.raw_decode(text, at)
            if isinstance(pod, dict) and pod.get("kind") == "Pod":
                found[str(pod["metadata"]["name"])] = pod
    return pods_of(tuple(found.values()), uid)


def _next(text: str, at: int) -> int:
    """The place of the next document."""
    found = text.find("{", at)
    return found if found >= 0 else len(text)
