"""What is known of metrics: which are counters, which are points in time, and who exports them.

From the exporters' own lists: kube-state-metrics (v2) docs/metrics/workload/{job,cronjob,pod,deployment}-metrics.md,
prometheus-community/postgres_exporter (collectors that are on by default, and its former built-in queries),
CloudNativePG's "Monitoring" page, woblerr/pgbackrest_exporter's README, Argo CD's "Metrics" page, Flagger's
"Monitoring" page, Prometheus' own `up`, `ALERTS`; and those of our own (executor/trail/metrics.py).
"""

from __future__ import annotations

from functools import cache

from avion_lint.enumeration import StrEnum
from avion_lint.record import record


class MetricKind(StrEnum):
    """What the numbers of a metric are."""

    COUNTER = "counter"
    GAUGE = "gauge"
    TIME = "point in time"
    FLAG = "flag, 0 or 1"
    INFO = "constant 1"


@record
class Metric:
    """A metric, and who exports it."""

    name: str
    kind: MetricKind
    exporter: str

    @property
    def told(self) -> str:
        """What it is, for people, with its article."""
        article = "a" if self.kind is not MetricKind.INFO else "the"
        return f"{article} {self.kind}"


_KSM = "kube-state-metrics"
_PG = "postgres_exporter"
_CNPG = "CloudNativePG"
_BACKREST = "pgbackrest_exporter"
_ARGO = "Argo CD"
_FLAGGER = "Flagger"
_OURS = "avion-lint run"

