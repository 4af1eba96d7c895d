"""Where a database is and who is asking, in the forms that libpq, goose and Flyway take; passwords show nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.executor.problem import CannotRunError
from avion_lint.record import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import psycopg

_OWN = ("host", "hostaddr", "port", "user", "dbname", "password")
_USUAL_PORT = 5432


class Secret:
    """A text that is not shown by accident: its `repr` and `str` tell nothing."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "…"

    __str__ = __repr__


@record
class Address:
    """A database and a role. `host` is a name or the folder of a socket; `options` are libpq's other parameters."""

    host: str
    port: int
    user: str
    database: str
    password: Secret = field(default_factory=lambda: Secret(""), compare=False)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """All of it by libpq's names, the password too."""
        own = {"host": self.host, "port": str(self.port), "user": self.user, "dbname": self.database}
        secret = {"password": self.password.value} if self.password.value else {}
        return {**self.options, **own, **secret}

    def keywords(self) -> str:
        """A connection string of keywords, with the password: for environment variables only."""
        return " ".join(f"{name}={_quoted(value)}" for name, value in self.parameters.items())

    def redacted(self, text: str) -> str:
        """The text without the password, in whichever way it may be written there."""
        secret = self.password.value
        if not secret:
            return text
        from urllib.parse import quote  # noqa: PLC0415 - only where there is a password

        for written in sorted({secret, quote(secret), quote(secret, safe=""), _quoted(secret)[1:-1]}, key=len)[::-1]:
            text = text.replace(written, "…")
        return text


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def address_of(conninfo: str) -> Address:
    """The address in a connection string or URL, completed by libpq's environment variables and defaults.

    Raises CannotRunError, without saying what the string is.
    """
    psycopg = driver()
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - only where there is psycopg

    try:
        given = {key: str(value) for key, value in conninfo_to_dict(conninfo).items() if value is not None}
    except psycopg.Error:
        raise CannotRunError("the address of the database is not one that libpq understands") from None
    if "," in given.get("host", "") or "," in given.get("port", ""):
        raise CannotRunError("the address names several hosts", "name one")
    options = {key: value for key, value in given.items() if key not in _OWN}
    user = given.get("user", "")
    return Address(
        given.get("hostaddr") or given.get("host") or "localhost",
        int(given.get("port") or _USUAL_PORT),
        user,
        given.get("dbname") or user,
        Secret(given.get("password", "")),
        options,
    )


def driver() -> Any:  # Any: the module, which may be absent
    """The module psycopg; raises CannotRunError where it is not installed."""
    try:
        import psycopg  # noqa: PLC0415 - an extra that only those need who run something
    except ImportError:
        raise CannotRunError("this needs psycopg", "pip install 'avion-lint[verify]'") from None
    return psycopg


def connect(address: Address, purpose: str, *, seconds: int = 10) -> psycopg.Connection:
    """A connection of our own, in autocommit; raises psycopg.Error, in whose words the password may stand."""
    connected: psycopg.Connection = driver().connect(
        **address.parameters, autocommit=True, connect_timeout=seconds, application_name=f"avion-lint {purpose}"
    )
    connected.add_notice_handler(_unheard)
    return connected


def _unheard(_: object) -> None:
    """Notices of the server are for those who ask by hand."""
