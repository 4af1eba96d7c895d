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
        variables = container.variables() if not _may_have_more(container) else ()
        for number, variable in enumerate(variables):
            before = {each.name for each in variables[:number]}
            after = {each.name: each for each in variables[number + 1 :]}
            names = [
                name
                for name in _references(variable)
                if name not in before and (name in after or (name.isupper() and not _SERVICE.search(name)))
            ]
            if names:
                yield _finding(manifest, variable, names, after)


def _may_have_more(container: Container) -> bool:
    """Whether variables may come that cannot be seen: from a whole ConfigMap or Secret, or from a template."""
    env = container.part.get("env")
    return container.part.may_have("envFrom") or (isinstance(env, Listing) and env.is_open)


def _references(variable: Variable) -> Iterator[str]:
    if variable.value is not None:
        found = _REFERENCE.findall(variable.value.text)
        yield from dict.fromkeys(name for escaped, name in found if not escaped and name)


def _finding(manifest: Manifest, variable: Variable, names: list[str], after: dict[str, Variable]) -> Finding:
    at = variable.value if variable.value is not None else variable.part.node
    later = [name for name in names if name in after]
    never = [name for name in names if name not in after]
    written = ", ".join(f"`$({name})`" for name in names)
    why = [f"{', '.join(later)} comes later" if len(later) == 1 else f"{', '.join(later)} come later"] if later else []
    why += [f"nothing gives {', '.join(never)}"] if never else []
    move = f"Move {', '.join(later)} above {variable.name}." if later else ""
    give = f"Give {', '.join(never)} above {variable.name} in the same `env`, or correct the name." if never else ""
    return manifest.finding(
        at,
        f"{variable.name} holds the characters {written} themselves: Kubernetes fills in only what stands above it, "
        f"and {' and '.join(why)}.",
        f"{move} {give}".strip(),
        related=tuple(Related(after[name].part.place("name"), f"{name} is given here") for name in later),
        object=f"{manifest.title}/{variable.name}",
    )
