"""References to variables that Kubernetes leaves as they are written."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Container, Manifest, Variable
from avion_lint.finding import Finding, Related
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Listing

_REFERENCE = pattern(r"(\$\$)|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")
_SERVICE = pattern(r"_SERVICE_(?:HOST|PORT)(?:_|$)|_PORT(?:_[0-9]+_(?:TCP|UDP).*)?$")


@rule("KM110", subject=Manifest)
def undefined_reference(manifest: Manifest) -> Iterator[Finding]:
    """Find a `$(NAME)` that is handed to the program as it stands, because NAME comes later or never."""
    for container in manifest.containers:
        variables = container.variables()
        is_sure = not _may_have_more(container)
        for number, variable in enumerate(variables):
            before = {each.name for each in variables[:number]}
            after = {each.name: each for each in variables[number + 1 :]}
            for name in _references(variable):
                if name not in before and is_sure and not (name not in after and _SERVICE.search(name)):
                    yield _finding(manifest, variable, name, after.get(name))


def _may_have_more(container: Container) -> bool:
    """Whether variables may come that cannot be seen: from a whole ConfigMap or Secret, or from a template."""
    env = container.part.get("env")
    return container.part.may_have("envFrom") or (isinstance(env, Listing) and env.is_open)


def _references(variable: Variable) -> Iterator[str]:
    if variable.value is not None:
        found = _REFERENCE.findall(variable.value.text)
        yield from dict.fromkeys(name for escaped, name in found if not escaped and name)


def _finding(manifest: Manifest, variable: Variable, name: str, later: Variable | None) -> Finding:
    at = variable.value if variable.value is not None else variable.part.node
    if later is None:
        return manifest.finding(
            at,
            f"{variable.name} holds the characters `$({name})` themselves: no variable {name} is given to the "
            "container.",
            f"Give {name} above {variable.name} in the same `env`, or correct the name.",
        )
    return manifest.finding(
        at,
        f"{variable.name} holds the characters `$({name})` themselves: Kubernetes fills in only what stands above it, "
        f"and {name} comes later.",
        f"Move {name} above {variable.name}.",
        related=(Related(later.part.place("name"), f"{name} is given here"),),
    )
