"""Where the application's code is looked for: on the base branch, and in the releases that may still run."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from posixpath import dirname

from avion_lint import git
from avion_lint.discovery.gather import Gathering
from avion_lint.git import Repository
from avion_lint.git.errors import UNSHALLOW
from avion_lint.history.survey import Survey
from avion_lint.settings.model import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.judgement.code_uses import Search, Searched

# Prose, what programs have written, and other people's code.
_NO_CODE = (
    "**/*.md", "**/*.rst", "**/*.txt", "**/*.adoc", "**/*.csv", "**/*.svg", "**/*.lock", "**/go.sum",
    "**/package-lock.json", "**/*.min.js", "**/*.map", "**/node_modules/**", "**/vendor/**", "**/avion-lint*",
)  # fmt: skip


def search_of(surveyed: Survey | None, gathering: Gathering, settings: Settings) -> Search | None:
    """The search, None where the settings turn it off or there is no base branch; it raises no GitError."""
    if not settings.code.search or surveyed is None or surveyed.repository is None or surveyed.base is None:
        return None
    repository, base = surveyed.repository, surveyed.base

    def search(words: Collection[str]) -> tuple[Searched, ...]:
        from avion_lint.judgement.code_uses import Searched  # noqa: PLC0415 - few changes break the application

        left_out = (*_NO_CODE, *_migrations(gathering))
        found = {base.tip: _asked(repository, base.name, base.tip, words, left_out)}
        try:
            releases = tuple(_releases(repository, settings))
        except git.GitError as error:
            return (*found.values(), Searched("the releases", why=error.text, mend=error.mend))
        for name, commit in releases:
            if commit not in found:
                found[commit] = _asked(repository, name, commit, words, left_out)
        if settings.code.releases and repository.shallow and not releases:
            return (*found.values(), Searched("the last release", why=_UNTAGGED, mend=UNSHALLOW))
        return tuple(found.values())

    return search


_UNTAGGED = "this shallow clone has no tag of a release"


def _asked(
    repository: Repository, name: str, commit: str, words: Collection[str], left_out: Collection[str]
) -> Searched:
    """What a commit's code says, or why it could not be asked: a partial clone has not all of it."""
    from avion_lint.git.grep import grep  # noqa: PLC0415 - few changes break the application
    from avion_lint.judgement.code_uses import Searched  # noqa: PLC0415 - as above

    try:
        return Searched(name, grep(repository, commit, words, left_out))
    except git.GitError as error:
        return Searched(name, why=error.text, mend=error.mend)


def _releases(repository: Repository, settings: Settings) -> Iterator[tuple[str, str]]:
    """Name and commit of the newest releases, the newest first."""
    if not settings.code.releases:
        return
    from avion_lint.cli.ages import DEFAULT_RELEASES  # noqa: PLC0415 - only where code is looked for
    from avion_lint.git.tags import tags  # noqa: PLC0415 - as above
    from avion_lint.history.releases import matching  # noqa: PLC0415 - as above

    known = matching(tags(repository), settings.general.applied.tags or DEFAULT_RELEASES)
    yield from ((tag.name, tag.commit) for tag in reversed(known[-settings.code.releases :]))


def _migrations(gathering: Gathering) -> Iterator[str]:
    """The folders that hold migrations, as globs for what lies directly in them."""
    folders = {dirname(file.path) for each in gathering.services for file in each.files}
    for folder in sorted(folders):
        plain = "".join(f"\\{letter}" if letter in "*?[\\" else letter for letter in folder)
        yield f"{plain}/*" if plain else "*.sql"
