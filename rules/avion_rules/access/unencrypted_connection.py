"""Connections to the database that anybody on the way can read."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.kubernetes import Manifest
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_lint.yaml.nodes import Scalar
from avion_rules._objects import when

_OFF = pattern(r"\bsslmode=(?:disable|allow)\b|[?&]ssl=(?:false|0)\b")
_LOCAL = pattern(r"localhost|127\.0\.0\.1|\[?::1\]?|host=/|@/|/cloudsql/")
_NAME = pattern(r"(?:^|_)(?:PG)?SSL_?MODE$", 2)


@rule("AC112", subject=Manifest)
def unencrypted_connection(manifest: Manifest) -> Iterator[Finding]:
    """Find a connection to a database on another machine that is not encrypted."""
    values = tuple(_values(manifest))
    if any(
        name.upper() in ("PGHOST", "DB_HOST", "POSTGRES_HOST") and _LOCAL.search(each.text) for name, each in values
    ):
        return
    for name, scalar in values:
        by_name = _NAME.search(name) and scalar.text.lower() in ("disable", "allow")
        if by_name or (_OFF.search(scalar.text) and not _LOCAL.search(scalar.text)):
            yield manifest.finding(
                scalar,
                "Password and data go over the network as plain text"
                f"{when(manifest.part, scalar)}: whoever is on the way reads them, and can change them.",
                "Write `sslmode=verify-full` with the server's certificate authority (sslrootcert); `require` encrypts "
                "without checking whom it talks to.",
                object=f"{manifest.title}/{name}" if name else "",
            )


def _values(manifest: Manifest) -> Iterator[tuple[str, Scalar]]:
    """Variables and arguments of containers, and the data of ConfigMaps."""
    for container in manifest.containers:
        for variable in container.variables():
            if variable.value is not None:
                yield variable.name, variable.value
        yield from (("", word) for word in container.words if word.style not in ("|", ">"))
    if manifest.kind == "ConfigMap":
        for entry in manifest.part.entries("data"):
            if isinstance(entry.value, Scalar) and entry.value.style not in ("|", ">"):
                yield entry.key.text, entry.value
