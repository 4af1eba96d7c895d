"""Throw-away PostgreSQL servers: on a socket in a private folder, by no account of ours where we are root, soon gone.

Nothing of them is left, however we end: their guards see to that (see guard.py).
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from avion_lint.executor.children.processes import Account, Custody, Guarded, Order
from avion_lint.executor.problem import CannotRunError, EndedError
from avion_lint.executor.server.address import Address, Secret, connect, driver
from avion_lint.executor.server.programs import Programs
from avion_lint.record import record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psycopg

# Migrations that name the role or the database that they are run by name these.
ROLE, DATABASE = "postgres", "postgres"
_SUPERUSER, _FIRST_DATABASE = "avion_lint", "template1"
_PATIENCE = 60  # seconds for a server to be made or to start
_PAUSE = 0.02
_LONGEST_FOLDER = 60  # the path of a socket may have 107 bytes
_SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "shared_buffers=32MB",
    "wal_level=logical",
    "temp_file_limit=2GB",
    "dynamic_shared_memory_type=mmap",  # it lies in the folder, so it goes with it
    "log_min_messages=fatal",
    "timezone=UTC",
    "log_timezone=UTC",
)
_OWN_GRANTS = 16  # the version from which a role that may make roles must be given the use of those that it makes
_OWNER_OF_PUBLIC = 15  # the version from which a database's owner owns its schema public


@record
class Wishes:
    """What the database shall be: whether the role is a superuser, and the other roles that must be there."""

    superuser: bool = False
    roles: tuple[str, ...] = ()


@record
class Database:
    """An empty database: as the migrations reach it, as its administrator does, and a private folder beside it."""

    address: Address
    admin: Address
    folder: str
    major: int
    version: str
    throwaway: bool
    server: Guarded | None = None


Open = Callable[[], Database]
"""Makes a further empty database on a server of its own."""


@contextmanager
def throwaways(programs: Programs, custody: Custody, wishes: Wishes) -> Iterator[Open]:
    """Give a function that makes empty databases; at the end of the context all of them are gone.

    Raises CannotRunError where there is no account for them, or where the programs do not work.
    """
    account = _account()
    home = Path(tempfile.mkdtemp(prefix="avion-verify-", dir=_short_folder()))
    home.chmod(0o711 if account.user is not None else 0o700)
    maker = _Maker(programs, custody, wishes, account, home)
    try:
        yield maker.make
    finally:
        maker.end()
        shutil.rmtree(home, ignore_errors=True)


def _account() -> Account:
    """Nobody's account where we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return Account()
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise CannotRunError(
            "PostgreSQL does not run as root, and there is no account named nobody", "run this as another user"
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def _short_folder() -> str:
    usual = tempfile.gettempdir()
    return usual if len(usual) <= _LONGEST_FOLDER else "/tmp"  # noqa: S108 - the folder in it is private


class _Maker:
    """Makes servers below one folder: the data are made once, and copied."""

    def __init__(self, programs: Programs, custody: Custody, wishes: Wishes, account: Account, home: Path) -> None:
        self.programs = programs
        self.custody = custody
        self.wishes = wishes
        self.account = account
        self.home = home
        self.own = home / "pg"
        self.password = Secret(secrets.token_hex(16))
        self.count = 0
        self.servers: list[Guarded] = []

    def make(self) -> Database:
        """Start a server with an empty database."""
        if self.count == 0:
            self._prepare()
        self.count += 1
        data, sockets = self.own / f"data{self.count}", self.own / f"s{self.count}"
        self._run("cp", "-R", str(self.own / "template"), str(data))
        sockets.mkdir(mode=0o700)
        self._give(sockets)
        settings = [*_SETTINGS, f"unix_socket_directories={sockets}"]
        if self.programs.major >= _OWN_GRANTS:
            settings.append("createrole_self_grant=set,inherit")
        order = self._order(self._program("postgres"), "-D", str(data), *(f"--{each}" for each in settings))
        server = self.custody.start(order, self.home / f"log{self.count}")
        self.servers.append(server)
        admin = Address(str(sockets), 5432, _SUPERUSER, _FIRST_DATABASE, self.password)
        version = self._furnish(admin, server)
        private = self.home / f"own{self.count}"
        private.mkdir(mode=0o700)
        made = Address(str(sockets), 5432, ROLE, DATABASE, self.password)
        own = Address(str(sockets), 5432, _SUPERUSER, DATABASE, self.password)
        return Database(made, own, str(private), self.programs.major, version, throwaway=True, server=server)

    def end(self) -> None:
        """End all servers."""
        for server in self.servers:
            server.end()

    def _prepare(self) -> None:
        self.own.mkdir(mode=0o700)
        self._give(self.own)
        secret = self.own / "secret"
        secret.write_text(self.password.value, encoding="ascii")
        secret.chmod(0o600)
        self._give(secret)
        self._within_reach()
        options = ("-U", _SUPERUSER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C")
        self._run(self._program("initdb"), "-D", str(self.own / "template"), "--no-sync", *options)
        secret.unlink()

    def _within_reach(self) -> None:
        """Copy the programs where the server's account cannot reach them: a home directory above may be closed."""
        output = self.home / "reach"
        order = self._order(self._program("postgres"), "--version")
        if self.custody.run(order, output, _PATIENCE)[0] == 0:
            return
        folder = Path(self.programs.folder)
        package, copied = folder.parent, self.home / "programs" / "pg" / "pginstall"
        shutil.copytree(package, copied, symlinks=True)
        libraries = package.parent.with_name(f"{package.parent.name}.libs")
        if libraries.is_dir():  # how pip's packages bring what they link to
            shutil.copytree(libraries, self.home / "programs" / libraries.name)
            copied.parent.rename(self.home / "programs" / package.parent.name)
            copied = self.home / "programs" / package.parent.name / "pginstall"
        self.programs = Programs(str(copied / folder.name), self.programs.major, self.programs.version)

    def _furnish(self, admin: Address, server: Guarded) -> str:
        """Make the role and the database; gives the server's version."""
        from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

        with self._first(admin, server) as connection:
            self._make_roles(connection)
            connection.execute(f"DROP DATABASE {DATABASE}")
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE} TEMPLATE template0 ENCODING 'UTF8'")
            number = connection.info.server_version
        with connect(replace(admin, database=DATABASE), "verify") as own:
            if self.programs.major < _OWNER_OF_PUBLIC:
                own.execute(f"ALTER SCHEMA public OWNER TO {ROLE}")
            for name in self.wishes.roles:  # they may be made owners, which takes the right to make things there
                own.execute(sql.SQL("GRANT ALL ON SCHEMA public TO {}").format(sql.Identifier(name)))
        return f"{number // 10000}.{number % 10000}"

    def _make_roles(self, connection: psycopg.Connection) -> None:
        from psycopg import sql  # noqa: PLC0415 - only where there is psycopg

        rights = "SUPERUSER" if self.wishes.superuser else "CREATEROLE CREATEDB"
        made = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
        secret = sql.Literal(self.password.value)
        connection.execute(made.format(sql.Identifier(ROLE), sql.SQL(rights), secret))
        for name in self.wishes.roles:
            role = sql.Identifier(name)
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
            connection.execute(sql.SQL("GRANT {} TO {} WITH ADMIN OPTION").format(role, sql.Identifier(ROLE)))

    def _first(self, admin: Address, server: Guarded) -> psycopg.Connection:
        """The first connection that the server takes."""
        last = time.monotonic() + _PATIENCE
        error_class = driver().Error
        while True:
            try:
                return connect(admin, "verify")
            except error_class as error:
                if self.custody.closed:
                    raise EndedError from None
                if not server.running or time.monotonic() > last:
                    words = " ".join((server.said.strip() or str(error)).split())[-500:]
                    raise CannotRunError(f"the throw-away server does not start: {admin.redacted(words)}") from None
                time.sleep(_PAUSE)

    def _program(self, name: str) -> str:
        return str(Path(self.programs.folder) / name)

    def _order(self, *command: str) -> Order:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        gone = (str(self.home),)
        return Order(command, environment, account=self.account, signal=signal.SIGQUIT, remove_if_cut=gone)

    def _run(self, *command: str) -> None:
        code, said = self.custody.run(self._order(*command), self.home / "made", _PATIENCE)
        if code != 0:
            words = " ".join(said.split())[-500:]
            raise CannotRunError(f"a throw-away server cannot be made: {command[0]} ended with {code}: {words}")

    def _give(self, path: Path) -> None:
        if self.account.user is not None and self.account.group is not None:
            os.chown(path, self.account.user, self.account.group)
