"""Design: types, keys, indexes and names that work and are regretted later."""

from __future__ import annotations

from avion_lint.rule import Rule
from avion_rules.design.awkward_name import awkward_name
from avion_rules.design.blank_padded_text import blank_padded_text
from avion_rules.design.cascading_foreign_key import cascading_foreign_key
from avion_rules.design.constrained_domain import constrained_domain
from avion_rules.design.enum_type import enum_type
from avion_rules.design.enum_value_at_end import enum_value_at_end
from avion_rules.design.foreign_key_without_index import foreign_key_without_index
from avion_rules.design.hash_index import hash_index
from avion_rules.design.integer_primary_key import integer_primary_key
from avion_rules.design.json_column import json_column
from avion_rules.design.length_limited_text import length_limited_text
from avion_rules.design.missing_primary_key import missing_primary_key
from avion_rules.design.money_type import money_type
from avion_rules.design.repeated_index_column import repeated_index_column
from avion_rules.design.rewrite_rule import rewrite_rule
from avion_rules.design.separate_alter_tables import separate_alter_tables
from avion_rules.design.serial_column import serial_column
from avion_rules.design.timestamp_without_time_zone import timestamp_without_time_zone
from avion_rules.design.unlisted_extension import unlisted_extension
from avion_rules.design.unlogged_table import unlogged_table
from avion_rules.design.unnamed_constraint import unnamed_constraint
from avion_rules.design.wide_index import wide_index

RULES: tuple[Rule, ...] = (
    missing_primary_key,
    foreign_key_without_index,
    blank_padded_text,
    length_limited_text,
    timestamp_without_time_zone,
    money_type,
    serial_column,
    json_column,
    integer_primary_key,
    awkward_name,
    repeated_index_column,
    wide_index,
    hash_index,
    unlogged_table,
    unnamed_constraint,
    cascading_foreign_key,
    enum_type,
    enum_value_at_end,
    constrained_domain,
    separate_alter_tables,
    unlisted_extension,
    rewrite_rule,
)
