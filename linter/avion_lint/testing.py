"""The harness that runs the examples of rule pages, for these rules and for other people's packs.

@pytest.mark.parametrize("case", testing.cases(RULES), ids=str)
def test_example(case):
    testing.check(case, RULES)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from avion_lint import tool
from avion_lint.finding import Level
from avion_lint.fixer import Fixers
from avion_lint.judgement.mend import Mended, Texts, mend
from avion_lint.judgement.rehearse import rehearse
from avion_lint.pages import Example, ExampleFile, Finds, Page, PageError, load
from avion_lint.policy.in_force import Policy
from avion_lint.record import record
from avion_lint.rule import Rule
from avion_lint.settings.model import FILE_NAME, Settings
from avion_lint.settings.rules import RuleSetting
from avion_lint.source import Document
from avion_lint.verdict import Verdict


@record(order=True)
class Hit:
    """A rule's id at a line of a file, counted from 1."""

    path: str
    line: int
    rule: str


@record
class Case:
    """An example of a rule's page; `number` counts the examples of its kind from 1."""

    rule: Rule
    page: Page
    example: Example
    number: int

    def __str__(self) -> str:
        return f"{self.rule.name}/{self.example.kind}-{self.number}"


def cases(rules: Iterable[Rule]) -> tuple[Case, ...]:
    """Every example of the rules' pages; rules whose page cannot be read are left to `page_error`."""
    return tuple(case for rule in rules if (page := _page(rule)) for case in _cases(rule, page))


def _page(rule: Rule) -> Page | None:
    try:
        return load(rule)
    except PageError:
        return None


def page_error(rule: Rule) -> PageError | None:
    """What is wrong with a rule's page, None where it can be read."""
    try:
        load(rule)
    except PageError as error:
        return error
    return None


def _cases(rule: Rule, page: Page) -> Iterator[Case]:
    numbers: Counter[str] = Counter()
    for example in page.examples:
        numbers[example.kind] += 1
        yield Case(rule, page, example, numbers[example.kind])


def check(case: Case, rules: Iterable[Rule]) -> None:
    """Judge the example with these rules on, and raise AssertionError where its marks say otherwise.

    Rules about design (family DE) are on only where the example is of their own pages.
    """
    differing = differences(case, tuple(rules))
    if differing:
        raise AssertionError(differing)


def differences(case: Case, rules: tuple[Rule, ...]) -> str:
    """What the marks say and the verdict does not, or the other way round; "" where they agree."""
    rules = _asked(case, rules)
    verdict = judge(case.example, rules)
    expected = Counter(
        Hit(file.path, mark.line, mark.rule) for file, mark in case.example.marks if isinstance(mark, Finds)
    )
    found = Counter(_hits(verdict))
    lines = [
        *_different(case, expected - found, "is marked and not found", rules, verdict),
        *_different(case, found - expected, "is found and not marked", rules, verdict),
        *(f"  {broken.path}: {broken.why}" for broken in verdict.unchecked if broken.blocks),
    ]
    return "\n".join([f"{case} ({case.page.path}:{case.example.line})", *lines]) if lines else ""


_TASTE = "DE"


