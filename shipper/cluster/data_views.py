"""
What Kibana or OpenSearch Dashboards is given: data views, a Discover session, and a dashboard of Shipper's own ledger.

Pure: bodies of the documented saved-object APIs. Every object has a fixed id, so that a second run changes nothing. The
visualizations are of the kind that both products have (built on aggregations); each body is marked with the versions of
Kibana's own exports, so that a newer product migrates it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from shipper.config.own import DEAD_LETTER, SELF

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shipper.config.settings import Settings

LOGS, LEDGER, LETTERS = "shipper-logs", "shipper-ledger", "shipper-dead-letters"  # data views
SESSION, LETTERS_SESSION, DASHBOARD = (
    "shipper-logs-session",
    "shipper-dead-letters-session",
    "shipper-dashboard",
)
TIME = "@timestamp"
_MANY = 20  # patterns in one data view; more become one by prefix
_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index"
_NEW = {"visualization": "8.5.0", "search": "8.0.0", "dashboard": "8.7.0"}
_OLD = {"visualization": "7.17.0", "search": "7.9.3", "dashboard": "7.17.3"}
_OPENSEARCH = {
    "visualization": "7.10.0",
    "search": "7.9.3",
    "dashboard": "7.9.3",
    "index-pattern": "7.6.0",
}
_EXPLAINED = """\
**Shipper** · lag, ledger and failures of all agents

The ledger comes from `logs-shipper.self-*`, once a minute and input: write `telemetry.stream: true` into the agents' \
configuration. Dead letters come from `logs-shipper.dead_letter-*`: `dead_letter.stream: true`. Figures of the ledger count \
from an agent's start. What to do about them: `shipper status` on the agent's host."""

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """
    What differs between the products.

    Attributes:
        opensearch: OpenSearch Dashboards.
        version: of the product, major and minor.
    """

    opensearch: bool
    version: tuple[int, int]

    @property
    def name(self) -> str:
        """Name and version, for people."""
        product = "OpenSearch Dashboards" if self.opensearch else "Kibana"
        return f"{product} {self.version[0]}.{self.version[1]}"

    @property
    def xsrf(self) -> str:
        """The header that every change must carry."""
        return "osd-xsrf" if self.opensearch else "kbn-xsrf"

    def marked(self, one: Object) -> Object:
        """An object with the versions that say how to migrate it."""
        kind = one["type"]
        if self.opensearch:
            return {**one, "migrationVersion": {kind: _OPENSEARCH[kind]}}
        if self.version >= (8, 8):
            return {**one, "coreMigrationVersion": "8.8.0", "typeMigrationVersion": _NEW[kind]}
        return {**one, "coreMigrationVersion": "7.17.3", "migrationVersion": {kind: _OLD[kind]}}


def views(settings: Settings) -> list[Object]:
    """
    The data views: of the configured inputs' logs, of the ledger, and of the dead letters.

    Returns:
        Attributes as ``POST /api/data_views/data_view`` takes them.
    """
    patterns = sorted({one.data_stream.pattern for one in settings.inputs if one.enabled})
    if len(patterns) > _MANY:
        patterns = sorted({f"{one.data_stream.prefix}-*" for one in settings.inputs if one.enabled})
    return [
        _view(LOGS, ",".join(patterns), "Shipper: logs"),
        _view(LEDGER, f"logs-{SELF}-*", "Shipper: ledger"),
        _view(LETTERS, f"logs-{DEAD_LETTER}-*", "Shipper: dead letters"),
    ]


def _view(identity: str, title: str, name: str) -> Object:
    # The data may come later than the data view.
    return {
        "id": identity,
        "title": title,
        "name": name,
        "timeFieldName": TIME,
        "allowNoIndex": True,
    }


def view_request(view: Object) -> Object:
    """Body of ``POST /api/data_views/data_view``."""
    return {"data_view": view, "override": True}


def objects(settings: Settings, dialect: Dialect) -> list[Object]:
    """The saved objects to import; with OpenSearch Dashboards the index patterns as well."""
    made: list[Object] = []
    if dialect.opensearch:
        made += [
            {
                "type": "index-pattern",
                "id": view["id"],
                "attributes": {"title": view["title"], "timeFieldName": TIME},
                "references": [],
            }
            for view in views(settings)
        ]
    made += [_session(), _letters_session(), *_visualizations(), _dashboard(dialect)]
    return [dialect.marked(one) for one in made]


def ndjson(made: Iterable[Object]) -> bytes:
    """The file to import."""
    return b"".join([orjson.dumps(one) + b"\n" for one in made])


