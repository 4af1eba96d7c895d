"""Which shell reads a script and with which options it starts: from a step's `shell`, a shebang, an image, an argv."""

from __future__ import annotations

from avion_lint.enumeration import Enum
from avion_lint.pattern import pattern
from avion_lint.record import record, replace


class Kind(Enum):
    """A shell; SH is one of which only POSIX is known, NOT_SHELL another language."""

    BASH = "bash"
    DASH = "dash"
    ASH = "busybox ash"
    SH = "sh"
    NOT_SHELL = "not a shell"


@record
class Options:
    """Options of a shell at some point of a script; None is not known (set in a branch, or by a sourced file)."""

    errexit: bool | None = False
    pipefail: bool | None = False
    nounset: bool | None = False
    xtrace: bool | None = False
    inherit_errexit: bool | None = False
    errtrace: bool | None = False
    lastpipe: bool | None = False


@record
class Shell:
    """A shell and the options that it starts with.

    `pipefail` tells whether it knows that option: None where that depends on its version. `command` is the program and
    its options as somebody wrote them, for messages; `why` says how it is known, in words that follow "because".
    """

    kind: Kind
    options: Options = Options()
    pipefail: bool | None = None
    command: str = ""
    why: str = ""

    @property
    def substitution_keeps_errexit(self) -> bool:
        """Whether `$(…)` begins with errexit as it is outside (POSIX, dash); bash and busybox turn it off."""
        return self.kind in {Kind.DASH, Kind.SH}


_BASH = Shell(Kind.BASH, pipefail=True)
_DASH = Shell(Kind.DASH, pipefail=None)
_ASH = Shell(Kind.ASH, pipefail=True)
_SH = Shell(Kind.SH)
_PROGRAMS = {"bash": _BASH, "dash": _DASH, "ash": _ASH, "sh": _SH, "ksh": _SH, "zsh": _SH, "mksh": _SH}
_LETTERS = {"e": "errexit", "u": "nounset", "x": "xtrace", "E": "errtrace"}
_NAMES = {"errexit", "nounset", "pipefail", "xtrace", "errtrace"}
_SHOPT = {"inherit_errexit", "lastpipe"}
_SHEBANG = pattern(r"\ufeff?#![ \t]*([^\n]*)")
_ALPINE = pattern(r"(?:^|[/:.\-_])(?:alpine|busybox|ash)[0-9.]*(?:$|[:@\-])")
_ALPINE_NAMES = ("alpine", "busybox", "bitnami/minideb")
_DEBIAN = pattern(r"bookworm|bullseye|buster|debian|ubuntu|trixie|jammy|focal|noble|slim")
_NEW_DASH = pattern(r"trixie|forky|sid")


def from_argv(words: tuple[str, ...]) -> tuple[Shell, int] | None:
    """Shell that an argv starts and how many of its words are program and options; None where it is no shell.

    What follows is the script after `-c`, or the path of one, or nothing.
    """
    if not words or (shell := _PROGRAMS.get(words[0].rsplit("/", 1)[-1])) is None:
        return None
    options, taken, _ = read_options(words[1:], shell.options)
    if shell.kind is Kind.BASH and "posix" in words:
        options = replace(options, inherit_errexit=True)
    return replace(shell, options=options, command=" ".join(words[: taken + 1]), why="the command says so"), taken + 1


def read_options(words: tuple[str, ...], options: Options) -> tuple[Options, int, bool]:
    """Read a shell's own options (`-eo pipefail -c`): the result, words taken, and whether `-c` was among them."""
    taken, is_command = 0, False
    while taken < len(words) and len(words[taken]) > 1 and words[taken][0] in "-+":
        word = words[taken]
        taken += 1
        if word == "--":
            break
        if word.startswith("--"):
            taken += word in {"--rcfile", "--init-file"}
            continue
        on = word[0] == "-"
        is_command = is_command or (on and "c" in word)
        for letter in word[1:]:
            if letter in "oO" and taken < len(words):
                options = named(options, words[taken], on=on)
                taken += 1
            elif letter in _LETTERS:
                options = _with(options, _LETTERS[letter], on)
    return options, taken, is_command


def named(options: Options, name: str, *, on: bool) -> Options:
    """Options after `set -o NAME`, `set +o NAME` or `shopt`; unchanged for names that do not matter here."""
    if name == "posix":
        return replace(options, inherit_errexit=on)
    return _with(options, name, on) if name in _NAMES | _SHOPT else options


