"""Alert rules and dashboards as rules see them: expressions with their places, read from several kinds of files."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.part import Part, Somewhere, YamlText, one_line
from avion_lint.finding import Finding, Related
from avion_lint.promql.parser import read
from avion_lint.promql.syntax import Node as Tree
from avion_lint.promql.units import seconds
from avion_lint.record import cached_property, record
from avion_lint.source import Excerpt, Place, Span
from avion_lint.yaml.nodes import Mapping, Scalar


@record
class AlertRule:
    """A rule of Prometheus: an alert, or (`records`) a series that is computed. `group` is the mapping it stands in."""

    part: Part
    group: Part
    records: bool

    @property
    def path(self) -> str:
        """Path of the file."""
        return self.part.yaml.path

    @property
    def name(self) -> str:
        """Its name."""
        return self.part.text("record" if self.records else "alert") or ""

    @property
    def pending(self) -> float | None:
        """Seconds for which its condition has to hold (`for`), 0 where it says none, None where that is not known."""
        scalar = self.part.scalar("for")
        if scalar is None:
            return None if self.part.may_have("for") else 0.0
        return seconds(scalar.text) if scalar.known else None

    @property
    def interval(self) -> float | None:
        """Seconds between two evaluations, None where the group leaves that to Prometheus."""
        return seconds(self.group.text("interval") or "")

    @property
    def queries(self) -> tuple[Query, ...]:
        """Its PromQL."""
        scalar = self.part.scalar("expr")
        return (Query(self, self.part.yaml.text_of(scalar), is_open=scalar.is_open),) if scalar else ()

    def finding(
        self, at: Somewhere | None, message: str, remedy: str = "", *, related: tuple[Related, ...] = ()
    ) -> Finding:
        """A finding at a part of it, or at its name."""
        return self.part.finding(at or self.part.place("alert"), message, remedy, related=related, object=self.name)


@record
class Panel:
    """A panel of a Grafana dashboard with the queries that it shows."""

    part: Part
    dashboard: str
    scalars: tuple[Scalar, ...]

    @property
    def path(self) -> str:
        """Path of the file."""
        return self.part.yaml.path

    @property
    def title(self) -> str:
        """Its title."""
        return self.part.text("title") or ""

    @property
    def name(self) -> str:
        """Its title with that of its dashboard."""
        return f"{self.dashboard}/{self.title}" if self.dashboard else self.title

    @property
    def queries(self) -> tuple[Query, ...]:
        """Its PromQL."""
        return tuple(Query(self, self.part.yaml.text_of(each), is_open=each.is_open) for each in self.scalars)

    def finding(
        self, at: Somewhere | None, message: str, remedy: str = "", *, related: tuple[Related, ...] = ()
    ) -> Finding:
        """A finding at a part of it, or at its title."""
        return self.part.finding(at or self.part.place("title"), message, remedy, related=related, object=self.name)


@record(caches=True)
class Query:
    """A PromQL expression and who asks it; `is_open` tells that a template may change its shape."""

    owner: AlertRule | Panel
    text: Excerpt
    is_open: bool = False

    @cached_property
    def tree(self) -> Tree | None:
        """What it says, None where it cannot be read."""
        return None if self.is_open else read(self.text.text)

    def place(self, span: Span) -> Place:
        """Where a part of it stands, on one line."""
        return one_line(self.text.place(span))

    def finding(self, span: Span, message: str, remedy: str = "", *, related: tuple[Related, ...] = ()) -> Finding:
        """A finding at a part of it."""
        return self.owner.finding(self.place(span), message, remedy, related=related)


def alert_rules(yaml: YamlText) -> Iterator[AlertRule]:
    """Rules of plain rule files, of PrometheusRule objects and of values that hold either."""
    for root in yaml.stream.roots:
        part = Part(yaml, root)
        for path in (("groups",), ("spec", "groups")):
            for group in part.parts(*path):
                yield from _rules(group)


def _rules(group: Part) -> Iterator[AlertRule]:
    for part in group.parts("rules"):
        if part.has("expr") and (part.has("alert") or part.has("record")):
            yield AlertRule(part, group, records=not part.has("alert"))


def panels(yaml: YamlText) -> Iterator[Panel]:
    """Panels of a dashboard in JSON, bare or as Grafana's API wants it (`dashboard:` around it); rows are opened."""
    for root in yaml.stream.roots:
        outer = Part(yaml, root)
        board = outer.part("dashboard") if isinstance(outer.get("dashboard"), Mapping) else outer
        if board is not None:
            yield from _panels(board, board.text("title") or "")


def _panels(part: Part, dashboard: str) -> Iterator[Panel]:
    for row in part.parts("rows"):
        yield from _panels(row, dashboard)
    for panel in part.parts("panels"):
        queries = tuple(query for target in panel.parts("targets") if (query := target.scalar("expr")))
        if queries and _is_prometheus(panel):
            yield Panel(panel, dashboard, queries)
        yield from _panels(panel, dashboard)


def _is_prometheus(panel: Part) -> bool:
    """Whether a panel asks Prometheus, as far as it says: Loki's queries stand under the same key."""
    kinds = [panel.text("datasource", "type"), *(each.text("datasource", "type") for each in panel.parts("targets"))]
    return all(kind in (None, "prometheus", "datasource", "mixed") or "prometheus" in kind for kind in kinds)
