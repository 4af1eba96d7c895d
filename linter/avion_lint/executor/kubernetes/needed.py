"""What the settings must say before there can be a Job, and how to say it."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.record import record
from avion_lint.settings.environments import Environment

_DIGEST = "0123456789abcdef" * 4
_NONE = "is not set"


@record
class Missing:
    """A key of `kubernetes:` that is missing or of no use: why, and an example of it as YAML."""

    key: str
    why: str
    example: str


def missing(environment: Environment, *, rendered: bool = False) -> tuple[Missing, ...]:
    """What an environment lacks for a Job; `rendered` tells that nobody makes a backup but the Job itself."""
    by_job = environment.backup_enabled and (rendered or not environment.backup_command)
    return tuple(_missing(environment, by_job=by_job))


def _missing(environment: Environment, *, by_job: bool) -> Iterator[Missing]:
    cluster = environment.kubernetes
    if not cluster.namespace:
        yield Missing("namespace", _NONE, f"namespace: shop-{environment.name}")
    if not cluster.image:
        words = f"{_NONE} (nor --image given): the image with the runner and the migrations, by its digest"
        yield Missing("image", words, f"image: ghcr.io/shop/{{service}}-migrations:1.4.0@sha256:{_DIGEST}")
    if not cluster.postgres_image:
        words = f"{_NONE}: the image with psql and pg_dump, of the server's major version, by its digest"
        yield Missing("postgres-image", words, f"postgres-image: postgres:17.6-alpine@sha256:{_DIGEST}")
    if not cluster.secret:
        words = f"{_NONE}: the Secret with host, database, username and password (secret-keys says their keys)"
        yield Missing("secret", words, 'secret: "{service}-migration-db"')
    elif cluster.ssl_mode.startswith("verify-") and not cluster.secret_keys.authority:
        yield Missing(
            "secret-keys", f"names no authority, which {cluster.ssl_mode} needs", "secret-keys: {authority: ca.crt}"
        )
    if by_job and not cluster.backup_claim:
        words = (
            f"{_NONE}, and {environment.name} makes a backup first (backup-enabled): the PersistentVolumeClaim for it"
        )
        yield Missing("backup-claim", words, 'backup-claim: "{service}-migration-backup"')


def words(environment: Environment, found: tuple[Missing, ...]) -> str:
    """What is missing, and where to write it."""
    told = [f"{environment.name} cannot run migrations in Kubernetes yet:"]
    told += [f"  `{each.key}` {each.why}" for each in found]
    told += ["In avion-lint.yaml, for example:", "  environments:", f"    {environment.name}:", "      kubernetes:"]
    return "\n".join([*told, *(f"        {each.example}" for each in found)])
