"""Keys of the agent itself, whatever it reads and wherever it sends; and the file as a whole."""

from __future__ import annotations

from shipper.config import settings, texts
from shipper.config.keys.key import FIELDS, FLAG, NAME, TAGS, Key, Section
from shipper.config.keys.outputs import ELASTICSEARCH, LOCAL
from shipper.config.keys.setup import SETUP
from shipper.config.kinds import Choice, Duration, Size, Text, Whole

EDGE = Section(
    "pipeline",
    settings.Edge,
    (
        Key("flavour", Choice(("elasticsearch", "opensearch")),
            "The product whose meaning pipelines at the edge have, where the two differ."),
        Key("match_max_bytes", Size(1024, 16 * 1024**2), "Longer texts are matched by `match_oversize`, so that none can stall the agent."),
        Key("match_oversize", Choice(("child", "fail")),
            "`child` matches them in a process of their own that can be ended, `fail` lets the processor fail."),
        Key("geoip.database_directory", Text("path", texts.path), "Folder of MaxMind databases (`.mmdb`) for `geoip`.",
            to="geoip_directory", default="none"),
        Key("user_agent.regex_directory", Text("path", texts.path), "Folder of the files that `regex_file` of `user_agent` names; a `regexes.yml` in it takes the place of the default list.",
            to="user_agent_directory", default="none"),
    ),
)  # fmt: skip
HTTP = Section(
    "http",
    settings.Http,
    (
        Key("enabled", FLAG, "Whether `/status`, `/metrics`, `/healthz` and `/readyz` are served."),
        Key("host", Text("address", texts.one_line), "Address to listen on."),
        Key("port", Whole(0, 65535), "Port to listen on; `0` takes any free one."),
    ),
)  # fmt: skip
LOGGING = Section(
    "logging",
    settings.Logging,
    (
        Key("level", Choice(("debug", "info", "warning", "error"), {"warn": "write warning", "critical": "write error"}),
            "Least severe messages that are logged."),
        Key("format", Choice(("auto", "text", "json")),
            "`text` for people, `json` for machines (ECS); `auto` is `text` on a terminal and `json` otherwise."),
    ),
)  # fmt: skip
DEAD_LETTER = Section(
    "dead_letter",
    settings.DeadLetter,
    (
        Key("max_bytes", Size(1024), "Size of the local store of refused events; when it is full, the route pauses."),
        Key("stream", FLAG, "Tell of refused events in the data stream `logs-shipper.dead_letter-<namespace>` as well (message and error)."),
    ),
)  # fmt: skip
TELEMETRY = Section(
    "telemetry",
    settings.Telemetry,
    (
        Key("stream", FLAG, "Write the ledger of each input once a minute to the data stream `logs-shipper.self-<namespace>`, for dashboards."),
    ),
)  # fmt: skip
TOP = Section(
    "the file",
    settings.Settings,
    (
        Key("path.data", Text("path", texts.path), "Folder of the agent's state; one agent to a folder.", default="`./data`"),
        Key("path.pipelines", Text("path", texts.path), "Folder of pipeline files.", to="pipelines_path", default="`./pipelines`"),
        Key("cloud.id", Text("cloud id", texts.cloud_id), "Elastic Cloud deployment, instead of `output.elasticsearch.hosts`; Kibana's address comes with it.", to="",
            default="`ELASTIC_CLOUD_ID`"),
        Key("cloud.auth", Text("user:password", texts.cloud_auth, secret=True), "Login there, instead of `username` and `password`.", to=""),
        Key("name", NAME, "Name of this agent, in `agent.name`.", default="the host's name"),
        Key("host.id", NAME, "Id of this host, in `host.id`.", default="that of `/etc/machine-id`"),
        Key("tags", TAGS, "Tags of every event."),
        Key("fields", FIELDS, "Added to every event, under `fields`; an input's own win."),
        Key("fields_under_root", FLAG, "Put `fields` into the document's root."),
        Key("shutdown_timeout", Duration(zero=0.0), "How long to wait for answers when stopping; the rest is sent again at the next start."),
        Key("queue.mem.bytes", Size(1024), "Encoded events that are not settled yet, all routes together; reading waits when it is reached.",
            to="max_pending_bytes"),
    ),
    {
        "http": ("http", HTTP),
        "logging": ("logging", LOGGING),
        "dead_letter": ("dead_letter", DEAD_LETTER),
        "telemetry": ("telemetry", TELEMETRY),
        "setup": ("setup", SETUP),
        "pipeline": ("edge", EDGE),
        "output.elasticsearch": ("output", ELASTICSEARCH),
        "output.local": ("output", LOCAL),
    },
    {"inputs": "List of inputs; at least one must be enabled."},
)  # fmt: skip
