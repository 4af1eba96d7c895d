"""Writes `widths`, from which records get their `__init__`: `python -m avion_lint.widening`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.record import Initialising

WIDEST = 22  # fields; what is wider is so rare that it is compiled when it is wanted
_LINE = 120  # characters
_HEAD = '''\
"""An `__init__` for each number of fields, compiled when the program is. Written by `python -m avion_lint.widening`."""
# mypy: allow-untyped-defs

'''


def text() -> str:
    """Text of the module `widths`."""
    return "\n".join((_HEAD, *map(_one, range(WIDEST + 1)), _listed()))


def made(width: int) -> Initialising:
    """Compile the function of a width that `widths` does not have."""
    scope: dict[str, Initialising] = {}
    exec(_one(width), scope)  # noqa: S102 - our own words
    return scope[f"_{width}"]


def _listed() -> str:
    names = "".join(f"    _{width},\n" for width in range(WIDEST + 1))
    return f"WIDTHS = (\n{names})\n"


def _one(width: int) -> str:
    """A function that takes a setter for each field, and makes an `__init__` that calls them by turns."""
    setters = ", ".join(f"p{number}" for number in range(width))
    values = "".join(f", v{number}" for number in range(width))
    lines = "".join(f"        p{number}(self, v{number})\n" for number in range(width)) or "        pass\n"
    head = f"    def __init__(self{values}):"
    if len(head) > _LINE:
        head = f"    def __init__(\n        self{values}\n    ):"
    return f"def _{width}({setters}):\n{head}\n{lines}\n    return __init__\n\n"


if __name__ == "__main__":
    with open(__file__.replace("widening", "widths"), "w", encoding="utf-8") as file:  # noqa: PTH123 - loads little
        file.write(text())