_KNOWN: tuple[tuple[str, str, MetricKind, str], ...] = (
    (_KSM, "kube_job_", MetricKind.INFO, "annotations info labels owner"),
    (_KSM, "kube_job_", MetricKind.TIME, "status_start_time status_completion_time created"),
    (_KSM, "kube_job_", MetricKind.FLAG, "complete failed status_suspended"),
    (
        _KSM,
        "kube_job_",
        MetricKind.GAUGE,
        (
            "spec_parallelism spec_completions spec_active_deadline_seconds status_active status_ready "
            "status_succeeded status_failed"
        ),
    ),
    (_KSM, "kube_cronjob_", MetricKind.INFO, "annotations info labels"),
    (
        _KSM,
        "kube_cronjob_",
        MetricKind.TIME,
        "created next_schedule_time status_last_schedule_time status_last_successful_time",
    ),
    (_KSM, "kube_cronjob_", MetricKind.FLAG, "spec_suspend"),
    (
        _KSM,
        "kube_cronjob_",
        MetricKind.GAUGE,
        (
            "status_active spec_starting_deadline_seconds metadata_resource_version spec_successful_job_history_limit "
            "spec_failed_job_history_limit"
        ),
    ),
    (_KSM, "kube_pod_", MetricKind.INFO, "annotations info ips owner labels container_info init_container_info"),
    (
        _KSM,
        "kube_pod_",
        MetricKind.TIME,
        (
            "start_time completion_time created deletion_timestamp container_state_started status_scheduled_time "
            "status_ready_time status_initialized_time status_container_ready_time "
            "container_status_last_terminated_timestamp"
        ),
    ),
    (
        _KSM,
        "kube_pod_",
        MetricKind.FLAG,
        (
            "status_phase status_ready status_scheduled status_reason status_unschedulable container_status_waiting "
            "container_status_waiting_reason container_status_running container_status_terminated "
            "container_status_terminated_reason container_status_last_terminated_reason container_status_ready "
            "init_container_status_waiting init_container_status_waiting_reason init_container_status_running "
            "init_container_status_terminated init_container_status_terminated_reason "
            "init_container_status_last_terminated_reason init_container_status_ready"
        ),
    ),
    (_KSM, "kube_pod_", MetricKind.COUNTER, "container_status_restarts_total init_container_status_restarts_total"),
    (
        _KSM,
        "kube_pod_",
        MetricKind.GAUGE,
        "container_resource_requests container_resource_limits container_status_last_terminated_exitcode",
    ),
    (_KSM, "kube_deployment_", MetricKind.INFO, "annotations labels"),
    (_KSM, "kube_deployment_", MetricKind.TIME, "created deletion_timestamp"),
    (_KSM, "kube_deployment_", MetricKind.FLAG, "status_condition spec_paused"),
    (
        _KSM,
        "kube_deployment_",
        MetricKind.GAUGE,
        (
            "status_replicas status_replicas_ready status_replicas_available status_replicas_unavailable "
            "status_replicas_updated status_observed_generation spec_replicas metadata_generation "
            "spec_strategy_rollingupdate_max_unavailable spec_strategy_rollingupdate_max_surge "
            "spec_topology_spread_constraint"
        ),
    ),
    (
        _PG,
        "pg_",
        MetricKind.COUNTER,
        (
            "stat_database_blk_read_time stat_database_blk_write_time stat_database_blks_hit stat_database_blks_read "
            "stat_database_conflicts stat_database_deadlocks stat_database_temp_bytes stat_database_temp_files "
            "stat_database_tup_deleted stat_database_tup_fetched stat_database_tup_inserted stat_database_tup_returned "
            "stat_database_tup_updated stat_database_xact_commit stat_database_xact_rollback "
            "stat_bgwriter_checkpoints_timed_total stat_bgwriter_checkpoints_req_total "
            "stat_bgwriter_checkpoint_write_time_total stat_bgwriter_checkpoint_sync_time_total "
            "stat_bgwriter_buffers_checkpoint_total stat_bgwriter_buffers_clean_total "
            "stat_bgwriter_maxwritten_clean_total "
            "stat_bgwriter_buffers_backend_total stat_bgwriter_buffers_backend_fsync_total "
            "stat_bgwriter_buffers_alloc_total "
            "stat_user_tables_seq_scan stat_user_tables_seq_tup_read stat_user_tables_idx_scan "
            "stat_user_tables_idx_tup_fetch stat_user_tables_n_tup_ins stat_user_tables_n_tup_upd "
            "stat_user_tables_n_tup_del stat_user_tables_n_tup_hot_upd stat_user_tables_vacuum_count "
            "stat_user_tables_autovacuum_count stat_user_tables_analyze_count stat_user_tables_autoanalyze_count "
            "stat_archiver_archived_count stat_archiver_failed_count stat_statements_calls_total "
            "stat_statements_seconds_total stat_statements_rows_total"
        ),
    ),
    (
        _PG,
        "pg_",
        MetricKind.TIME,
        (
            "postmaster_start_time_seconds stat_user_tables_last_vacuum stat_user_tables_last_autovacuum "
            "stat_user_tables_last_analyze stat_user_tables_last_autoanalyze stat_database_stats_reset "
            "stat_bgwriter_stats_reset_total"
        ),
    ),
    (_PG, "pg_", MetricKind.FLAG, "up replication_is_replica replication_slots_active replication_slot_is_active"),
    (_PG, "pg_", MetricKind.INFO, "static"),
    (
        _PG,
        "pg_",
        MetricKind.GAUGE,
        (
            "stat_activity_count stat_activity_max_tx_duration locks_count database_size_bytes "
            "database_connection_limit database_wraparound_age_datfrozenxid_seconds "
            "database_wraparound_age_datminmxid_seconds stat_database_numbackends replication_lag "
            "replication_lag_seconds replication_slots_pg_wal_lsn_diff replication_slot_slot_current_wal_lsn "
            "stat_replication_pg_wal_lsn_diff stat_replication_pg_current_wal_lsn_bytes "
            "long_running_transactions long_running_transactions_oldest_timestamp_seconds "
            "stat_user_tables_n_live_tup stat_user_tables_n_dead_tup stat_user_tables_n_mod_since_analyze "
            "stat_archiver_last_archive_age settings_max_connections process_idle_seconds_sum "
            "stat_progress_vacuum_phase stat_activity_autovacuum_timestamp_seconds"
        ),
    ),
    (
        _CNPG,
        "cnpg_",
        MetricKind.TIME,
        (
            "collector_first_recoverability_point collector_last_available_backup_timestamp "
            "collector_last_failed_backup_timestamp pg_postmaster_start_time pg_stat_archiver_last_archived_time "
            "pg_stat_archiver_last_failed_time pg_stat_archiver_stats_reset_time"
        ),
    ),
    (
        _CNPG,
        "cnpg_",
        MetricKind.FLAG,
        (
            "collector_up collector_fencing_on collector_manual_switchover_required collector_replica_mode "
            "pg_replication_in_recovery pg_replication_is_wal_receiver_up pg_replication_slots_active"
        ),
    ),
    (
        _CNPG,
        "cnpg_",
        MetricKind.GAUGE,
        (
            "backends_total backends_waiting_total backends_max_tx_duration_seconds collector_sync_replicas "
            "collector_pg_wal collector_pg_wal_archive_status collector_nodes_used collector_last_collection_error "
            "pg_database_size_bytes pg_database_xid_age pg_database_mxid_age pg_replication_lag "
            "pg_replication_streaming_replicas pg_replication_slots_pg_wal_lsn_diff pg_settings_setting "
            "pg_stat_archiver_seconds_since_last_archival pg_stat_archiver_seconds_since_last_failure "
            "pg_stat_replication_write_lag_seconds pg_stat_replication_flush_lag_seconds "
            "pg_stat_replication_replay_lag_seconds"
        ),
    ),
    (
        _CNPG,
        "cnpg_",
        MetricKind.COUNTER,
        (
            "collector_collections_total pg_stat_archiver_archived_count pg_stat_archiver_failed_count "
            "pg_stat_database_deadlocks pg_stat_database_conflicts pg_stat_database_xact_commit "
            "pg_stat_database_xact_rollback pg_stat_database_blks_read pg_stat_database_blks_hit "
            "pg_stat_database_tup_returned pg_stat_database_tup_fetched pg_stat_database_tup_inserted "
            "pg_stat_database_tup_updated pg_stat_database_tup_deleted pg_stat_database_temp_files "
            "pg_stat_database_temp_bytes"
        ),
    ),
    (_BACKREST, "pgbackrest_", MetricKind.INFO, "backup_info repo_info"),
    (_BACKREST, "pgbackrest_", MetricKind.FLAG, "exporter_status stanza_lock_status"),
    (
        _BACKREST,
        "pgbackrest_",
        MetricKind.GAUGE,
        (
            "backup_since_last_completion_seconds backup_duration_seconds backup_last_duration_seconds "
            "backup_size_bytes backup_delta_bytes backup_repo_size_bytes backup_repo_delta_bytes backup_error_status "
            "backup_last_error_status backup_databases backup_last_databases backup_annotations stanza_status "
            "repo_status wal_archive_status"
        ),
    ),
    (
        _ARGO,
        "argocd_",
        MetricKind.COUNTER,
        (
            "app_sync_total app_k8s_request_total cluster_events_total kubectl_exec_total git_request_total "
            "redis_request_total login_request_total"
        ),
    ),
    (_ARGO, "argocd_", MetricKind.INFO, "app_info app_labels cluster_info info"),
    (_ARGO, "argocd_", MetricKind.FLAG, "cluster_connection_status"),
    (
        _ARGO,
        "argocd_",
        MetricKind.GAUGE,
        (
            "app_condition app_orphaned_resources_count cluster_api_resource_objects cluster_api_resources "
            "cluster_cache_age_seconds kubectl_exec_pending repo_pending_request_total"
        ),
    ),
    (_FLAGGER, "flagger_", MetricKind.GAUGE, "canary_status canary_weight canary_total canary_metric_analysis"),
    (_FLAGGER, "flagger_", MetricKind.INFO, "info"),
    (_OURS, "avion_lint_", MetricKind.COUNTER, "runs_total run_seconds_bucket run_seconds_sum run_seconds_count"),
    (_OURS, "avion_lint_", MetricKind.TIME, "run_under_way_since_seconds run_last_success_timestamp_seconds"),
    (_OURS, "avion_lint_", MetricKind.FLAG, "run_last_failed"),
    ("Prometheus", "", MetricKind.FLAG, "up"),
    ("Prometheus", "", MetricKind.INFO, "ALERTS"),
    ("Prometheus", "", MetricKind.TIME, "ALERTS_FOR_STATE"),
)


@cache
def table() -> dict[str, Metric]:
    """All known metrics by name."""
    return {
        f"{prefix}{name}": Metric(f"{prefix}{name}", kind, exporter)
        for exporter, prefix, kind, names in _KNOWN
        for name in names.split()
    }


def metric(name: str) -> Metric | None:
    """What is known of a metric, None where nothing is; postgres_exporter has one for each of the server's settings."""
    if name.startswith("pg_settings_"):
        return Metric(name, MetricKind.GAUGE, _PG)
    return table().get(name)
