"""Secrets that jobs read, and which of them open a database, a cluster or a cloud."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.environment import environment_of
from avion_lint.delivery.pipeline import Stage
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.source import Place, Span

_SECRET = pattern(r"\bsecrets\.([A-Za-z_]\w*)")
_LASTING = pattern(
    r"kube_?config|aws_secret_access_key|secret_access_key|gcp_sa_key|gcp_credentials|google_credentials"
    r"|service_account_key|azure_credentials|azure_client_secret|openshift_token|oc_token|k8s_token|kube_token"
)
_CONNECTING = pattern(
    r"kube_?config|(?:database|db|postgres|pg|goose|flyway|migration)_?\w{0,60}(?:url|dsn|uri|string|password|pass)|^dsn$"
    r"|secret_access_key|_sa_key|credentials|oc_token|k8s_token|kube_token"
)


@record
class SecretUse:
    """A secret that a job reads; the first place of each."""

    name: str
    place: Place

    @property
    def is_lasting(self) -> bool:
        """Whether it is a key to a cluster or a cloud that does not expire."""
        return bool(_LASTING.search(self.name.lower()))

    @property
    def connects(self) -> bool:
        """Whether it leads to a database or a cluster of no environment that its name tells."""
        return bool(_CONNECTING.search(self.name.lower())) and not environment_of(self.name)


def secrets(stage: Stage) -> Iterator[SecretUse]:
    """The secrets that a job reads, each once."""
    seen = set()
    start = stage.job.part.node.span.start
    for match in _SECRET.finditer(stage.text):
        if match[1] not in seen:
            seen.add(match[1])
            span = Span(start + match.start(), start + match.end())
            yield SecretUse(match[1], stage.job.part.yaml.place(span))
