"""Rules about files, names and directives: what the runner makes of a migration."""

from __future__ import annotations

from avion_lint.rule import Rule
from avion_rules.migrations.directive_not_read import directive_not_read
from avion_rules.migrations.down_not_inverse import down_not_inverse
from avion_rules.migrations.duplicate_version import duplicate_version
from avion_rules.migrations.empty_statement_block import empty_statement_block
from avion_rules.migrations.ignored_file_name import ignored_file_name
from avion_rules.migrations.missing_down import missing_down
from avion_rules.migrations.missing_header import missing_header
from avion_rules.migrations.missing_up import missing_up
from avion_rules.migrations.mixed_version_styles import mixed_version_styles
from avion_rules.migrations.refused_by_runner import refused_by_runner
from avion_rules.migrations.semicolon_not_read import semicolon_not_read
from avion_rules.migrations.several_statements_in_one_query import several_statements_in_one_query
from avion_rules.migrations.statement_cut import statement_cut
from avion_rules.migrations.substitution_in_body import substitution_in_body
from avion_rules.migrations.swallowed_statements import swallowed_statements
from avion_rules.migrations.transaction_control import transaction_control
from avion_rules.migrations.undo_not_run import undo_not_run
from avion_rules.migrations.version_gap import version_gap
from avion_rules.migrations.version_table_out_of_reach import version_table_out_of_reach

RULES: tuple[Rule, ...] = (
    missing_up,
    missing_down,
    missing_header,
    refused_by_runner,
    directive_not_read,
    empty_statement_block,
    semicolon_not_read,
    statement_cut,
    several_statements_in_one_query,
    substitution_in_body,
    ignored_file_name,
    duplicate_version,
    version_gap,
    mixed_version_styles,
    transaction_control,
    down_not_inverse,
    undo_not_run,
    swallowed_statements,
    version_table_out_of_reach,
)
