"""Domains."""

from __future__ import annotations

from avion_lint.record import replace
from avion_lint.schema.model import Constraint, Domain, Origin
from avion_lint.schema.replay.draft import Draft
from avion_lint.schema.replay.naming import free_name
from avion_lint.sql import actions as a


def made_domain(draft: Draft, action: a.CreateObject, origin: Origin) -> Domain | None:
    """What a CREATE DOMAIN adds to its type; None for other objects."""
    if action.kind is not a.ObjectKind.DOMAIN:
        return None
    over = None if action.type and _is_circular(draft, action.type, draft.new_name(action.name)) else action.type
    made = Domain(over, action.not_null, action.default)
    for definition in action.constraints:
        made = _constrained(made, action.name.name, definition, origin)
    return made


def _is_circular(draft: Draft, over: a.Type | None, name: a.Name) -> bool:
    """Whether a domain would be over itself: no server takes that, but who follows the types must come to an end."""
    seen: set[a.Name] = set()
    while over is not None:
        schema, _, last = over.name.rpartition(".")
        key = draft.key(a.ObjectKind.DOMAIN, a.Name(schema or None, last))
        if key[1] == name or key[1] in seen:
            return True
        seen.add(key[1])
        thing = draft.things.get(key)
        over = thing.domain.type if thing and thing.domain else None
    return False


def _constrained(domain: Domain, name: str, definition: a.ConstraintDefinition, origin: Origin) -> Domain:
    own = definition.name or free_name(f"{name}_check", domain.constraints.__contains__)
    made = Constraint(own, definition.kind, (), definition.valid, origin=origin, check=definition.check)
    return replace(domain, constraints={**domain.constraints, own: made})


def alter_domain(draft: Draft, action: a.AlterDomain, origin: Origin) -> None:
    """Change what a domain adds to its type."""
    key = draft.key(a.ObjectKind.DOMAIN, action.domain)
    thing = draft.things.get(key)
    if thing is None or thing.domain is None:
        return
    domain = thing.domain
    match action.form:
        case "add" if action.constraint:
            domain = _constrained(domain, thing.name.name, action.constraint, origin)
        case "drop":
            kept = {name: made for name, made in domain.constraints.items() if name != action.name}
            domain = replace(domain, constraints=kept)
        case "validate" if action.name in domain.constraints:
            valid = replace(domain.constraints[action.name], valid=True)
            domain = replace(domain, constraints={**domain.constraints, action.name: valid})
        case "set not null" | "drop not null":
            domain = replace(domain, not_null=action.form == "set not null")
        case "default":
            domain = replace(domain, default=action.default)
    draft.things[key] = replace(thing, domain=domain)
