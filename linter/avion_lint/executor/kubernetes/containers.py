"""The containers of a Job: files, wait, backup, lock, and the runner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from avion_lint.executor.kubernetes import scripts
from avion_lint.executor.kubernetes.names import label
from avion_lint.executor.kubernetes.task import Task
from avion_lint.executor.runner.flyway_binary import odd_placeholders, told
from avion_lint.runners.migration import Runner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Part = dict[str, Any]  # of a manifest: JSON

RUNNER = "migrate"
BACKUP = "backup"
AUTHORITY_FOLDER = "/etc/database"


def before(task: Task) -> list[Part]:
    """The containers that are run before the runner, in order."""
    found = [_files(task), _wait(task)]
    if task.backs_up:
        found.append(_backup(task))
        if task.held is not None:  # it may have been lost while the backup was made
            found.append(_postgres(task, "see-lock", scripts.lock_script(), _lock(task)))
    return found


def runner(task: Task) -> Part:
    """The container that changes the database."""
    cluster, environment = task.cluster, task.environment
    env = [*_database(task), _value("MIGRATIONS", cluster.migrations)]
    env.append(_value("TIMEOUT_SECONDS", str(environment.timeout_seconds)))
    if task.runner is Runner.GOOSE:
        env += [_value("GOOSE_DRIVER", "postgres"), _value("GOOSE_DBSTRING", _goose_address(task))]
        odd: tuple[str, ...] = ()
    else:
        env += _flyway(task)
        odd = tuple(odd_placeholders(task.configuration))
    script = scripts.runner_script(task.runner, task.target, odd, task.goose_table)
    return _container(task, RUNNER, cluster.image, script, env)


def _files(task: Task) -> Part:
    env = [
        _value("MIGRATIONS", task.cluster.migrations),
        _value("EXPECTED", task.files.digest),
        _value("COUNT", str(task.files.count)),
    ]
    made = _container(task, "see-files", task.cluster.image, scripts.files_script(task.files), env)
    return made | {"volumeMounts": [_mount("tmp", "/tmp")]}  # noqa: S108 - a folder of the pod's own


def _wait(task: Task) -> Part:
    script = scripts.wait_script(locked=task.held is not None)
    env = [_value("WAIT_SECONDS", str(task.cluster.wait_seconds)), *_lock(task)]
    return _postgres(task, "wait-for-database", script, env)


def _backup(task: Task) -> Part:
    name = f"{label(task.service)}-{label(task.environment.name)}"
    env = [
        _value("NAME", f"before-rollback-{name}" if task.target else name),
        _value("BACKUP_SECONDS", str(task.cluster.backup_seconds)),
        _value("RETENTION_DAYS", str(task.environment.backup_retention_days)),
        _value("BACKUP_MARK", scripts.BACKUP_MARK),
        _value("SERVICE", task.service),
        _value("ENVIRONMENT", task.environment.name),
        _value("VERSION", task.before),
        _value("RUN", task.run or task.name),
    ]
    made = _postgres(task, BACKUP, scripts.backup_script(), env)
    return made | {"volumeMounts": [*made["volumeMounts"], _mount("backup", "/backup")]}


def _lock(task: Task) -> list[Part]:
    held = task.held
    if held is None:
        return []
    return [
        _value("RUN", task.run),
        _value("LOCK_KEY", str(held.key)),
        _value("LOCK_SESSION", str(held.session)),
    ]


def _postgres(task: Task, name: str, script: str, env: list[Part]) -> Part:
    return _container(task, name, task.cluster.postgres_image, script, [*_database(task), *env])


def _container(task: Task, name: str, image: str, script: str, env: list[Part]) -> Part:
    resources = task.cluster.resources
    mounts = [_mount("tmp", "/tmp")]  # noqa: S108 - a folder of the pod's own
    if needs_authority(task):
        mounts.append(_mount("authority", AUTHORITY_FOLDER) | {"readOnly": True})
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "workingDir": "/tmp",  # noqa: S108 - as above; goose reads .env of the folder that it is started in
        "command": ["sh", "-euc"],
        "args": [script],
        "env": [*env, _value("HOME", "/tmp")],  # noqa: S108 - as above
        "volumeMounts": mounts,
        "resources": {
            "requests": {"cpu": resources.cpu, "memory": resources.memory},
            "limits": {"cpu": resources.cpu_limit, "memory": resources.memory_limit},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }


def needs_authority(task: Task) -> bool:
    """Whether the server's certificate is checked."""
    return task.cluster.ssl_mode.startswith("verify-")


def _mount(name: str, path: str) -> Part:
    return {"name": name, "mountPath": path}


# --- the way to the database -------------------------------------------------------------------------------------


def _database(task: Task) -> list[Part]:
    """What libpq, and goose's driver, read; the values come from the Secret."""
    keys = task.cluster.secret_keys
    port = _secret(task, "PGPORT", keys.port) if keys.port else _value("PGPORT", "5432")
    return [
        _secret(task, "PGHOST", keys.host),
        port,
        _secret(task, "PGDATABASE", keys.database),
        _secret(task, "PGUSER", keys.username),
        _secret(task, "PGPASSWORD", keys.password),
        *(_value(name, value) for name, value in _encryption(task, "PGSSLMODE", "PGSSLROOTCERT").items()),
        _value("PGAPPNAME", task.session_name),
        _value("PGCONNECT_TIMEOUT", "5"),
    ]


def _encryption(task: Task, mode: str, authority: str) -> Mapping[str, str]:
    found = {mode: task.cluster.ssl_mode}
    return found | ({authority: f"{AUTHORITY_FOLDER}/ca.crt"} if needs_authority(task) else {})


def _timeouts(task: Task) -> Mapping[str, str]:
    environment = task.environment
    return {"lock_timeout": environment.lock_timeout, "statement_timeout": environment.statement_timeout}


def _goose_address(task: Task) -> str:
    """What PG… variables do not tell; goose's driver takes the rest from them."""
    found = {**_encryption(task, "sslmode", "sslrootcert"), **_timeouts(task)}
    return " ".join(f"{name}={value}" for name, value in found.items())


def _flyway(task: Task) -> Iterator[Part]:
    timeouts = quote(" ".join(f"-c {name}={value}" for name, value in _timeouts(task).items()), safe="")
    options = {"ApplicationName": quote(task.session_name), "options": timeouts}
    options |= _encryption(task, "sslmode", "sslrootcert")
    asked = "&".join(f"{name}={value}" for name, value in options.items())
    yield _value("FLYWAY_URL", f"jdbc:postgresql://$(PGHOST):$(PGPORT)/$(PGDATABASE)?{asked}")
    yield _secret(task, "FLYWAY_USER", task.cluster.secret_keys.username)
    yield _secret(task, "FLYWAY_PASSWORD", task.cluster.secret_keys.password)
    usual = {
        "FLYWAY_LOCATIONS": f"filesystem:{task.cluster.migrations}",
        "FLYWAY_CONNECT_RETRIES": "10",
        "FLYWAY_VALIDATE_ON_MIGRATE": "true",
        "FLYWAY_OUT_OF_ORDER": "false",
        "REDGATE_DISABLE_TELEMETRY": "true",
    }
    for name, value in (usual | told(task.configuration)).items():
        yield _value(name, value.replace("$(", "$$("))


def _value(name: str, value: str) -> Part:
    return {"name": name, "value": value}


def _secret(task: Task, name: str, key: str) -> Part:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": task.cluster.secret, "key": key}}}
