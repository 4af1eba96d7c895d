"""From the text of a YAML file to nodes with places, strictly: for the files that steer avion-lint itself."""

from __future__ import annotations

from avion_lint.source import Document, Span
from avion_lint.yaml.composer import MAX_ALIASED, MAX_DEPTH, Composer
from avion_lint.yaml.events import YamlError, events, problem_at
from avion_lint.yaml.nodes import Node, Scalar

__all__ = ["MAX_ALIASED", "MAX_DEPTH", "YamlError", "load", "load_all"]

_BYTE_ORDER_MARK = "\ufeff"


def load(document: Document) -> Node:
    """Read the one YAML document of a file; an empty file is a null.

    Raises YamlError for what is not YAML, a key given twice, several documents, tags other than YAML's own,
    nesting deeper than MAX_DEPTH and aliases that stand for more than MAX_ALIASED nodes.
    """
    documents = load_all(document)
    if len(documents) > 1:
        said = "a second document begins here; only one is read"
        raise YamlError((problem_at(document, documents[1].span, said),))
    end = len(document.text)
    return documents[0] if documents else Scalar(Span(end, end), "")


def load_all(document: Document) -> tuple[Node, ...]:
    """Every YAML document of a file; raises YamlError as `load` does, but for their number."""
    # The C scanner does not count a byte order mark and Python's does, so neither gets to see it.
    shift = int(document.text.startswith(_BYTE_ORDER_MARK))
    composer = Composer(document, shift)
    composer.compose(events(document, document.text[shift:], shift))
    if composer.problems:
        raise YamlError(tuple(sorted(composer.problems, key=lambda problem: problem[0].sort_key)))
    return tuple(composer.documents)
