"""Scripts and commands wherever they stand: which shell reads them, and what each command does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from avion_lint.delivery.unread import Unread
from avion_lint.record import field, record
from avion_lint.shell.grammar import EXTRA, Missing
from avion_lint.shell.read import read, read_document
from avion_lint.shell.script import Script
from avion_lint.shell.shells import Kind, Shell, from_argv, from_github, from_image, from_shebang
from avion_lint.source import UNKNOWN, Document, Excerpt, Segment, SourceMap

_QUOTE = "'"


@record
class Commanding:
    """Reads scripts, and remembers what could not be read."""

    wrong: list[Unread] = field(default_factory=list)

    def of_step(self, text: Excerpt, shell: str | None, *, runner: str, image: str) -> Script | None:
        """Script of a workflow's step; `shell` is what the step asks for, `runner` and `image` are where it runs."""
        windows = "windows" in runner.lower()
        # Who runs it is told when it is called, and on Windows it is PowerShell: what is no shell here may be that.
        told = bool(shell or image) or "${{" not in runner
        return self._read(text, from_github(shell, windows=windows, image=image or None), expressions=True, told=told)

    def of_container(self, words: Sequence[Excerpt], image: str) -> Script | None:
        """Script that a container runs: what follows `sh -c`, or else its one command, each word as it is given."""
        if not words:
            return None
        found = from_argv(tuple(word.text for word in words))
        if found is None:
            return self._read(_quoted(words), Shell(Kind.SH), expressions=False)
        shell, taken = found
        is_script = any(word.text.startswith("-") and word.text.endswith("c") for word in words[1:taken])
        if not is_script or taken >= len(words):
            return None
        kind = from_image(image, words[0].text)
        exact = Shell(kind.kind, shell.options, kind.pipefail, shell.command, kind.why or shell.why)
        return self._read(words[taken], exact, expressions=False)

    def of_file(self, document: Document) -> Script | None:
        """Script in a file of its own; without a first line that names its shell it is taken for bash's."""
        shell = from_shebang(document.text) or Shell(Kind.BASH, pipefail=True)
        return self._kept(document.path, lambda: read_document(document, shell))

    def _read(self, text: Excerpt, shell: Shell, *, expressions: bool, told: bool = True) -> Script | None:
        return self._kept(text.document.path, lambda: read(text, shell, expressions=expressions), told=told)

    def _kept(self, path: str, reading: Callable[[], Script], *, told: bool = True) -> Script | None:
        """The script, None where it is of no shell that is read; what cannot be read is remembered."""
        try:
            script = reading()
        except Missing:
            mend = f"pip install '{EXTRA}'"
            self.wrong.append(Unread(path, "the shell scripts in it: what reads shell is not installed", mend))
            return None
        if script.troubles and not told:
            return None
        for trouble in script.troubles:
            place = trouble.where.place
            self.wrong.append(
                Unread(path, "a part of this script is not read: it is no shell that is known here", place=place)
            )
        return script if script.shell.kind is not Kind.NOT_SHELL else None

    def unread(self) -> Iterator[Unread]:
        """What could not be read, once each."""
        yield from dict.fromkeys(self.wrong)


def _quoted(words: Sequence[Excerpt]) -> Excerpt:
    """Words as one line of shell that says just these words."""
    texts: list[str] = []
    segments: list[Segment] = []
    at = 0
    for word in words:
        text = word.text.replace(_QUOTE, UNKNOWN)
        origin = word.origin or SourceMap.shifted(len(word.text), 0)
        start = origin.origin(0)
        end = origin.origin(len(word.text))
        segments.append(Segment(at, at + 1, start, start))
        segments.extend(
            Segment(each.start + at + 1, each.end + at + 1, each.origin, each.origin_end) for each in origin.segments
        )
        segments.append(Segment(at + 1 + len(text), at + 3 + len(text), end, end))
        texts.append(f"'{text}' ")
        at += len(text) + 3
    return Excerpt(words[0].document, "".join(texts), SourceMap(tuple(segments)))
