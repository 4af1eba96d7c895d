"""What git knows: the only package that calls git, and nothing that a repository brings along is run.

Git is asked about objects, the index, attributes and the names of files. It never reads a file of the work
tree through a filter driver, which is a command that the configuration names. What git's own conversions
(line ends, `ident`, encodings) make of a file is asked only for files without such a driver; of the others
nothing is claimed.
"""

from avion_lint.git.base import expected_base, resolve_base
from avion_lint.git.errors import UNSHALLOW, GitError, Trouble
from avion_lint.git.objects import blobs, index, tree
from avion_lint.git.repository import find_repository
from avion_lint.git.values import (
    Base,
    Commit,
    Content,
    Converted,
    Entry,
    Index,
    Known,
    Landing,
    Listing,
    Repository,
    Step,
    Tag,
)
from avion_lint.git.worktree import blob_id, converted, listing, trusts_modes, work_tree

__all__ = [
    "UNSHALLOW",
    "Base",
    "Commit",
    "Content",
    "Converted",
    "Entry",
    "GitError",
    "Index",
    "Known",
    "Landing",
    "Listing",
    "Repository",
    "Step",
    "Tag",
    "Trouble",
    "blob_id",
    "blobs",
    "converted",
    "expected_base",
    "find_repository",
    "index",
    "listing",
    "resolve_base",
    "tree",
    "trusts_modes",
    "work_tree",
]
