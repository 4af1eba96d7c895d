"""One run from files to verdict, once the files, the ground and the policy are there; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from avion_lint import tool
from avion_lint.clock import date
from avion_lint.discovery.gather import Gathering
from avion_lint.finding import Finding, Level
from avion_lint.history.ground import Ground
from avion_lint.judgement.assess import Assessment, assess, history_unknown, without_schemas
from avion_lint.judgement.engine import Engine, Outcome
from avion_lint.judgement.fingerprint import fingerprint
from avion_lint.judgement.judging import Judging
from avion_lint.judgement.weigh import Scale, weigh
from avion_lint.policy.in_force import Policy
from avion_lint.record import field, record, replace
from avion_lint.rule import Rule
from avion_lint.rule_names import RuleNames, rule_names
from avion_lint.schema.annotations import as_comment, deprecating
from avion_lint.settings.model import Settings
from avion_lint.source import Document, Span
from avion_lint.sql.lexer import comments
from avion_lint.stats.model import Known
from avion_lint.subjects import Dialect, Migration
from avion_lint.verdict import EnabledRule, Found, Result, Scope, Unchecked, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.cache.basis import Basis
    from avion_lint.cache.memory import Memory
    from avion_lint.checks.belonging import Belonging
    from avion_lint.fixer import Fixers
    from avion_lint.judgement.around import Around, Judged
    from avion_lint.judgement.baseline import Baseline
    from avion_lint.judgement.code_uses import Search
    from avion_lint.judgement.fixes import Fixing
    from avion_lint.judgement.spread import Spread
    from avion_lint.judgement.suppression import Suppression

_APPLICATION = "CO"


@record
class Case:
    """Everything that a verdict depends on.

    `rules` are all rules, the tool's own among them; which of them count is the policy's word. `fixers`, where fixes
    are asked for, make them for what is found in files that are neither applied nor `closed`. `unborn` tells that there
    is no commit yet, `whole` that all that could be judged is judged. `found` and `unchecked` are what was noticed
    before (a path that cannot be read …). `sizes` are those of tables that are known, by the name of the service.
    `code` looks through the application's code, `spread` shares work among processors. `around` is what stands around
    the SQL, where any of it is judged. `basis` is all that this was read from, None where that is not known.
    """

    gathering: Gathering
    ground: Ground
    policy: Policy
    rules: tuple[Rule, ...]
    today: date
    settings: Settings = field(default_factory=Settings)
    baseline: Baseline | None = None
    whole: bool = True
    found: tuple[Found, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    fixers: Callable[[], Fixers] | None = None
    closed: frozenset[str] = frozenset()
    unborn: bool = False
    memory: Memory | None = None
    sizes: Mapping[str, Known] = field(default_factory=dict)
    code: Search | None = None
    spread: Spread | None = None
    around: Around | None = None
    basis: Basis | None = None


def judge(case: Case, tick: Callable[[], None] = lambda: None) -> Verdict:
    """The verdict on a case; `tick` is called once for each migration read.

    Where something breaks, that may be by what is remembered: it is judged without, and another state takes its place.
    """
    if case.memory is None:
        return _verdict(case, tick)
    from avion_lint.cache.lines import DamagedError  # noqa: PLC0415 - where there is a cache

    try:
        verdict = _verdict(case, tick)
    except (Exception, DamagedError):  # noqa: BLE001 - objects of another form than ours may break anything
        verdict = None
    if verdict and not any(entry.blocks for entry in verdict.unchecked):
        return verdict
    return _verdict(replace(case, memory=replace(case.memory, trusts=False)), lambda: None)


def _verdict(case: Case, tick: Callable[[], None]) -> Verdict:
    on = tuple(rule for rule in case.rules if case.policy.is_on(rule))
    assessment, outcome = _outcome(case, on, tick)
    if any(each.rule.family == _APPLICATION for each in outcome.found):
        from avion_lint.judgement.code_uses import with_uses  # noqa: PLC0415 - few changes break the application

        used = with_uses(outcome.found, case.code)
        outcome = replace(outcome, found=used.found, unchecked=(*outcome.unchecked, *used.unchecked))
    names = rule_names(case.rules)
    judged = tuple(_judged(assessment))
    suppressions, invalid = _suppressions(judged, names)
    around = _around(case, on, names)
    if around is not None:
        suppressions |= around.suppressions
        unchecked = (*outcome.unchecked, *around.unchecked)
        outcome = replace(outcome, found=(*outcome.found, *around.found), unchecked=unchecked)
    beside = around.documents if around else ()
    unclear = sorted((*case.unchecked, *assessment.unchecked, *outcome.unchecked), key=_where)
    scale = Scale(
        case.policy,
        case.today,
        exemptions=case.settings.exceptions,
        suppressions=suppressions,
        baseline=case.baseline,
        judged={document.path: "" for document in beside}
        | {migration.path: migration.service.name for migration in judged},
        applied=case.ground.applied,
        known=case.gathering.paths,
        whole=case.whole,
        unclear=frozenset(entry.path for entry in unclear),
    )
    found = (*case.found, *assessment.found, *_with_sizes(case, assessment, outcome.found), *invalid)
    weighed = weigh((*found, *_of_policy(case, assessment)), scale)
    return Verdict(
        _scope(case, assessment, len(beside)),
        tuple(EnabledRule(rule, level) for rule in on if (level := case.policy.level(rule)) is not Level.OFF),
        weighed.results,
        weighed.suppressed,
        tuple(unclear),
        {document.path: document.sha256 for document in (*beside, *(migration.document for migration in judged))},
    )


def _outcome(case: Case, rules: tuple[Rule, ...], tick: Callable[[], None]) -> tuple[Assessment, Outcome]:
    """What is judged, and what the rules say of it."""
    keeps = bool(case.sizes or any(rule.written for rule in rules))  # these look at statements later
    judging = Judging(Engine(rules, _options(case.policy)), case.spread, keeps=keeps, fixing=_fixing(case))
    try:
        assessment = assess(
            case.gathering, case.ground, case.settings, tick, case.memory, spread=case.spread, take=judging.take
        )
        outcome = judging.outcome(assessment.projects, assessment.changes)
        return (assessment if keeps else without_schemas(assessment)), outcome
    finally:
        if case.spread:
            case.spread.end()


def _fixing(case: Case) -> Fixing | None:
    if case.fixers is None:
        return None
    from avion_lint.judgement.fixes import Fixing  # noqa: PLC0415 - few runs ask for fixes

    return Fixing(case.fixers, case.ground.applied | case.ground.tip | case.closed)


def _around(case: Case, rules: tuple[Rule, ...], names: RuleNames) -> Judged | None:
    """What comes of judging what stands around the SQL, None where none of it is judged."""
    if case.around is None:
        return None
    from avion_lint.delivery.config_maps import may_keep  # noqa: PLC0415 - most changes are about SQL alone
    from avion_lint.judgement.around import judge_around  # noqa: PLC0415 - as above

    judged = judge_around(case.around, rules, _options(case.policy), names, belonging_of(case))
    kept = any(may_keep(document.text) for document in judged.documents)
    return _with_config_maps(case, judged, rules, names) if kept else judged


def _with_config_maps(case: Case, judged: Judged, rules: tuple[Rule, ...], names: RuleNames) -> Judged:
    """The same with what comes of judging migrations that stand in ConfigMaps."""
    from avion_lint.judgement.in_config_maps import judge_config_maps  # noqa: PLC0415 - few repositories have them

    if case.around is None:
        return judged
    kept = judge_config_maps(case.around.delivery, case.around.before, rules, case.settings, _options(case.policy))
    suppressions, invalid = _suppressions(kept.migrations, names)
    told = dict(judged.suppressions)
    for each in (each for found in suppressions.values() for each in found):
        moved = kept.places.suppression(each)
        told[moved.place.document.path] = (*told.get(moved.place.document.path, ()), moved)
    return replace(
        judged,
        found=(*judged.found, *kept.found, *(kept.places.found(each) for each in invalid)),
        unchecked=(*judged.unchecked, *kept.unchecked),
        suppressions=told,
    )


def belonging_of(case: Case) -> Belonging:
    """What policy and settings say of environments."""
    from avion_lint.checks.belonging import Belonging  # noqa: PLC0415 - as above

    said = case.policy.environments
    return Belonging(
        tuple(each.name for each in said),
        tuple((glob, each.name) for each in said for glob in each.paths),
        tuple((pattern, each.name) for each in said for pattern in each.namespaces),
        {each.name: str(each.profile) for each in case.settings.environments},
    )


def _of_policy(case: Case, assessment: Assessment) -> tuple[Found, ...]:
    """What is to be said of a policy: agreements that have ended, checks that are about nothing."""
    if not case.policy.environments and not any(rule.written for rule in case.rules):
        return ()
    from avion_lint.judgement.by_policy import ended, idle  # noqa: PLC0415 - few policies have either

    found = tuple(ended(case.policy))
    return (*found, *idle(case, assessment, belonging_of(case))) if case.whole else found


def _with_sizes(case: Case, assessment: Assessment, found: tuple[Found, ...]) -> tuple[Found, ...]:
    """Findings of rules with what the size of tables makes of them, and that it was measured too long ago."""
    if not case.sizes:
        return found
    from avion_lint.judgement.by_size import sized, too_old  # noqa: PLC0415 - where sizes are known

    return (*sized(found, assessment.projects, case.sizes, case.today), *too_old(case.sizes, case.today))


def unknown(why: str, mend: str) -> Verdict:
    """The verdict where git does not tell what is new: nothing is judged, and no policy makes that pass."""
    rule, finding = tool.HISTORY_UNKNOWN, history_unknown(why, mend)
    identity = fingerprint(rule.id, finding.place.document.path, finding.object, "", 0)
    result = Result(rule, Level.ERROR, finding, "", identity)
    assumed = "what is new is not known, so nothing is judged"
    return Verdict(Scope(0, 0, 0, 0, assumed), (EnabledRule(rule, Level.ERROR),), (result,), (), (), {})


def _options(policy: Policy) -> Callable[..., object | None]:
    known: dict[tuple[str, str, str, str], object | None] = {}

    def options(rule: Rule, service: str, path: str, environment: str = "") -> object | None:
        if rule.options is None:
            return None
        key = (rule.id, service, path, environment) if policy.varies else (rule.id, "", "", "")
        if key not in known:
            known[key] = policy.options(rule, service=service, path=path, environment=environment)
        return known[key]

    return options


def _where(entry: Unchecked) -> tuple[str, int, str]:
    return (entry.path, entry.line or 0, entry.why)


def _judged(assessment: Assessment) -> Iterator[Migration]:
    for project in assessment.projects:
        yield from project.judged


def _suppressions(
    judged: Iterable[Migration], names: RuleNames
) -> tuple[dict[str, tuple[Suppression, ...]], tuple[Found, ...]]:
    """What comments turn off, by path, and those that are not written as they must be."""
    found: dict[str, tuple[Suppression, ...]] = {}
    invalid: list[Found] = []
    for migration in judged:
        if "avion" not in migration.document.text:
            continue
        from avion_lint.judgement.suppression import read_suppressions  # noqa: PLC0415 - few files have any

        read = read_suppressions(migration.document, _comments(migration.document), _statements(migration), names)
        found[migration.path] = read.found
        invalid.extend(Found(tool.INVALID_SUPPRESSION, finding, migration.service.name) for finding in read.invalid)
        unknown_names = _unknown_names(migration) if migration.service.dialect is Dialect.POSTGRESQL else ()
        invalid.extend(Found(tool.INVALID_SUPPRESSION, finding, migration.service.name) for finding in unknown_names)
    return found, tuple(invalid)


def _unknown_names(migration: Migration) -> Iterator[Finding]:
    """Comments that call something deprecated that is not there."""
    for given in deprecating(migration.document.text):
        if as_comment(given, migration.after) is None:
            name = ".".join(given.parts)
            what = f"there is no {name} to deprecate after this migration" if name else "it names nothing"
            remedy = "Write `-- avion-lint: deprecates table.column`, or the name of another object that is there."
            yield migration.finding(given.span, f"The comment has no effect: {what}.", remedy, object=name)


def _comments(document: Document) -> Iterator[Span]:
    return comments(document.text)


def _statements(migration: Migration) -> Iterator[Span]:
    statements = [statement.place.span for statement in (*migration.up, *migration.down)]
    problems = [problem.place.span for problem in migration.problems]
    covered = iter(sorted(statements))
    yield from covered
    yield from (span for span in problems if not any(_overlap(span, other) for other in statements))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _scope(case: Case, assessment: Assessment, beside: int) -> Scope:
    paths = {file.document.path for project in assessment.projects for file in project.files}
    judged = {migration.path for project in assessment.projects for migration in project.judged}
    return Scope(
        services=sum(bool(project.files) for project in assessment.projects),
        migrations=len(paths),
        applied=len(paths - case.ground.judged),
        judged=len(judged),
        assumed=case.ground.assumed,
        notes=(*_notes(assessment), *_left_alone(case)),
        beside=beside,
    )


def _left_alone(case: Case) -> Iterator[str]:
    """Kinds of objects that are not Kubernetes' own and of which no rule has been told."""
    if case.around is None:
        return
    from avion_lint.delivery.api_versions import is_own  # noqa: PLC0415 - most changes are about SQL alone

    known = case.around.delivery
    others = {
        f"{each.kind} ({each.api_version})"
        for each in known.manifests
        if each.path in known.judged and not is_own(each.api_version)
    }
    if others:
        yield f"kinds that are not Kubernetes' own, whose fields are left alone: {', '.join(sorted(others))}"


def _notes(assessment: Assessment) -> Iterator[str]:
    for project in assessment.projects:
        service = project.service
        count = len(project.files)
        where = service.root or "the root folder"
        yield (
            f"{service.name}: {count:,} {'migration' if count == 1 else 'migrations'} for {service.runner} in {where}, "
            f"{service.dialect}" + (f" {service.postgres}" if service.dialect == "postgresql" else "")
        )
