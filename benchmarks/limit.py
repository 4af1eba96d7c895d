"""What the machine allows: reads files and has PostgreSQL's own parser build its trees, and nothing else.

Run by a Python that has pglast, with a folder as argument; prints the seconds on the clock and of the CPU that it took.
The tree stays in the parser's memory: `pg_query_raw_parse` of the library that pglast brings is called directly. Where
that function is not to be had, `parse_sql_json` stands for it, which writes the tree as JSON too (twice the time); the
first line on standard error tells which it was.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time


class _Parsed(ctypes.Structure):
    """PgQueryInternalParsetreeAndError of libpg_query."""

    _fields_ = (("tree", ctypes.c_void_p), ("stderr", ctypes.c_void_p), ("error", ctypes.c_void_p))


def _raw() -> Callable[[bytes], object]:
    """A parser that leaves its tree where it is; raises AttributeError where the library keeps it to itself."""
    spec = importlib.util.find_spec("pglast.parser")
    library = ctypes.CDLL(spec.origin if spec else None)
    library.pg_query_init.restype = None
    enter, leave, parse = (
        library.pg_query_enter_memory_context,
        library.pg_query_exit_memory_context,
        library.pg_query_raw_parse,
    )
    enter.restype, leave.argtypes, leave.restype = ctypes.c_void_p, (ctypes.c_void_p,), None
    parse.restype, parse.argtypes = _Parsed, (ctypes.c_char_p, ctypes.c_int)
    library.pg_query_init()

    def run(text: bytes) -> None:
        context = enter()
        parsed = parse(text, 0)
        leave(context)
        if parsed.error:
            raise ValueError("it does not parse as one text")

    return run


def _json() -> Callable[[bytes], object]:
    from pglast.parser import parse_sql_json  # noqa: PLC0415 - only where there is no other way

    return lambda text: parse_sql_json(text.decode())


def _parser() -> tuple[str, Callable[[bytes], object]]:
    try:
        return "pg_query_raw_parse", _raw()
    except (AttributeError, OSError):
        return "parse_sql_json", _json()


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, os.fstat(file).st_size)
    finally:
        os.close(file)


def main() -> None:
    """Parse every SQL file below the folder that is given, as one text each."""
    paths = sorted(str(path) for path in Path(sys.argv[1]).rglob("*.sql"))
    name, parse = _parser()
    sys.stderr.write(f"{name}\n")
    wall, cpu = perf_counter(), process_time()
    for path in paths:
        try:
            parse(_read(path))
        except Exception as error:  # noqa: BLE001 - real folders hold files that do not parse; that costs time, too
            sys.stderr.write(f"{path}: {error}\n")
    sys.stdout.write(f"{perf_counter() - wall} {process_time() - cpu}\n")


if __name__ == "__main__":
    main()