def _session() -> Object:
    columns = ["host.name", "event.dataset", "log.level", "message"]
    return _search(
        SESSION, "Shipper: logs", "Newest first; lines of one time in their order.", LOGS, columns
    )


def _letters_session() -> Object:
    columns = ["host.name", "labels.dataset", "error.type", "error.message", "message"]
    what = "Events that were refused for good; `shipper dead-letter` on the host has them whole."
    return _search(LETTERS_SESSION, "Shipper: dead letters", what, LETTERS, columns)


def _search(identity: str, title: str, what: str, view: str, columns: list[str]) -> Object:
    return {
        "type": "search",
        "id": identity,
        "attributes": {
            "title": title,
            "description": what,
            "columns": columns,
            "sort": [[TIME, "desc"], ["log.offset", "desc"]],
            "kibanaSavedObjectMeta": {"searchSourceJSON": _source("")},
        },
        "references": [_reference(view)],
    }


def _source(query: str, *, indexed: bool = True) -> str:
    source: Object = {"query": {"query": query, "language": "kuery"}, "filter": []}
    if indexed:
        source["indexRefName"] = _REFERENCE
    return orjson.dumps(source).decode()


def _reference(view: str) -> Object:
    return {"name": _REFERENCE, "type": "index-pattern", "id": view}


def _visualizations() -> list[Object]:
    per_agent = [
        _terms("2", "bucket", "host.name", "agent", 50),
        _terms("3", "bucket", "labels.input", "input", 50),
    ]
    columns = (
        "read",
        "indexed",
        "duplicate",
        "filtered",
        "dropped",
        "dead_lettered",
        "failure_store",
        "skipped",
        "pending",
    )
    ledger = [
        _metric(str(10 + n), "max", f"shipper.ledger.{name}.events", name)
        for n, name in enumerate(columns)
    ]
    table = {
        "perPage": 20,
        "showPartialRows": False,
        "showMetricsAtAllLevels": False,
        "showTotal": True,
        "totalFunc": "sum",
    }
    lag = [
        _metric("1", "max", "shipper.lag.seconds", "seconds behind"),
        _over_time("2"),
        _terms("3", "group", "host.name", "agent", 10),
    ]
    wrong = "shipper.balanced : false or shipper.healthy : false"
    return [
        _visualization("shipper-about", "Shipper: about", "markdown", {"markdown": _EXPLAINED, "fontSize": 12}, [], None),
        _visualization("shipper-lag", "Shipper: lag", "line", _axes("seconds behind", "line"), lag, LEDGER),
        _visualization("shipper-ledger-table", "Shipper: ledger, events since the start", "table", table, [*ledger, *per_agent], LEDGER),
        _visualization("shipper-wrong", "Shipper: agents that are not healthy", "metric", _figures(), [_metric("1", "cardinality", "agent.id", "agents not healthy")], LEDGER, wrong),
        _visualization("shipper-gaps", "Shipper: gaps", "metric", _figures(), [_count("1", "gaps: ranges of files that are lost")], LOGS, "error.type : gap"),
        _visualization("shipper-refused", "Shipper: refused events by error", "histogram", _axes("dead letters", "histogram"), [_count("1", "dead letters"), _over_time("2"), _terms("3", "group", "error.type", "error", 10)], LETTERS),
        _visualization("shipper-arriving", "Shipper: logs by dataset", "histogram", _axes("events", "histogram"), [_count("1", "events"), _over_time("2"), _terms("3", "group", "event.dataset", "dataset", 10)], LOGS),
    ]  # fmt: skip


def _visualization(
    identity: str,
    title: str,
    kind: str,
    params: Object,
    aggs: Sequence[Object],
    view: str | None,
    query: str = "",
) -> Object:
    state = {"title": title, "type": kind, "aggs": list(aggs), "params": params}
    return {
        "type": "visualization",
        "id": identity,
        "attributes": {
            "title": title,
            "description": "",
            "visState": orjson.dumps(state).decode(),
            "uiStateJSON": "{}",
            "version": 1,
            "kibanaSavedObjectMeta": {"searchSourceJSON": _source(query, indexed=view is not None)},
        },
        "references": [] if view is None else [_reference(view)],
    }


def _metric(identity: str, kind: str, field: str, label: str) -> Object:
    params = {"field": field, "customLabel": label}
    return {"id": identity, "enabled": True, "type": kind, "schema": "metric", "params": params}


def _count(identity: str, label: str) -> Object:
    params = {"customLabel": label}
    return {"id": identity, "enabled": True, "type": "count", "schema": "metric", "params": params}


