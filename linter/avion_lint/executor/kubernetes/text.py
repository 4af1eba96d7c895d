"""Manifests as YAML text: scripts as blocks, keys in the order that people know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WIDTH = 1 << 16  # a line that is folded is hard to read and to compare


def as_yaml(manifests: Iterable[Mapping[str, Any]], heading: str = "") -> str:
    """Write manifests as one stream; `heading` becomes a comment before the first."""
    import yaml  # noqa: PLC0415 - only where something is rendered

    class Dumper(yaml.SafeDumper):
        """Writes no anchors, and texts of several lines as blocks."""

        def ignore_aliases(self, _: object) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - as PyYAML calls it
            super().increase_indent(flow, indentless=False)

    def text(dumper: yaml.SafeDumper, data: str) -> yaml.Node:
        style = "|" if "\n" in data else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Dumper.add_representer(str, text)
    comment = "".join(f"# {line}\n" for line in heading.splitlines())
    parts = (
        yaml.dump(dict(each), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH) for each in manifests
    )
    return comment + "---\n".join(parts)
