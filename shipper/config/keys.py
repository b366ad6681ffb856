"""
Every key, once: its kind, its field in the settings, its meaning.

The reader, the JSON schema and the tables of docs/configuration.md are made from these tables; defaults come from the
settings themselves. Filebeat's names, places and meanings wherever Filebeat has the key.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from shipper.config import settings, texts
from shipper.config.kinds import Choice, Duration, Flag, Kind, ListOf, Size, Text, Whole
from shipper.config.mappings import HeaderMap, JsonMap
from shipper.records import MAX_EVENT_BYTES


@dataclass(frozen=True, slots=True)
class Key:
    """
    One key of a section.

    Args:
        name: dotted, from the section.
        kind: what it may hold.
        doc: its meaning, in Markdown, without the default.
        to: field of the section's struct; by default ``name`` with dots as underscores, "" for none.
        required: there is no default.
        default: words for a default that is not a constant.
    """

    name: str
    kind: Kind
    doc: str
    to: str | None = None
    required: bool = False
    default: str = ""

    @property
    def target(self) -> str:
        """Field of the struct that takes the value."""
        return self.name.replace(".", "_") if self.to is None else self.to


@dataclass(frozen=True, slots=True)
class Section:
    """
    A struct of the settings and the keys that fill it.

    Args:
        title: what it is called in messages and in the manual.
        nested: prefix → (field, section) for structs within.
        lists: keys that hold lists of sections of their own (read by ``loading``) → meaning.
    """

    title: str
    struct: type[settings.Base]
    keys: tuple[Key, ...]
    nested: dict[str, tuple[str, Section]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)


_REGEX = Text("regular expression", texts.regex)
_REGEXES = ListOf(_REGEX, "regular expressions")
_TAGS = ListOf(Text("tag"), "tags")
_FLAG = Flag()
_FIELDS = JsonMap()
_NAME = Text("name", texts.one_line)

MULTILINE = Section(
    "multiline",
    settings.Multiline,
    (
        Key("type", Choice(("pattern", "count", "while_pattern")),
            "How lines are joined: by a pattern, by their number, or while a pattern matches."),
        Key("pattern", _REGEX, "Regular expression that is looked for in each line. Needed unless `type: count`."),
        Key("negate", _FLAG, "Turn the match of `pattern` round."),
        Key("match", Choice(("after", "before")),
            "Whether matching lines belong to the line before them (`after`) or to the next one (`before`)."),
        Key("flush_pattern", _REGEX, "A line that matches ends the event. Only with `type: pattern`."),
        Key("count_lines", Whole(1), "Number of lines of an event. Needed with `type: count`."),
        Key("max_lines", Whole(1), "An event has at most so many lines; what follows continues as a further event."),
        Key("timeout", Duration(), "An open event is shipped after so long without a new line."),
        Key("skip_newline", _FLAG, "Join lines without a line break between them."),
    ),
)  # fmt: skip
NDJSON = Section(
    "ndjson",
    settings.Ndjson,
    (
        Key("target", Text("name of a field", empty=True),
            'Field that takes the decoded object; `""` merges it into the document\'s root.', default='`""`'),
        Key("overwrite_keys", _FLAG, "Decoded keys replace fields that are there already."),
        Key("expand_keys", _FLAG, "Dotted keys become nested objects."),
        Key("add_error_key", _FLAG, "A line that is no JSON object gets `error.message` and `error.type`."),
        Key("message_key", Text("name of a field"),
            "Decoded key whose text becomes the message, for `include_lines`, `exclude_lines` and `multiline`."),
        Key("ignore_decoding_error", _FLAG, "Do not log lines that are no JSON object."),
    ),
)  # fmt: skip
CONTAINER = Section(
    "container",
    settings.Container,
    (
        Key("stream", Choice(("all", "stdout", "stderr")), "Streams to keep."),
        Key("format", Choice(("auto", "docker", "cri"), {"json-file": "write docker"}), "Format of the lines."),
    ),
)  # fmt: skip
SYSLOG = Section(
    "syslog",
    settings.Syslog,
    (
        Key("format", Choice(("auto", "rfc3164", "rfc5424")), "Format of the header."),
        Key("timezone", Text("time zone", texts.timezone),
            "Time zone of times without one: `Europe/Berlin`, `+02:00` or `Local`."),
        Key("log_errors", _FLAG, "Log lines without a header."),
        Key("add_error_key", _FLAG, "A line without a header gets `error.message`."),
    ),
)  # fmt: skip
PARSERS = {section.title: section for section in (MULTILINE, NDJSON, CONTAINER, SYSLOG)}

DATA_STREAM = Section(
    "data_stream",
    settings.DataStream,
    (
        Key("dataset", Text("dataset", texts.dataset_reference),
            "Second part of the data stream's name `logs-<dataset>-<namespace>`. May refer to fields of the event: `%{[fields.kind]}`,"
            " or `%{[fields.kind]:other}` for where there is none."),
        Key("namespace", Text("namespace", texts.dataset_reference), "Third part of the data stream's name; likewise."),
    ),
)  # fmt: skip
PIPELINE = Section(
    "pipeline",
    settings.Pipeline,
    (
        Key("file", Text("name of a pipeline file", texts.one_line),
            "Pipeline file in `path.pipelines`, or one of the [ready ones](ready-pipelines.md); with or without its ending."),
        Key("run", Choice(("edge", "cluster", "auto")),
            "Where the pipeline runs: in the agent (`edge`), in the cluster (`cluster`; `shipper setup` registers it), or in the"
            " agent if all of it can run there (`auto`)."),
        Key("on_error", Choice(("ship", "dead_letter")),
            "What becomes of an event whose failure the pipeline does not handle: `ship` it with `error.message`,"
            " `event.original` and the tag `shipper_pipeline_failure`, or keep it as a dead letter."),
        Key("absent", ListOf(_NAME, "names"),
            "Pipelines that it calls and that do not exist anywhere; without this, a missing one is an error."),
        Key("candidates", ListOf(_NAME, "names"), "Pipelines that a name with a template may come to."),
        Key("target_steps", Choice(("refuse", "ignore")),
            "What becomes of steps that choose an event's `_id` or `_index` (`date_index_name`, `reroute`, `set` of `_index`): Shipper"
            " decides both, so a pipeline with one is refused, or runs without it, here and in the cluster."),
    ),
)  # fmt: skip
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
INPUT = Section(
    "input",
    settings.Input,
    (
        Key("id", _NAME, "Name of the input. State belongs to it: a new id reads all files again.", required=True),
        Key("type", Choice(("filestream",), {
            "log": "write filestream or remove the key: it does all that log did",
            "container": "remove the key and write parsers: [{container: {}}]",
            "stdin": "files only: write to a file and name it in paths",
            "syslog": "files only: let the syslog daemon write a file, and use the syslog parser",
        }), "May be given, as in Filebeat; there is no other type.", to="", default="`filestream`"),
        Key("enabled", _FLAG, "Whether the input is read."),
        Key("paths", ListOf(Text("path or glob", texts.pattern), "paths or globs", 1),
            "Files to read. `*`, `?`, `[a-z]`, and `**` for up to 8 folder levels. Relative ones start at the file's folder.",
            required=True),
        Key("prospector.scanner.check_interval", Duration(0.1),
            "How often the globs are looked at; changes are usually noticed at once.", to="check_interval"),
        Key("prospector.scanner.recursive_glob", _FLAG, "Whether `**` is expanded.", to="recursive_glob"),
        Key("prospector.scanner.symlinks", _FLAG, "Follow symbolic links.", to="symlinks"),
        Key("prospector.scanner.include_files", _REGEXES, "Read only files whose whole path matches one of these.", to="include_files"),
        Key("prospector.scanner.exclude_files", _REGEXES, "Leave out files whose whole path matches one of these.", to="exclude_files"),
        Key("prospector.scanner.fingerprint.length", Size(64, 1024**2),
            "Bytes of a file's head by which it is known again. Smaller files are read at once, too.", to="fingerprint_length"),
        Key("ignore_older", Duration(zero=None),
            "Of a file that was last changed longer ago, read only what is appended from now on; `0` is off. Longer than `close.on_state_change.inactive`.",
            default="`0` (off)"),
        Key("seek_to_tail", _FLAG, "Start new files at their end."),
        Key("harvester_limit", Whole(0, 1_000_000), "Files open at once; `0` is no limit."),
        Key("encoding", Text("encoding", texts.encoding), "Encoding of the files, by Python's or Filebeat's name."),
        Key("message_max_bytes", Size(1, MAX_EVENT_BYTES), "A longer message is cut there, flagged `truncated` and counted."),
        Key("unfinished_line_timeout", Duration(), "A last line without line end is shipped after so long."),
        Key("max_unsettled_bytes", Size(), "Reading of a file waits when so much of it is not settled yet."),
        Key("include_lines", _REGEXES, "Ship only messages that match one of these; looked at before `exclude_lines`."),
        Key("exclude_lines", _REGEXES, "Leave out messages that match one of these."),
        Key("close.on_state_change.inactive", Duration(zero=math.inf),
            "Close a file after so long without a new line; `0` is never.", to="close_inactive"),
        Key("close.on_state_change.renamed", _FLAG, "Close a file that was renamed, once it is settled.", to="close_renamed"),
        Key("close.on_state_change.removed", _FLAG, "Close a file that was removed, once it is settled.", to="close_removed"),
        Key("close.reader.on_eof", _FLAG, "Close a file at its end, once it is settled.", to="close_eof"),
        Key("close.reader.after_interval", Duration(zero=0.0),
            "Close a file after so long, once it is settled; `0` is never.", to="close_after"),
        Key("close.removed.max_unsettled_bytes", Size(0),
            "Give a removed file up when more than this is not settled, with a gap record.", to="hold_removed_bytes",
            default="held until settled"),
        Key("clean_deleted", _FLAG, "Forget the state of a file whose deletion is confirmed."),
        Key("pipeline", Text("id of an ingest pipeline", texts.one_line),
            "Id of an ingest pipeline that the cluster has, or a mapping with the keys below.", to="", default="none"),
        Key("tags", _TAGS, "Added to the tags of every event."),
        Key("fields", _FIELDS, "Added to every event, under `fields`."),
        Key("fields_under_root", _FLAG, "Put `fields` into the document's root."),
    ),
    {"data_stream": ("data_stream", DATA_STREAM), "pipeline": ("pipeline", PIPELINE)},
    {"parsers": "Ordered list; each entry is one of `multiline`, `ndjson`, `container`, `syslog` with its keys."},
)  # fmt: skip

_FILE = Text("name of a file", texts.readable)
TLS = Section(
    "ssl",
    settings.Tls,
    (
        Key("certificate_authorities", ListOf(_FILE, "names of files"),
            "PEM files of the authorities that may have signed the nodes' certificates.", default="the system's"),
        Key("verification_mode", Choice(("full", "certificate", "none"), {"strict": "write full"}),
            "`full` checks signature and host name, `certificate` the signature only, `none` nothing."),
        Key("ca_trusted_fingerprint", Text("fingerprint", texts.fingerprint),
            "SHA-256 of the authority's certificate, in hexadecimal digits."),
        Key("certificate", _FILE, "PEM file of the client's certificate."),
        Key("key", _FILE, "PEM file of the client's key, without a passphrase."),
    ),
)  # fmt: skip
_BATCH = (
    Key("bulk_max_size", Whole(1, 1_000_000), "Events in a batch at most."),
    Key("bulk_max_bytes", Size(1024, 1024**3), "Bytes of a batch at most, before compression."),
    Key("flush.timeout", Duration(zero=0.0), "A batch waits at most so long to fill, and not at all while nothing is being sent."),
)  # fmt: skip
ELASTICSEARCH = Section(
    "output.elasticsearch",
    settings.Elasticsearch,
    (
        Key("hosts", ListOf(Text("address of a node", texts.host), "addresses", 1),
            "Nodes of one cluster, `https://host:port`. Without scheme `http`, without port 9200.",
            default="`cloud.id`, else `ELASTICSEARCH_HOST`"),
        Key("username", Text("user name"), "User for basic authentication.", default="`ELASTICSEARCH_USER`"),
        Key("password", Text("password", secret=True), "Password for basic authentication.", default="`ELASTICSEARCH_PASSWORD`"),
        Key("api_key", Text("API key", texts.api_key, secret=True), "API key: `id:key`, or the encoded form. Instead of the other logins.",
            default="`ELASTICSEARCH_API_KEY`"),
        Key("bearer_token", Text("token", texts.token, secret=True), "Token for `Authorization: Bearer`, such as a service account's. Instead of the other logins."),
        Key("headers", HeaderMap(), "More headers of every request."),
        Key("proxy_url", Text("URL of a proxy", texts.proxy),
            "HTTP proxy, `http://host:3128`; a login stands before the host, `user:password@`. See [access](access.md)."),
        Key("proxy_headers", HeaderMap(), "More headers for the proxy alone."),
        Key("proxy_disable", _FLAG, "Do not use `proxy_url`."),
        Key("worker", Whole(1, 64), "Requests at the same time, all hosts together."),
        *_BATCH,
        Key("compression_level", Whole(0, 9), "gzip level; `0` is off."),
        Key("timeout", Duration(), "Longest wait for an answer."),
        Key("backoff.init", Duration(), "First wait after a failed request; doubled each time, with jitter."),
        Key("backoff.max", Duration(), "Longest wait after a failed request."),
        Key("pause_retry_max", Duration(), "Longest wait between two tries of a paused route."),
        Key("pause_limit", Duration(zero=0.0),
            "How long events for a past daily index that refuses them (closed, read-only) are tried again before they become dead letters."),
        Key("target.mode", Choice(("data_stream", "rollover_alias", "daily")),
            "What is written to: a data stream, an alias of indices that roll over, or an index a day by each event's `@timestamp` (UTC)."),
        Key("target.prefix", Text("name", texts.dataset),
            "First part of the names of aliases and daily indices, `<prefix>-<dataset>-<namespace>`; data streams begin with `logs`.",
            default="`shipper`"),
    ),
    {"ssl": ("ssl", TLS)},
)  # fmt: skip
LOCAL = Section(
    "output.local",
    settings.Local,
    (
        Key("path", Text("path", texts.path), "SQLite file; it is made if missing.", required=True),
        Key("retention", Duration(1, zero=None, unit="d"), "Events older than this are removed.", default="keep everything"),
        *_BATCH,
    ),
)  # fmt: skip
HTTP = Section(
    "http",
    settings.Http,
    (
        Key("enabled", _FLAG, "Whether `/status`, `/metrics`, `/healthz` and `/readyz` are served."),
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
        Key("stream", _FLAG, "Tell of refused events in the data stream `logs-shipper.dead_letter-<namespace>` as well (message and error)."),
    ),
)  # fmt: skip
TELEMETRY = Section(
    "telemetry",
    settings.Telemetry,
    (
        Key("stream", _FLAG, "Write the ledger of each input once a minute to the data stream `logs-shipper.self-<namespace>`, for dashboards."),
    ),
)  # fmt: skip
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
        Key("snapshot_repository", _NAME, "Repository of the searchable snapshots. Needed for this phase."),
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
        Key("space_id", _NAME, "Kibana space.", default="the default one"),
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
TOP = Section(
    "the file",
    settings.Settings,
    (
        Key("path.data", Text("path", texts.path), "Folder of the agent's state; one agent to a folder.", default="`./data`"),
        Key("path.pipelines", Text("path", texts.path), "Folder of pipeline files.", to="pipelines_path", default="`./pipelines`"),
        Key("cloud.id", Text("cloud id", texts.cloud_id), "Elastic Cloud deployment, instead of `output.elasticsearch.hosts`; Kibana's address comes with it.", to="",
            default="`ELASTIC_CLOUD_ID`"),
        Key("cloud.auth", Text("user:password", texts.cloud_auth, secret=True), "Login there, instead of `username` and `password`.", to=""),
        Key("name", _NAME, "Name of this agent, in `agent.name`.", default="the host's name"),
        Key("host.id", _NAME, "Id of this host, in `host.id`.", default="that of `/etc/machine-id`"),
        Key("tags", _TAGS, "Tags of every event."),
        Key("fields", _FIELDS, "Added to every event, under `fields`; an input's own win."),
        Key("fields_under_root", _FLAG, "Put `fields` into the document's root."),
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


def flat(section: Section, prefix: str = "") -> dict[str, Key | None]:
    """Return every dotted name below ``section``; None stands for a list of sections."""
    names: dict[str, Key | None] = {prefix + key.name: key for key in section.keys}
    names |= dict.fromkeys(prefix + name for name in section.lists)
    for name, (_, inner) in section.nested.items():
        names |= flat(inner, f"{prefix}{name}.")
    return names


def default_of(section: Section, key: Key) -> Any:
    """Return the default of a key's field, ``Ellipsis`` where it has none."""
    import msgspec  # noqa: PLC0415 - for the manual and the schema, not for the agent

    for item in msgspec.structs.fields(section.struct):
        if item.name == key.target and not item.required:
            if item.default is not msgspec.NODEFAULT:
                return item.default
            return item.default_factory() if callable(item.default_factory) else ...
    return ...
