"""Compatibility: releases of the application that run while and after the schema changes."""

from __future__ import annotations

from avion_lint.rule import Rule
from avion_rules.compatibility.access_revoked import access_revoked
from avion_rules.compatibility.constraint_dropped import constraint_dropped
from avion_rules.compatibility.drop_cascade import drop_cascade
from avion_rules.compatibility.drop_column import drop_column
from avion_rules.compatibility.drop_object import drop_object
from avion_rules.compatibility.drop_table import drop_table
from avion_rules.compatibility.null_let_in import null_let_in
from avion_rules.compatibility.rename_column import rename_column
from avion_rules.compatibility.rename_object import rename_object
from avion_rules.compatibility.rename_table import rename_table
from avion_rules.compatibility.rename_to_deprecated import rename_to_deprecated
from avion_rules.compatibility.replication_changed import replication_changed
from avion_rules.compatibility.required_column import required_column
from avion_rules.compatibility.required_too_early import required_too_early
from avion_rules.compatibility.row_security_changed import row_security_changed
from avion_rules.compatibility.trigger_dropped import trigger_dropped

RULES: tuple[Rule, ...] = (
    drop_table,
    drop_column,
    drop_object,
    rename_table,
    rename_column,
    rename_object,
    rename_to_deprecated,
    drop_cascade,
    access_revoked,
    required_column,
    required_too_early,
    row_security_changed,
    constraint_dropped,
    null_let_in,
    replication_changed,
    trigger_dropped,
)
