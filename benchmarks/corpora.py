"""The files that are measured on, made once and kept outside of the repository."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from benchmarks import deliveries, generate

Files = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Corpus:
    """A folder of migrations; `new` is the one that is not on the base branch yet, where the folder is a repository."""

    folder: Path
    new: Path | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """All SQL files below the folder, sorted, as seen from it."""
        return tuple(sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*.sql")))


@dataclass(frozen=True)
class Corpora:
    """Makes corpora below a folder; what was made before by the same generator is taken as it is."""

    folder: Path

    def plain(self, files: int) -> Corpus:
        """So many migrations of a service, in no repository."""
        return self._kept(f"plain-{files}", lambda: islice(generate.migrations(), files))

    def merged(self, size: int, files: int) -> Corpus:
        """About so many bytes in so many files."""
        return self._kept(f"merged-{size}-{files}", lambda: generate.merged(size, files))

    def careless(self, findings: int) -> Corpus:
        """One file with so many statements, of which each is a finding."""
        return self._kept(f"careless-{findings}", lambda: generate.careless(findings))

    def repository(self, files: int) -> Corpus:
        """A repository with so many migrations on its base branch and one new one."""
        return self._kept(f"repository-{files}", lambda: islice(generate.migrations(), files + 1), git=True)

    def wide(self, tables: int, changes: int) -> Corpus:
        """A repository with so many tables and changes to them, and one new migration."""
        return self._kept(f"wide-{tables}-{changes}", lambda: generate.wide(tables, changes), git=True)

    def around(self, files: int) -> Corpus:
        """So many workflows and manifests, in no repository."""
        return self._kept(f"around-{files}", lambda: deliveries.first(files), below=".")

    def one(self, name: str, text: Callable[[], str]) -> Corpus:
        """One file of what stands around the SQL; its path tells what it is."""
        key = name.rpartition("/")[2].partition(".")[0]
        return self._kept(f"one-{key}", lambda: [(name, text())], below=".")

    def _kept(
        self, name: str, files: Callable[[], Files], *, git: bool = False, below: str = generate.FOLDER
    ) -> Corpus:
        folder = self.folder / f"{name}-{_generator()}"
        corpus = folder / "corpus"
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            # A process that is started by a large one counts as large itself, so that this one must stay small.
            where = corpus if git else corpus / below
            maker = get_context("fork").Process(target=_make, args=(where, files, git))
            maker.start()
            maker.join()
            if maker.exitcode:
                raise SystemExit(f"{corpus} could not be made")
            (folder / "made").touch()
        return Corpus(corpus, max((corpus / generate.FOLDER).iterdir()) if git else None)


def _make(folder: Path, files: Callable[[], Files], git: bool) -> None:
    if git:
        generate.repository(folder, files())
    else:
        generate.write(folder, files())


_SOURCES = ("chance.py", "steps.py", "generate.py", "delivery_parts.py", "deliveries.py")


def _generator() -> str:
    """Changes whenever what is generated may change."""
    here = Path(__file__).parent
    sources = b"".join((here / name).read_bytes() for name in _SOURCES)
    return hashlib.sha256(sources).hexdigest()[:8]
