"""Rules about what is applied already and must stay as it is."""

from __future__ import annotations

from avion_lint.rule import Rule
from avion_rules.history.applied_migration_deleted import applied_migration_deleted
from avion_rules.history.applied_migration_edited import applied_migration_edited
from avion_rules.history.applied_migration_renamed import applied_migration_renamed
from avion_rules.history.out_of_order_migration import out_of_order_migration

RULES: tuple[Rule, ...] = (
    applied_migration_edited,
    applied_migration_deleted,
    applied_migration_renamed,
    out_of_order_migration,
)
