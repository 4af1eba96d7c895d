"""libpg_query's parser is loaded alone, and nobody else notices."""

import subprocess
import sys

import pytest

LOADED = "from avion_lint.sql.parse import parse; parse('SELECT 1'); import sys; "


@pytest.mark.parametrize(
    "then",
    [
        "assert 'pglast.enums.nodes' not in sys.modules and 'typing' not in sys.modules",
        "import pglast.parser; assert pglast.parser.split('SELECT 1')",
        "import pglast; assert pglast.parse_sql('SELECT 1')[0].stmt",
        "from pglast.stream import IndentedStream; assert IndentedStream()('SELECT  1')",
        "from pglast import ast, enums; assert ast.RawStmt and enums.LockClauseStrength",
        "import pglast; pglast.parse_sql('SELECT 1'); import pglast.parser; assert pglast.parser.scan('SELECT 1')",
    ],
)
def test_what_others_want_of_the_package_is_there_all_the_same(then: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOADED + then], capture_output=True, text=True, check=False)

    assert done.stderr == ""
