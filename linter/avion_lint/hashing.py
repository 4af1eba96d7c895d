"""Python's own hash functions, without OpenSSL: loading that takes longer than a run over one file hashes."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Python 3.12 has put all of SHA-2 together; to look for a module in vain takes far longer than to hash.
_SHA256 = "_sha2" if sys.version_info >= (3, 12) else "_sha256"
_MODULES = {"blake2b": "_blake2", "sha1": "_sha1", "sha256": _SHA256}


def hasher(name: str) -> Any:
    """The function that `hashlib` has under that name: blake2b, sha1 or sha256."""
    try:
        return getattr(__import__(_MODULES[name]), name)
    except ImportError:  # this Python was built without it, or has it elsewhere
        import hashlib  # noqa: PLC0415 - only where there is no other

        return getattr(hashlib, name)
