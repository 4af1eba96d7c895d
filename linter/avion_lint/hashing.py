"""Python's own hash functions, without OpenSSL: loading that takes longer than a run over one file hashes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MODULES = {"blake2b": ("_blake2",), "sha1": ("_sha1",), "sha256": ("_sha2", "_sha256")}


def hasher(name: str) -> Any:
    """The function that `hashlib` has under that name: blake2b, sha1 or sha256."""
    for module in _MODULES[name]:
        try:
            return getattr(__import__(module), name)
        except ImportError:
            continue  # this Python was built without it, or has it elsewhere
    import hashlib  # noqa: PLC0415 - only where there is no other

    return getattr(hashlib, name)
