"""Keys of ``setup``: life cycle and templates of the targets, by dataset as well, and Kibana."""

from __future__ import annotations

from shipper.config import settings, texts
from shipper.config.keys.key import NAME, Key, Section
from shipper.config.keys.outputs import TLS
from shipper.config.kinds import Choice, Duration, Size, Text, Whole
from shipper.config.mappings import JsonMap

_SINCE = "after the rollover"
ROLLOVER = Section(
    "rollover",
    settings.Rollover,
    (
        Key("max_age", Duration(60, zero=0.0, unit="d"), "A new index is begun when the newest one is so old; in whole days, with the UTC day. `0`: never."),
        Key("max_primary_shard_size", Size(0), "… or when one of its primary shards is so large; `0`: never."),
        Key("max_docs", Whole(0, 2**31 - 1), "… or when it has so many documents; `0`: never."),
    ),
)  # fmt: skip
_PHASE = (
    Key(
        "min_age",
        Duration(zero=0.0, unit="d"),
        f"When the phase begins, counted from {_SINCE.removeprefix('after ')}.",
        default="no such phase",
    ),
)
PHASE = Section("phase", settings.Phase, _PHASE)
FROZEN = Section(
    "frozen",
    settings.Frozen,
    (
        *_PHASE,
        Key("snapshot_repository", NAME, "Repository of the searchable snapshots. Needed for this phase."),
    ),
)  # fmt: skip
PHASES = Section(
    "phases",
    settings.Phases,
    (),
    {"warm": ("warm", PHASE), "cold": ("cold", PHASE), "frozen": ("frozen", FROZEN)},
)
TEMPLATE = Section(
    "template",
    settings.Template,
    (
        Key("settings", JsonMap(nest=False),
            "Settings of the indices by the cluster's own names, such as `index.number_of_shards: 1`; they win over Shipper's.", default="see [cluster](cluster.md)"),
        Key("custom_mappings", JsonMap(nest=False),
            "Fields and their mappings, as the cluster's mapping API has them: `{upstream.time: {type: float}}`."),
        Key("dynamic", Choice(("true", "false", "strict", "runtime")), "What becomes of fields that no mapping names."),
        Key("unknown_objects", Choice(("dynamic", "flattened")),
            "`flattened` keeps each object that no mapping names in one field, so that hostile keys cannot fill the mapping."),
    ),
)  # fmt: skip
_LIFETIME = Key(
    "retention",
    Duration(60, zero=None, unit="d"),
    f"Indices are deleted so long {_SINCE}.",
    default="keep everything",
)
_LIFE = {
    "rollover": ("rollover", ROLLOVER),
    "phases": ("phases", PHASES),
    "template": ("template", TEMPLATE),
}
DATASET = Section(
    "setup.datasets",
    settings.Dataset,
    (
        Key("dataset", Text("dataset", texts.dataset_reference), "As an input names it.", required=True),
        _LIFETIME,
    ),
    _LIFE,
)  # fmt: skip
KIBANA = Section(
    "kibana",
    settings.Kibana,
    (
        Key("host", Text("URL", texts.kibana), "Kibana or OpenSearch Dashboards, `https://host:5601`. Needed for `shipper setup --kibana`."),
        Key("space_id", NAME, "Kibana space.", default="the default one"),
        Key("username", Text("user name"), "User, where it is not the output's."),
        Key("password", Text("password", secret=True), "Password of that user."),
        Key("api_key", Text("API key", texts.api_key, secret=True), "API key, where it is not the output's."),
    ),
    {"ssl": ("ssl", TLS)},
)  # fmt: skip
SETUP = Section(
    "setup",
    settings.Setup,
    (
        _LIFETIME,
        Key("lifecycle", Choice(("auto", "ilm", "data_stream_lifecycle", "ism", "none")),
            "What carries out rollover and retention; `auto` takes what the cluster has, `none` leaves it to `shipper rollover --if-due`."),
    ),
    {**_LIFE, "kibana": ("kibana", KIBANA)},
    {"datasets": "What is different for single datasets: `dataset` and any of the keys `rollover`, `retention`, `phases`, `template`."},
)  # fmt: skip
