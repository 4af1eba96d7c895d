"""Alert rules and dashboards as rules see them: expressions with their places, read from several kinds of files."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.part import Part, Somewhere, YamlText
from avion_lint.finding import Finding, Related
from avion_lint.record import record
from avion_lint.source import Excerpt
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
    def expression(self) -> Excerpt | None:
        """Its PromQL."""
        scalar = self.part.scalar("expr")
        return self.part.yaml.text_of(scalar) if scalar else None

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
    queries: tuple[Scalar, ...]

    @property
    def path(self) -> str:
        """Path of the file."""
        return self.part.yaml.path

    @property
    def title(self) -> str:
        """Its title."""
        return self.part.text("title") or ""

    def finding(self, at: Somewhere | None, message: str, remedy: str = "") -> Finding:
        """A finding at a part of it, or at its title."""
        name = f"{self.dashboard}/{self.title}" if self.dashboard else self.title
        return self.part.finding(at or self.part.place("title"), message, remedy, object=name)


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
        if queries:
            yield Panel(panel, dashboard, queries)
        yield from _panels(panel, dashboard)
