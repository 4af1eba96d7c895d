"""Data: changes of many rows at once, and what is lost."""

from __future__ import annotations

from avion_lint.rule import Rule
from avion_rules.data.batch_in_one_transaction import batch_in_one_transaction
from avion_rules.data.down_loses_data import down_loses_data
from avion_rules.data.drop_database import drop_database
from avion_rules.data.index_lost_with_column import index_lost_with_column
from avion_rules.data.insert_select import insert_select
from avion_rules.data.many_rows_changed import many_rows_changed
from avion_rules.data.redundant_index import redundant_index
from avion_rules.data.truncate import truncate
from avion_rules.data.unique_index_dropped import unique_index_dropped
from avion_rules.data.using_other_column import using_other_column
from avion_rules.data.whole_table_delete import whole_table_delete
from avion_rules.data.whole_table_update import whole_table_update

RULES: tuple[Rule, ...] = (
    whole_table_update,
    whole_table_delete,
    batch_in_one_transaction,
    insert_select,
    truncate,
    redundant_index,
    unique_index_dropped,
    index_lost_with_column,
    down_loses_data,
    many_rows_changed,
    using_other_column,
    drop_database,
)
