"""Containers for the stand-in of the node: programs of this machine with file system and process tree of their own."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

_SHARED = ("bin", "sbin", "lib", "lib32", "lib64", "usr", "etc")  # what an image has of this machine, read-only
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def absence():
    """Why no containers can be run here, None where they can."""
    try:
        done = subprocess.run((*_UNSHARE, "true"), capture_output=True, text=True, check=False, timeout=30)
    except OSError as error:
        return f"no unshare: {error.strerror}"
    return f"no namespaces for containers here: {done.stderr.strip()}" if done.returncode else None


_ROOT = os.geteuid() == 0
_UNSHARE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", *(() if _ROOT else ("--map-root-user",)))


@dataclass(frozen=True)
class Image:
    """What an image has: folders and files of this machine by their path inside, and how it is started.

    Beside them it has this machine's programs and libraries, so what it `holds` cannot be below those.
    """

    holds: dict[str, Path] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"


@dataclass(frozen=True)
class Mount:
    """A folder or file of this machine inside of a container."""

    host: Path
    path: str
    writable: bool


@dataclass(frozen=True)
class Program:
    """What is run in a container, and how; `sealed` means that nothing but its volumes can be written."""

    words: tuple[str, ...]
    environment: dict[str, str]
    folder: str = ""
    user: int | None = None
    sealed: bool = False


class Container:
    """A program under way; what it writes is kept line by line with the time, as a container runtime does."""

    def __init__(self, home: Path, program: Program, image: Image, mounts):
        home.mkdir(parents=True)
        self.log = home / "log"
        self.log.touch()
        root = home / "root"
        root.mkdir()
        environment = {"PATH": _PATH, **image.environment, **program.environment}
        script = _script(root, image, mounts, program, environment["PATH"])
        self.began = datetime.now(UTC)
        self.ended: datetime | None = None
        self.process = subprocess.Popen(
            [*_UNSHARE, "sh", "-euc", script],
            env={**environment, "PATH": _PATH},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with self.log.open("ab", buffering=0) as log:
            for line in self.process.stdout:
                log.write(datetime.now(UTC).isoformat().replace("+00:00", "Z").encode() + b" " + line)

    @property
    def code(self):
        """The exit code as a container runtime tells it, None while it runs."""
        code = self.process.poll()
        if code is None:
            return None
        if self.ended is None:
            self.reader.join(5)
            self.ended = datetime.now(UTC)
        return 128 - code if code < 0 else code

    def send(self, number):
        """Send a signal to the program, which is the first of its own process tree."""
        try:
            first = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for pid in first:
                os.kill(int(pid), number)
        except (OSError, ValueError):
            pass

    def end(self, grace):
        """TERM, and KILL after so many seconds."""
        self.send(signal.SIGTERM)
        last = time.monotonic() + grace
        while self.code is None and time.monotonic() < last:
            time.sleep(0.02)
        if self.code is None:
            self.process.kill()  # and its child with it
            self.process.wait(30)


def _script(root, image, mounts, program, search):
    """What makes the container's file system and becomes its program."""
    lines = ["mount --make-rprivate /", f"mount -t tmpfs -o mode=755 none {root}", f"cd {root}"]
    for name in _SHARED:
        path = Path("/", name)
        if path.is_symlink():
            lines.append(f"ln -s {path.readlink()} {name}")
        elif path.is_dir():
            lines += [f"mkdir {name}", f"mount --bind /{name} {name}", f"mount -o remount,bind,ro {name}"]
    lines += ["mkdir proc dev", "mount -t proc proc proc", "mount --rbind /dev dev"]
    held = [Mount(host, path, writable=False) for path, host in image.holds.items()]
    for mount in sorted((*held, *mounts), key=lambda mount: mount.path):
        assert mount.path.split("/")[1] not in _SHARED, f"{mount.path} is this machine's"
        inside = shlex.quote(mount.path.lstrip("/"))
        if mount.host.is_dir():
            lines.append(f"mkdir -p {inside}")
        else:
            lines.append(f"mkdir -p $(dirname {inside}); touch {inside}")
        lines.append(f"mount --bind {shlex.quote(str(mount.host))} {inside}")
        if not mount.writable:
            lines.append(f"mount -o remount,bind,ro {inside}")
    if not program.sealed:
        lines.append("mkdir -p -m 1777 tmp")
    lines.append(f"mount -o remount{',ro' if program.sealed else ''} {root}")
    become = ["chroot", str(root)]
    if _ROOT and program.user is not None:
        become += ["setpriv", f"--reuid={program.user}", f"--regid={program.user}", "--clear-groups", "--no-new-privs"]
    start = f'cd {shlex.quote(program.folder or image.folder)} && exec "$@"'
    become += ["env", f"PATH={search}", "sh", "-c", start, "sh"]
    return "\n".join(lines) + f"\nexec {shlex.join((*become, *program.words))}\n"