def _over_time(identity: str) -> Object:
    params = {"field": TIME, "interval": "auto", "min_doc_count": 1, "extended_bounds": {}}
    return {
        "id": identity,
        "enabled": True,
        "type": "date_histogram",
        "schema": "segment",
        "params": params,
    }


def _terms(identity: str, schema: str, field: str, label: str, size: int) -> Object:
    params = {"field": field, "orderBy": "_key", "order": "asc", "size": size, "customLabel": label}
    return {"id": identity, "enabled": True, "type": "terms", "schema": schema, "params": params}


def _figures() -> Object:
    style = {"bgFill": "#000", "bgColor": False, "labelColor": False, "subText": "", "fontSize": 48}
    metric = {
        "percentageMode": False,
        "useRanges": False,
        "colorSchema": "Green to Red",
        "metricColorMode": "None",
        "colorsRange": [{"from": 0, "to": 10000}],
        "labels": {"show": True},
        "invertColors": False,
        "style": style,
    }
    return {"addTooltip": True, "addLegend": False, "type": "metric", "metric": metric}


def _axes(label: str, kind: str) -> Object:
    """Parameters of a chart over time."""
    return {
        "type": kind,
        "grid": {"categoryLines": False},
        "categoryAxes": [
            {
                "id": "CategoryAxis-1",
                "type": "category",
                "position": "bottom",
                "show": True,
                "scale": {"type": "linear"},
                "labels": {"show": True, "filter": True, "truncate": 100},
                "title": {},
                "style": {},
            }
        ],
        "valueAxes": [
            {
                "id": "ValueAxis-1",
                "name": "LeftAxis-1",
                "type": "value",
                "position": "left",
                "show": True,
                "scale": {"type": "linear", "mode": "normal"},
                "labels": {"show": True, "rotate": 0, "filter": False, "truncate": 100},
                "title": {"text": label},
                "style": {},
            }
        ],
        "seriesParams": [
            {
                "show": True,
                "type": kind,
                "mode": "normal" if kind == "line" else "stacked",
                "data": {"label": label, "id": "1"},
                "valueAxis": "ValueAxis-1",
                "drawLinesBetweenPoints": True,
                "showCircles": True,
                "lineWidth": 2,
            }
        ],
        "addTooltip": True,
        "addLegend": True,
        "legendPosition": "right",
        "times": [],
        "addTimeMarker": False,
        "thresholdLine": {
            "show": False,
            "value": 10,
            "width": 1,
            "style": "full",
            "color": "#E7664C",
        },
        "labels": {},
    }


_PANELS = (  # type, id, x, y, width, height; a dashboard is 48 wide
    ("visualization", "shipper-about", 0, 0, 24, 8),
    ("visualization", "shipper-wrong", 24, 0, 12, 8),
    ("visualization", "shipper-gaps", 36, 0, 12, 8),
    ("visualization", "shipper-lag", 0, 8, 24, 14),
    ("visualization", "shipper-arriving", 24, 8, 24, 14),
    ("visualization", "shipper-ledger-table", 0, 22, 48, 14),
    ("visualization", "shipper-refused", 0, 36, 24, 14),
    ("search", LETTERS_SESSION, 24, 36, 24, 14),
)


def _dashboard(dialect: Dialect) -> Object:
    panels: list[Object] = []
    references: list[Object] = []
    for number, (kind, identity, x, y, width, height) in enumerate(_PANELS, 1):
        index = str(number)
        panels.append(
            {
                "version": "7.10.0" if dialect.opensearch else "8.8.0",
                "gridData": {"x": x, "y": y, "w": width, "h": height, "i": index},
                "panelIndex": index,
                "embeddableConfig": {},
                "panelRefName": f"panel_{index}",
            }
            | ({} if dialect.opensearch else {"type": kind})
        )
        prefix = "" if dialect.opensearch else f"{index}:"
        references.append({"name": f"{prefix}panel_{index}", "type": kind, "id": identity})
    return {
        "type": "dashboard",
        "id": DASHBOARD,
        "attributes": {
            "title": "Shipper",
            "description": "Lag, ledger and failures of all agents.",
            "panelsJSON": orjson.dumps(panels).decode(),
            "optionsJSON": '{"useMargins":true,"hidePanelTitles":false}',
            "timeRestore": True,
            "timeFrom": "now-24h",
            "timeTo": "now",
            "version": 1,
            "kibanaSavedObjectMeta": {"searchSourceJSON": _source("", indexed=False)},
        },
        "references": references,
    }
