"""What `kubernetes:` says of an environment: where migrations are run as Jobs, by which images, with which Secret."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record, replace
from avion_lint.yaml.nodes import Node, Scalar, entries, get, items, text_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DAY = 86400


@record
class SecretKeys:
    """The keys of the Secret with the way to the database; `port` "" for 5432, `authority` is that of a CA's file."""

    host: str = "host"
    port: str = ""
    database: str = "database"
    username: str = "username"
    password: str = "password"  # noqa: S105 - the name of a key
    authority: str = "ca.crt"


@record
class Resources:
    """What a container asks for and what it may use at most."""

    cpu: str = "200m"
    memory: str = "256Mi"
    cpu_limit: str = "1"
    memory_limit: str = "512Mi"


@record
class Operators:
    """Who creates the Jobs: a subject of RBAC; `kind` is User, Group or ServiceAccount, `name` "" for nobody."""

    kind: str = "Group"
    name: str = ""
    namespace: str = ""


@record
class KubernetesSettings:
    """How migrations are run in a cluster; `{service}` in a text stands for the name of the service.

    `image` has the runner and, in the folder `migrations`, the migrations; `postgres_image` has psql and pg_dump. Both
    are fixed by their digest. `secret` names a Secret, `backup_claim` a PersistentVolumeClaim. The seconds are those
    for a Job to begin, for the database to answer, of the backup, of the whole Job (0: the sum of its parts), and those
    for which it is kept. `user` is the number of the user that its programs run as. `context` is that of kubectl.
    """

    context: str = ""
    namespace: str = ""
    image: str = ""
    postgres_image: str = ""
    migrations: str = "/migrations"
    secret: str = ""
    secret_keys: SecretKeys = SecretKeys()
    ssl_mode: str = "verify-full"
    service_account: str = "{service}-migration"
    image_pull_secrets: tuple[str, ...] = ()
    backup_claim: str = ""
    start_seconds: int = 300
    wait_seconds: int = 60
    backup_seconds: int = 3600
    deadline_seconds: int = 0
    ttl_seconds: int = 7 * _DAY
    user: int = 65532
    resources: Resources = Resources()
    operators: Operators = Operators()
    log_folder: str = "avion-lint-audit/logs"

    @property
    def text(self) -> str:
        """All that is not as it is by default, for people and for the hash of a plan; nothing in it is secret."""
        usual = KubernetesSettings()
        own = ((name, getattr(self, name)) for name in self.__match_args__ if name != "log_folder")
        return "; ".join(f"{_key(name)}: {_words(value)}" for name, value in own if value != getattr(usual, name))

    def for_service(self, service: str) -> KubernetesSettings:
        """The same with the service's name in all its texts."""
        values = {name: getattr(self, name) for name in self.__match_args__}
        return replace(self, **{name: _named(value, service) for name, value in values.items()})


def _named(value: Any, service: str) -> Any:
    if isinstance(value, str):
        return value.replace("{service}", service)
    return tuple(_named(each, service) for each in value) if isinstance(value, tuple) else value


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    names = getattr(value, "__match_args__", ())
    return ", ".join(f"{_key(name)} {getattr(value, name)}" for name in names) if names else str(value)


def _key(name: str) -> str:
    return name.replace("_", "-")


def read_kubernetes(node: Node) -> KubernetesSettings:
    """Read `kubernetes:`; what the JSON Schema refuses is passed over."""
    return KubernetesSettings(**dict(_values(node)))


def _values(node: Node) -> Iterator[tuple[str, Any]]:
    for entry in entries(node):
        name, value = entry.key.text.replace("-", "_"), entry.value
        match name:
            case "secret_keys":
                yield name, replace(SecretKeys(), **_texts(value, SecretKeys.__match_args__))
            case "resources":
                yield name, _resources(value)
            case "operators":
                yield name, replace(Operators(), **_texts(value, Operators.__match_args__))
            case "image_pull_secrets":
                yield name, tuple(item.text for item in items(value) if isinstance(item, Scalar))
            case _ if isinstance(value, Scalar) and name in KubernetesSettings.__match_args__:
                yield name, value.value if isinstance(value.value, int) else value.text


def _texts(node: Node, known: tuple[str, ...]) -> dict[str, str]:
    return {name: text for name in known if (text := text_at(node, name)) is not None}


def _resources(node: Node) -> Resources:
    usual, requests, limits = Resources(), get(node, "requests"), get(node, "limits")
    return Resources(
        text_at(requests, "cpu") or usual.cpu,
        text_at(requests, "memory") or usual.memory,
        text_at(limits, "cpu") or usual.cpu_limit,
        text_at(limits, "memory") or usual.memory_limit,
    )
