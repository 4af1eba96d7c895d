"""The identity of a finding, which stays when lines move around it."""

from __future__ import annotations

from avion_lint.hashing import hasher

LENGTH = 32


def normalised(text: str) -> str:
    """Text with every run of blanks and line ends made one space, so that a new layout is the same text.

    Letters keep their case: in a quoted identifier or a string it means something.
    """
    return " ".join(text.split())


def fingerprint(
    rule_id: str,
    path: str,
    object: str,  # noqa: A002 - the finding's own word
    anchor_text: str,
    occurrence: int,
) -> str:
    """Return LENGTH hexadecimal digits (SHA-256) that name a finding from run to run.

    They are made of the rule's id (never its name, which may change), the file's path, the object that the
    finding is about, the text at its place after `normalised`, and `occurrence`: how many findings before it
    in the file have the same rule, object and normalised text. No line number goes in, nor the message, which
    may be worded better one day; so the fingerprint stays when something else in the file changes, and
    changes when the file is renamed, the statement is rewritten or the finding is about another object.
    """
    parts = (rule_id, path, object, normalised(anchor_text), str(occurrence))
    # With their lengths, no two lists of parts make the same text; a path may hold undecodable bytes as
    # surrogates.
    identity = "".join(f"{len(part)}:{part}" for part in parts)
    return str(hasher("sha256")(identity.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH])