def _asked(case: Case, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """All rules; those about design only on pages of their own, since every other example would have to please them."""
    return tuple(rule for rule in rules if rule.family != _TASTE or case.rule.family == _TASTE)


def check_fix(case: Case, rules: Iterable[Rule], fixers: Fixers) -> None:
    """Fix the bad example before a fixed one, and raise AssertionError where anything else comes of it."""
    differing = fix_differences(case, _asked(case, tuple(rules)), fixers)
    if differing:
        raise AssertionError(differing)


def fix_differences(case: Case, rules: tuple[Rule, ...], fixers: Fixers) -> str:
    """What the fix makes and the fixed example does not show, or the other way round; "" where they agree."""
    bad = case.page.examples[case.page.examples.index(case.example) - 1]
    given = {file.path: file.text for file in bad.files if not file.before}
    wanted = {file.path: file.text for file in case.example.files if not file.before}
    mended = mend(lambda texts: judge(bad, rules, texts, fixers), tuple(fixers), unsafe=case.example.unsafe)
    expected = {path: text for path, text in wanted.items() if given.get(path) != text}
    lines = [
        *(f"  {path} is not made by the fix" for path in sorted(expected.keys() - mended.texts.keys())),
        *(
            f"  {path} comes out as:\n{mended.texts[path]}"
            for path in sorted(mended.texts)
            if expected.get(path) != mended.texts[path]
        ),
        *(f"  {case.rule.id} is still found" for each in mended.after.results if each.rule.id == case.rule.id),
        *(f"  {rule} is found where it was not before" for rule in _new(mended)),
    ]
    return "\n".join([f"{case} ({case.page.path}:{case.example.line})", *lines]) if lines else ""


def _new(mended: Mended) -> Iterator[str]:
    """Rules that find more than before, unless the runner could not read the file before."""
    if any(each.fix.reveals for each in mended.applied):
        return iter(())
    before, after = (Counter(each.rule.id for each in verdict.results) for verdict in (mended.before, mended.after))
    return (rule for rule in sorted(after) if after[rule] > before[rule])


def judge(
    example: Example, rules: tuple[Rule, ...], texts: Texts | None = None, fixers: Fixers | None = None
) -> Verdict:
    """Judge an example: what is marked as `before` is on the base branch, the rest is this change.

    `texts` take the place of files. Every rule is on and has its default options, except as an `avion-lint.yaml` in
    the example says.
    """
    before = {file.path: file.text for file in example.files if file.before}
    deleted = {file.path for file in example.files if file.deleted}
    kept = {path: text for path, text in before.items() if path not in deleted}
    here = kept | {file.path: file.text for file in example.files if not file.before} | dict(texts or {})
    known = (*tool.RULES, *rules)
    settings = _settings(here.get(FILE_NAME), known)
    everything = {rule.id: RuleSetting(rule, Level.WARNING) for rule in known}
    policy = Policy(everything, settings.rules, settings.services, settings.paths)
    return rehearse(here, before, rules, settings, policy, fixers=fixers)


def _settings(text: str | None, known: tuple[Rule, ...]) -> Settings:
    from avion_lint.settings.reader import load as load_settings  # noqa: PLC0415 - few examples have settings

    return Settings() if text is None else load_settings(Document(FILE_NAME, text), known)


def _hits(verdict: Verdict) -> Iterator[Hit]:
    for result in verdict.results:
        place = result.finding.place
        yield Hit(place.document.path, place.start.line, result.rule.id)


def _different(case: Case, hits: Counter[Hit], what: str, rules: tuple[Rule, ...], verdict: Verdict) -> Iterator[str]:
    names = {rule.id: rule.name for rule in (*tool.RULES, *rules)}
    for hit in sorted(hits.elements()):
        name = names.get(hit.rule, "which is no rule")
        yield f"  {hit.path}:{hit.line}: {hit.rule} {name} {what}"
        yield from (f"      {line}" for line in _source(case, hit))
        yield from (f"      it says: {message}" for message in _messages(verdict, hit))


def _source(case: Case, hit: Hit) -> Iterator[str]:
    """The line that a hit is about, and where the page has it."""
    file = _file(case.example, hit.path)
    lines = file.text.splitlines() if file else []
    if file and 0 < hit.line <= len(lines):
        yield f"{case.page.path}:{file.page_line(hit.line)}: {lines[hit.line - 1]}"


def _file(example: Example, path: str) -> ExampleFile | None:
    """The file as it is now, or as it was where it is gone."""
    files = [file for file in example.files if file.path == path]
    return next((file for file in files if not file.before), files[0] if files else None)


def _messages(verdict: Verdict, hit: Hit) -> Iterator[str]:
    for result in verdict.results:
        place = result.finding.place
        if Hit(place.document.path, place.start.line, result.rule.id) == hit:
            yield result.finding.message
