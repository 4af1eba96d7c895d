"""What tests of rules share: migrations of one service, judged with all rules on."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.finding import Finding
from avion_lint.judgement.rehearse import rehearse
from avion_lint.settings.reader import load
from avion_lint.source import Document
from avion_rules import all_rules

RULES = all_rules()
GOOSE = "services/users/migrations"
FLYWAY = "services/users/db/migration"


def judged(here: Mapping[str, str], before: Mapping[str, str], rule: str, settings: str | None = None) -> list[Finding]:
    """Findings of one rule in a change that adds the files `here` to those `before`."""
    given = load(Document("avion-lint.yaml", settings), RULES) if settings else None
    verdict = rehearse({**before, **here}, before, RULES, given)
    assert not verdict.unchecked
    return [result.finding for result in verdict.results if result.rule.id == rule]


def goose(rule: str, before: str, up: str, down: str = "SELECT 1;", *, head: str = "", settings: str | None = None):
    """Findings where goose has applied `before` and is given a migration of `up` and `down`."""
    old = {f"{GOOSE}/00001_a.sql": f"-- +goose Up\n{before}\n-- +goose Down\nSELECT 1;\n"} if before else {}
    new = {f"{GOOSE}/00002_b.sql": f"{head}-- +goose Up\n{up}\n-- +goose Down\n{down}\n"}
    return judged(new, old, rule, settings)


def outside(rule: str, before: str, up: str, down: str = "SELECT 1;"):
    """The same with NO TRANSACTION."""
    return goose(rule, before, up, down, head="-- +goose NO TRANSACTION\n")


def flyway(rule: str, before: str, text: str, *, conf: str = "", settings: str | None = None):
    """Findings where Flyway has applied `before` and is given `text`, perhaps with a script configuration."""
    new = {f"{FLYWAY}/V2__b.sql": text} | ({f"{FLYWAY}/V2__b.sql.conf": conf} if conf else {})
    return judged(new, {f"{FLYWAY}/V1__a.sql": before}, rule, settings)


def block(body: str) -> str:
    """A DO block as goose must be given it."""
    return f"-- +goose StatementBegin\nDO $$\nBEGIN\n{body}\nEND\n$$;\n-- +goose StatementEnd"


def objects(found: list[Finding]) -> list[str]:
    """What findings are about, in the order of the alphabet."""
    return sorted(finding.object for finding in found)
