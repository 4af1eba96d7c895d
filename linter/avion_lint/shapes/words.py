"""What does not fit a schema, in words for people, with what was probably meant."""

from __future__ import annotations

from collections.abc import Callable

from avion_lint.problems import suggestion
from avion_lint.record import record
from avion_lint.shapes.fit import Fault, Misfit
from avion_lint.shapes.shape import Shapes, home
from avion_lint.yaml.nodes import Entry, Key, Mapping, Node, Scalar

_SHOWN = 8  # values that a remedy names
_SORTS = {"bool": "a truth value", "int": "a number", "float": "a number"}
_TRUTHS = frozenset({"y", "n", "yes", "no", "on", "off"})
_QUOTES = ("'", '"')
Says = Callable[[tuple[Key, ...]], str]
"""Says a path."""


@record
class Wrong:
    """Something that is wrong: where to point, its path, what it is as a sentence without its end, what to do."""

    fault: Fault
    at: Entry | Node
    path: tuple[Key, ...]
    what: str
    remedy: str

    @property
    def is_left_out(self) -> bool:
        """Whether a reader that is not strict goes on without it."""
        return self.fault is Fault.UNKNOWN_KEY


def said(misfit: Misfit, shapes: Shapes, path: Says, noun: str) -> Wrong:
    """A misfit in words; `noun` is what a key is called."""
    word, where = f"`{misfit.word}`", path(misfit.path)
    match misfit.fault:
        case Fault.UNKNOWN_KEY:
            what, remedy = _unknown(misfit, shapes, path, noun)
        case Fault.MISSING_KEY:
            what, remedy = f"{where} has no {word}, which it must have", f"Write {word}."
        case Fault.WRONG_NAME:
            what = f"{word} is no name that can stand in {where}: letters, digits, `-` and `_`, a letter or `_` first"
            remedy = "Choose another name."
        case Fault.WRONG_VALUE:
            what = f"{where} cannot be {word}{suggestion(misfit.word, misfit.wanted).rstrip('?')}"
            remedy = f"Write {_listed(misfit.wanted)}."
        case Fault.WRONG_SORT:
            given = f"{word} is" if isinstance(misfit.at, Scalar) else "this is"
            what = f"{where} has to be {' or '.join(misfit.wanted)}; {given} {_sort_of(misfit.at)}"
            remedy = _sort_remedy(misfit)
    return Wrong(misfit.fault, misfit.at, misfit.path, what, remedy)


def _unknown(misfit: Misfit, shapes: Shapes, path: Says, noun: str) -> tuple[str, str]:
    word = misfit.word
    what = f"`{word}` is no {noun} of {path(misfit.path)}"
    same = next((key for key in misfit.wanted if _folded(key) == _folded(word)), None)
    place = None if same else home(shapes, misfit.path, word)
    if place is not None:
        return f"{what}; it belongs to {path(place)}", f"Move `{word}` to {path(place)}."
    near = f"; did you mean `{same}`" if same else suggestion(word, misfit.wanted).rstrip("?")
    meant = near.partition("`")[2].partition("`")[0]
    return f"{what}{near}", f"Write `{meant}`." if meant else "Take it out, or write what is meant."


def _folded(word: str) -> str:
    return word.replace("-", "").replace("_", "").lower()


def _sort_of(node: Node | Entry) -> str:
    match node:
        case Scalar(quoted=True, style=style) if style in _QUOTES:
            return "text, because of its quotes"
        case Scalar(quoted=False, text=text) if text.lower() in _TRUTHS:
            return "a truth value where nothing quotes it"
        case Scalar():
            return _SORTS.get(type(node.value).__name__, "text")
        case Mapping():
            return "a mapping"
    return "a list"


def _sort_remedy(misfit: Misfit) -> str:
    if isinstance(misfit.at, Scalar) and "text" in misfit.wanted:
        return f'Put it in quotes: `"{misfit.word}"`.'
    if isinstance(misfit.at, Scalar) and misfit.at.style in _QUOTES and misfit.word.isalnum():
        return f"Write `{misfit.word}` without quotes."
    return f"Write {' or '.join(misfit.wanted)}."


def _listed(words: tuple[str, ...]) -> str:
    few = [f"`{word}`" for word in words[:_SHOWN]]
    return f"{', '.join(few[:-1])} or {few[-1]}" if len(few) > 1 else "".join(few)
