"""Blocking: what a migration keeps waiting, and what the server refuses inside a transaction."""

from __future__ import annotations

from avion_lint.rule import Rule
from avion_rules.locks.added_check_scans import added_check_scans
from avion_rules.locks.added_column_rewrites import added_column_rewrites
from avion_rules.locks.attach_scans import attach_scans
from avion_rules.locks.column_type_rewrites import column_type_rewrites
from avion_rules.locks.concurrent_in_transaction import concurrent_in_transaction
from avion_rules.locks.concurrent_not_alone import concurrent_not_alone
from avion_rules.locks.detach_not_concurrent import detach_not_concurrent
from avion_rules.locks.domain_scans import domain_scans
from avion_rules.locks.drop_before_replacement import drop_before_replacement
from avion_rules.locks.drop_index_not_concurrent import drop_index_not_concurrent
from avion_rules.locks.exclusion_builds_index import exclusion_builds_index
from avion_rules.locks.foreign_key_validated_at_once import foreign_key_validated_at_once
from avion_rules.locks.half_applied_on_failure import half_applied_on_failure
from avion_rules.locks.index_build_corrupts import index_build_corrupts
from avion_rules.locks.index_not_concurrent import index_not_concurrent
from avion_rules.locks.invalid_index_hidden import invalid_index_hidden
from avion_rules.locks.lock_table import lock_table
from avion_rules.locks.long_work_under_lock import long_work_under_lock
from avion_rules.locks.missing_lock_timeout import missing_lock_timeout
from avion_rules.locks.never_validated import never_validated
from avion_rules.locks.not_allowed_in_transaction import not_allowed_in_transaction
from avion_rules.locks.partition_created_in_place import partition_created_in_place
from avion_rules.locks.primary_key_builds_index import primary_key_builds_index
from avion_rules.locks.refresh_not_concurrent import refresh_not_concurrent
from avion_rules.locks.reindex_not_concurrent import reindex_not_concurrent
from avion_rules.locks.set_not_null_scans import set_not_null_scans
from avion_rules.locks.setting_leaks import setting_leaks
from avion_rules.locks.several_tables_locked import several_tables_locked
from avion_rules.locks.table_rewrite import table_rewrite
from avion_rules.locks.timeout_without_effect import timeout_without_effect
from avion_rules.locks.transactional_lock import transactional_lock
from avion_rules.locks.trigger_left_disabled import trigger_left_disabled
from avion_rules.locks.type_change_rechecks import type_change_rechecks
from avion_rules.locks.unique_builds_index import unique_builds_index
from avion_rules.locks.validated_under_lock import validated_under_lock

RULES: tuple[Rule, ...] = (
    index_not_concurrent,
    drop_index_not_concurrent,
    reindex_not_concurrent,
    concurrent_in_transaction,
    concurrent_not_alone,
    missing_lock_timeout,
    not_allowed_in_transaction,
    transactional_lock,
    invalid_index_hidden,
    added_check_scans,
    foreign_key_validated_at_once,
    unique_builds_index,
    exclusion_builds_index,
    set_not_null_scans,
    column_type_rewrites,
    added_column_rewrites,
    validated_under_lock,
    never_validated,
    type_change_rechecks,
    primary_key_builds_index,
    attach_scans,
    detach_not_concurrent,
    table_rewrite,
    refresh_not_concurrent,
    trigger_left_disabled,
    timeout_without_effect,
    setting_leaks,
    lock_table,
    drop_before_replacement,
    long_work_under_lock,
    partition_created_in_place,
    domain_scans,
    several_tables_locked,
    half_applied_on_failure,
    index_build_corrupts,
)
