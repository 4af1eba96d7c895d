"""Schema: what will fail or be wrong, given the schema at that point."""

from __future__ import annotations

from avion_lint.rule import Rule
from avion_rules.schema.certain_failure import certain_failure
from avion_rules.schema.column_still_used import column_still_used
from avion_rules.schema.concurrent_on_partitioned import concurrent_on_partitioned
from avion_rules.schema.down_fails_with_rows import down_fails_with_rows
from avion_rules.schema.dynamic_sql import dynamic_sql
from avion_rules.schema.enum_value_used_at_once import enum_value_used_at_once
from avion_rules.schema.foreign_key_type_mismatch import foreign_key_type_mismatch
from avion_rules.schema.function_cannot_be_replaced import function_cannot_be_replaced
from avion_rules.schema.identifier_too_long import identifier_too_long
from avion_rules.schema.pending_trigger_events import pending_trigger_events
from avion_rules.schema.security_definer_without_search_path import security_definer_without_search_path
from avion_rules.schema.skipped_by_if_not_exists import skipped_by_if_not_exists
from avion_rules.schema.view_cannot_be_replaced import view_cannot_be_replaced

RULES: tuple[Rule, ...] = (
    column_still_used,
    foreign_key_type_mismatch,
    identifier_too_long,
    enum_value_used_at_once,
    pending_trigger_events,
    view_cannot_be_replaced,
    concurrent_on_partitioned,
    security_definer_without_search_path,
    certain_failure,
    skipped_by_if_not_exists,
    down_fails_with_rows,
    dynamic_sql,
    function_cannot_be_replaced,
)
