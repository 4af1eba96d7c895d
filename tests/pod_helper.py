"""A pod without a cluster: its containers are run one after the other, as a kubelet does, as processes here.

What a pod gets is what it is told: the variables of its manifest, with the values of a Secret that the test has, and
the folders of its volumes, which are folders of the test. The images are programs on PATH.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_]*)\)")


@dataclass(frozen=True)
class Ended:
    """How a container ended."""

    name: str
    code: int
    said: str


@dataclass(frozen=True)
class Machine:
    """Where pods are run: values of Secrets by name and key, folders by mount path, folders of programs.

    `shell` is what `sh` is.
    """

    secrets: Mapping[str, Mapping[str, str]]
    folders: Mapping[str, Path]
    programs: tuple[str, ...] = ()
    shell: tuple[str, ...] = ("sh",)

    def pod(self, job: Mapping, stop_before: Callable[[str], bool] = lambda _: False) -> list[Ended]:
        """Run the pod of a Job to its end, or to the first container that fails; gives how each has ended."""
        spec = job["spec"]["template"]["spec"]
        found: list[Ended] = []
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            if stop_before(container["name"]):
                break
            found.append(self.container(container))
            if found[-1].code != 0:
                break
        return found

    def container(self, container: Mapping) -> Ended:
        """Run one container."""
        done = subprocess.run(
            self.command(container),
            env=self.environment(container),
            cwd=self.here(container.get("workingDir", "/")),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        return Ended(container["name"], done.returncode, done.stdout)

    def command(self, container: Mapping) -> list[str]:
        """The program and its arguments, with the pod's folders where the test has them."""
        values = dict(self.variables(container))
        program, *words = (*container.get("command", ()), *container.get("args", ()))
        first = self.shell if program == "sh" else (program,)
        return [*first, *(self.here(_filled(word, values)) for word in words)]

    def environment(self, container: Mapping) -> dict[str, str]:
        """All that the container's processes get."""
        path = os.pathsep.join((*self.programs, os.environ["PATH"]))
        kept = {name: os.environ[name] for name in ("JAVA_HOME", "LD_LIBRARY_PATH") if name in os.environ}
        return {"PATH": path, **kept, **{name: self.here(value) for name, value in self.variables(container)}}

    def variables(self, container: Mapping) -> Iterator[tuple[str, str]]:
        """The variables as the kubelet makes them: `$(NAME)` stands for what was defined before."""
        known: dict[str, str] = {}
        for each in container.get("env", ()):
            if "valueFrom" in each:
                reference = each["valueFrom"]["secretKeyRef"]
                known[each["name"]] = self.secrets[reference["name"]][reference["key"]]
            else:
                known[each["name"]] = _filled(each.get("value", ""), known)
            yield each["name"], known[each["name"]]

    def here(self, text: str) -> str:
        """A text with this machine's folders in place of the pod's."""
        mounted = "|".join(re.escape(path) for path in sorted(self.folders, key=len, reverse=True))
        return re.sub(rf"(?<![\w./-])({mounted})(?![\w-])", lambda found: str(self.folders[found[1]]), text)


def _filled(text: str, known: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        return "$" if found[0] == "$$" else known.get(found[1], found[0])

    return REFERENCE.sub(value, text)
