"""Reads YAML files of the repository: as far as they can be read, templates unrendered, JSON as well."""

from __future__ import annotations

from avion_lint.pattern import pattern
from avion_lint.problems import Problem
from avion_lint.record import record
from avion_lint.source import Document, SourceMap, Span
from avion_lint.yaml.actions import Action, scan
from avion_lint.yaml.composer import Composer
from avion_lint.yaml.conditions import Condition, Conditions, conditions
from avion_lint.yaml.events import YamlError, events, problem_at
from avion_lint.yaml.hidden import Hidden
from avion_lint.yaml.json_text import as_json, as_yaml, is_json
from avion_lint.yaml.masking import Masked, hidden, mask
from avion_lint.yaml.nodes import Node, Scalar
from avion_lint.yaml.origin import origin
from avion_lint.yaml.templates import Template

_TRIES = 25
"""Actions whose shape is changed when a masked template is not YAML; 3 in 100 real ones need it, few more than once."""
_MOST_TRIED = 5_000_000  # characters read again for that, all tries together
_MOST_BROKEN = 50
"""Broken documents of one file after which its reading ends."""

_TEMPLATES = (".gotmpl", ".tmpl")
_FOREIGN = pattern(r"(?<!\$)\{\{")  # GitHub's `${{ }}` is text to YAML
_NEXT = pattern(r"^---(?=\s|$)", 8)  # re.MULTILINE


@record
class Stream:
    """A file as YAML: each of its documents that could be read, and what is wrong with it.

    `template` is None where the file is plain YAML (or JSON).
    """

    document: Document
    roots: tuple[Node, ...]
    problems: tuple[Problem, ...]
    template: Template | None = None

    def conditions_at(self, offset: int) -> tuple[Condition, ...]:
        """What decides whether the text at an offset is written, the outermost first; none in plain YAML."""
        return self.template.conditions_at(offset) if self.template else ()

    def original(self, scalar: Scalar) -> str:
        """The scalar's text with the template's actions as they are written."""
        return self.template.original(scalar) if self.template else scalar.text

    def origin(self, scalar: Scalar) -> SourceMap:
        """Where each character of a scalar's text stands in the document."""
        return origin(self.document, scalar, self.template.masked if self.template else None)


@record
class _Attempt:
    """What came of reading a text: documents, problems, and where the first one broke, if one did."""

    roots: tuple[Node, ...]
    problems: tuple[Problem, ...]
    broken: int | None


def read_stream(document: Document, *, template: bool | None = None) -> Stream:
    """Read every document of a YAML or JSON file; never raises, what is wrong is in `problems`, in order.

    `template` says whether the file is a Go or Helm template; None means to find out: it is one where it lies in a
    folder `templates` and holds `{{`, or is YAML only once its actions are masked. `${{` alone makes none.
    """
    if template is None:
        return _found_out(document)
    return (_template(document) if template and "{{" in document.text else _plain(document))[0]


def _found_out(document: Document) -> Stream:
    folders = document.path.split("/")[:-1]
    may_be = ".github" not in folders and not is_json(document) and _FOREIGN.search(document.text)
    if may_be and ("templates" in folders or document.path.endswith(_TEMPLATES)):
        return _template(document)[0]
    plain, broken = _plain(document)
    if not may_be or broken is None:
        return plain
    # Of two readings that fail, the one that came further tells more of what is wrong.
    masked, masked_broken = _template(document)
    return masked if masked_broken is None or masked_broken > broken else plain


def _plain(document: Document) -> tuple[Stream, int | None]:
    attempt = _read(document, as_yaml(document.text)) if is_json(document) else _read(document, document.text)
    return Stream(document, attempt.roots, attempt.problems), attempt.broken


def _template(document: Document) -> tuple[Stream, int | None]:
    actions, unended = scan(document.text)
    blocks = conditions(actions)
    problems = [problem_at(document, span, f"not a template: {said}") for span, said in blocks.wrong]
    if unended:
        problems.append(problem_at(document, unended, "not a template: this action is never closed"))
    text, attempt = _masked(document, actions, blocks)
    made = Template(document, text, actions, blocks)
    broken = min((place.span.start for place, _ in problems), default=attempt.broken)
    return Stream(document, attempt.roots, _sorted((*problems, *attempt.problems)), made), broken


def _masked(document: Document, actions: tuple[Action, ...], blocks: Conditions) -> tuple[str, _Attempt]:
    """The masked text and what it reads as, with the shapes of actions changed until it is YAML."""
    masked = mask(document.text, actions)
    first = best = _tried(document, masked, blocks)
    tried: list[int] = []
    for _ in range(min(_TRIES, _MOST_TRIED // (len(document.text) + 1))):
        broken = best[1].broken
        at = masked.nearest(broken, tried) if broken is not None else None
        if broken is None or at is None:
            break
        tried.append(at)
        other = masked.toggled(at)
        attempt = _tried(document, other, blocks)
        if attempt[1].broken is None or attempt[1].broken > broken:
            masked, best, tried = other, attempt, []
    return best if best[1].broken is None else first


def _tried(document: Document, masked: Masked, blocks: Conditions) -> tuple[str, _Attempt]:
    text = masked.text(document.text)
    return text, _read(document, text, hidden(masked, text, blocks))


def _read(document: Document, text: str, aside: Hidden | None = None) -> _Attempt:
    """Read documents; after one that is broken go on with the next that begins with `---`."""
    decode = as_json if is_json(document) else None
    # The C scanner does not count a byte order mark and Python's does, so neither gets to see it.
    start = int(text.startswith("\ufeff"))
    roots: list[Node] = []
    problems: list[Problem] = []
    broken: int | None = None
    for _ in range(_MOST_BROKEN):
        composer = Composer(document, start, tolerant=True, hidden=aside, last=start, decode=decode)
        try:
            composer.compose(events(document, text[start:] if start else text, start))
            failed = None
        except YamlError as error:
            failed = error.place.span
            problems += error.problems
        roots += composer.documents
        problems += composer.problems
        if failed is None:
            break
        broken = failed.start if broken is None else broken
        after = _NEXT.search(text, max(failed.start, start + 1))
        if after is None:
            break
        start = after.start()
    else:
        said = f"{_MOST_BROKEN} documents of this file are not YAML; from here on it is not read"
        problems.append(problem_at(document, Span(start, start), said))
    return _Attempt(tuple(roots), _sorted(tuple(problems)), broken)


def _sorted(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem[0].sort_key, problem[1])))
