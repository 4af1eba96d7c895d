"""A verdict on files given as texts, with default settings: what tests, rule pages and trials of rules need."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from avion_lint import tool
from avion_lint.delivery.collect import collect
from avion_lint.delivery.config_maps import may_keep
from avion_lint.delivery.delivery import ServiceFolder
from avion_lint.delivery.kinds import kind_of
from avion_lint.discovery.gather import Gathering, gather
from avion_lint.discovery.tree import MemoryTree
from avion_lint.fixer import Fixers
from avion_lint.git.grep import Hit
from avion_lint.history.ground import against_base
from avion_lint.judgement.around import Around
from avion_lint.judgement.assess import migration_paths
from avion_lint.judgement.code_uses import Search, Searched
from avion_lint.judgement.history_of_texts import history_of
from avion_lint.judgement.in_config_maps import Before
from avion_lint.judgement.judge import Case, judge
from avion_lint.judgement.moved import with_moved
from avion_lint.policy.in_force import Policy, effective
from avion_lint.policy.packs import load_pack
from avion_lint.record import replace
from avion_lint.rule import Rule
from avion_lint.settings.model import Settings
from avion_lint.stats.model import Known
from avion_lint.verdict import Verdict

BASE = "main"


def rehearse(
    here: Mapping[str, str],
    before: Mapping[str, str],
    rules: Iterable[Rule],
    settings: Settings | None = None,
    policy: str | Policy = "strict",
    *,
    fixers: Fixers | None = None,
    sizes: Mapping[str, Known] | None = None,
) -> Verdict:
    """Judge the files `here`, of which those `before` are on the base branch already; both are texts by path.

    All `rules` (and the tool's own) count as the policy says, which may be one of ours by its name; nothing is read
    from disk but that. `sizes` are those of tables, by the name of the service.
    """
    settings = settings or Settings()
    known = (*tool.RULES, *rules)
    tree = MemoryTree(here)
    gathering = gather(tree, settings)
    history = history_of(here, before, gathering, BASE)
    return judge(
        Case(
            gathering,
            replace(with_moved(against_base(history, migration_paths(gathering)), gathering), passed=frozenset(before)),
            effective(load_pack(policy, known, lambda _: None), settings) if isinstance(policy, str) else policy,
            known,
            date(2026, 1, 1),
            settings,
            fixers=(lambda: fixers) if fixers else None,
            sizes=sizes or {},
            around=_around(tree, before, gathering),
            code=_code(before),
        )
    )


def _code(before: Mapping[str, str]) -> Search:
    """The search through what was there before and is no SQL."""
    files = {path: text for path, text in before.items() if not path.lower().endswith(".sql")}

    def search(words: Collection[str]) -> tuple[Searched, ...]:
        whole = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b")
        hits = (
            Hit(path, number, line)
            for path, text in sorted(files.items())
            for number, line in enumerate(text.splitlines(), start=1)
            if whole.search(line)
        )
        return (Searched(BASE, tuple(hits)),)

    return search


def _around(tree: MemoryTree, before: Mapping[str, str], gathering: Gathering) -> Around | None:
    """What stands around the SQL, of which what was not there before or is new is judged."""
    known = (path for path in tree.paths() if kind_of(path))
    judged = frozenset(path for path in known if before.get(path) != tree.files[path])
    if not judged:
        return None
    services = (
        ServiceFolder(each.service.name, each.service.root, str(each.service.runner)) for each in gathering.services
    )
    kept = {path: text for path, text in before.items() if path in judged and may_keep(text)}
    return Around(*collect(tree.paths(), tree.read, judged, services), Before(BASE, kept))
