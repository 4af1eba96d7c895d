"""Merge keys (`<<: *base`): what a mapping takes over from others."""

from __future__ import annotations

from avion_lint.yaml.nodes import Entry, Listing, Mapping, Node, Scalar


def merged(mapping: Mapping) -> Mapping:
    """Give a mapping its own entries first, then what its merge keys bring that it does not say itself.

    As https://yaml.org/type/merge.html has it: earlier mappings of a list win. A `<<` in quotes, or with something
    that is no mapping under it, is an ordinary key.
    """
    own = [entry for entry in mapping.entries if not _is_merge(entry)]
    seen = {entry.key.text for entry in own}
    is_open = mapping.is_open
    for entry in mapping.entries:
        for source in _sources(entry.value) if _is_merge(entry) else ():
            is_open |= source.is_open
            for brought in source.entries:
                if brought.key.text not in seen:
                    seen.add(brought.key.text)
                    own.append(Entry(brought.key, brought.value, merged=True))
    return Mapping(mapping.span, tuple(own), is_open)


def _is_merge(entry: Entry) -> bool:
    return entry.key.text == "<<" and not entry.key.quoted and bool(_sources(entry.value))


def _sources(value: Node) -> tuple[Mapping, ...]:
    match value:
        case Mapping():
            return (value,)
        case Listing():
            mappings = tuple(item for item in value.items if isinstance(item, Mapping))
            return mappings if len(mappings) == len(value.items) else ()
        case Scalar():
            return ()