def after_set(options: Options, words: tuple[str | None, ...]) -> Options:
    """Options after `set` with these words; None stands for a word that is not known."""
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word is None:
            return replace(options, errexit=None, pipefail=None, nounset=None)
        if len(word) < 2 or word[0] not in "-+" or word == "--":  # noqa: PLR2004 - a sign and a letter
            break
        for letter in word[1:]:
            if letter == "o":
                name = words[at] if at < len(words) else ""
                at += 1
                options = named(options, name or "", on=word[0] == "-")
            elif letter in _LETTERS:
                options = _with(options, _LETTERS[letter], word[0] == "-")
    return options


def after_shopt(options: Options, words: tuple[str | None, ...]) -> Options:
    """Options after bash's `shopt` with these words."""
    flags = "".join(word[1:] for word in words if word and word.startswith("-"))
    if "s" not in flags and "u" not in flags:
        return options
    for word in words:
        if word and not word.startswith("-") and (word in _SHOPT or "o" in flags):
            options = named(options, word, on="s" in flags)
    return options


def merged(first: Options, second: Options) -> Options:
    """Options where two ways meet: what they do not agree on is not known."""
    if first == second:
        return first
    return Options(
        *(
            getattr(first, name) if getattr(first, name) is getattr(second, name) else None
            for name in Options.__match_args__
        )
    )


def _with(options: Options, name: str, on: bool) -> Options:
    return replace(options, **{name: on})


def from_github(shell: str | None, *, windows: bool = False, image: str | None = None) -> Shell:
    """Shell of a `run` step: `shell` is what the step or the defaults say, None where nothing does.

    From GitHub's workflow syntax, `jobs.<job_id>.steps[*].shell`: unspecified is `bash -e {0}` (in a container without
    bash, `sh -e {0}`), `bash` is `bash --noprofile --norc -eo pipefail {0}`, `sh` is `sh -e {0}`; on Windows,
    unspecified is PowerShell. `image` is the job's container, if it has one.
    """
    match shell:
        case None if windows:
            return Shell(Kind.NOT_SHELL, command="pwsh", why="the runner is Windows and no shell is given")
        case None:
            if image is not None and from_image(image).kind is Kind.ASH:
                return replace(from_image(image), options=Options(errexit=True), command="sh -e {0}")
            return replace(_BASH, options=Options(errexit=True), command="bash -e {0}", why="no shell is given")
        case "bash":
            options = Options(errexit=True, pipefail=True)
            command = "bash --noprofile --norc -eo pipefail {0}"
            return replace(_BASH, options=options, command=command, why="the step says `shell: bash`")
        case "sh":
            sh = from_image(image) if image is not None else replace(_DASH, pipefail=False)
            return replace(sh, options=Options(errexit=True), command="sh -e {0}", why="the step says `shell: sh`")
    found = from_argv(tuple(shell.split()))
    if found is None:
        return Shell(Kind.NOT_SHELL, command=shell, why=f"the step says `shell: {shell}`")
    return replace(found[0], command=shell, why=f"the step says `shell: {shell}`")


def from_shebang(text: str) -> Shell | None:
    """Shell of a script file by its first line; None where it has no shebang."""
    match = _SHEBANG.match(text)
    if match is None:
        return None
    line = match[1].strip()
    words = tuple(line.split())
    if not words:
        return None
    if words[0].endswith("/env"):
        words = tuple(word for word in words[1:] if word not in {"-S", "--split-string"} and "=" not in word)
    elif len(words) > 2:  # noqa: PLR2004 - Linux gives all that follows the program as one word
        words = (words[0], " ".join(words[1:]).replace(" ", ""))
    found = from_argv(words)
    if found is None:
        return Shell(Kind.NOT_SHELL, command=line, why=f"the first line is `#!{line}`")
    return replace(found[0], command=line, why=f"the first line is `#!{line}`")


def from_image(image: str, program: str = "sh") -> Shell:
    """Shell that `program` is in a container image, by the image's name; SH where the name does not tell.

    Alpine and busybox have busybox ash, which knows pipefail. Debian's `sh` is dash, which does not before 0.5.13
    (Debian 13). Anything with bash as program is bash.
    """
    name = program.rsplit("/", 1)[-1]
    if name == "bash":
        return replace(_BASH, command=program)
    if name in {"ash", "dash"}:
        return replace(_PROGRAMS[name], command=program)
    short = image.split("@", 1)[0]
    if _ALPINE.search(short):
        return replace(_ASH, command=program, why=f"`{image}` is built on Alpine or busybox")
    if _NEW_DASH.search(short):
        return replace(_DASH, command=program, pipefail=None, why=f"`{image}` is built on Debian")
    if _DEBIAN.search(short):
        return replace(_DASH, command=program, pipefail=False, why=f"`{image}` is built on Debian")
    return replace(_SH, command=program)
