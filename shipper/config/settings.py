"""
The settings as the rest of the agent sees them: typed, resolved, immutable.

Durations are seconds, sizes are bytes, paths are absolute. Field names are the configuration keys with dots as
underscores. Reading and checking the file is the business of the neighbours in this package.
"""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003 - msgspec reads the annotations
from typing import Any, Literal

import msgspec

KIB = 1024
MIB = 1024 * 1024
_REFERENCE = re.compile(r"%\{\[[^{}]*\}")


class Base(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all settings; printing one never shows a secret."""

    def __repr__(self) -> str:
        from shipper.config.masking import mask  # noqa: PLC0415 - settings alone need no more

        shown = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return mask(f"{type(self).__name__}({shown})")

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        from shipper.config.masking import shown  # noqa: PLC0415 - as above

        return [(name, shown(name, getattr(self, name))) for name in self.__struct_fields__]


class Multiline(Base, tag_field="parser", tag="multiline", frozen=True, kw_only=True):
    """Joins lines. Keys, meaning and defaults are Filebeat's, but for what is beyond ``max_lines`` (see manual)."""

    type: Literal["pattern", "count", "while_pattern"] = "pattern"
    pattern: str | None = None
    negate: bool = False
    match: Literal["after", "before"] = "after"
    flush_pattern: str | None = None
    count_lines: int | None = None
    max_lines: int = 500
    timeout: float = 5.0
    skip_newline: bool = False


class Ndjson(Base, tag_field="parser", tag="ndjson", frozen=True, kw_only=True):
    """Decodes each message as one JSON object. Keys as Filebeat's."""

    target: str | None = None  # "" merges into the document's root
    overwrite_keys: bool = False
    expand_keys: bool = False
    add_error_key: bool = False
    message_key: str | None = None
    ignore_decoding_error: bool = False


class Container(Base, tag_field="parser", tag="container", frozen=True, kw_only=True):
    """Docker json-file and CRI lines; partial lines are joined."""

    stream: Literal["all", "stdout", "stderr"] = "all"
    format: Literal["auto", "docker", "cri"] = "auto"


class Syslog(Base, tag_field="parser", tag="syslog", frozen=True, kw_only=True):
    """RFC 3164 and RFC 5424 headers."""

    format: Literal["auto", "rfc3164", "rfc5424"] = "auto"
    timezone: str = "Local"  # IANA name, offset like +02:00, or Local
    log_errors: bool = False
    add_error_key: bool = True


Parser = Multiline | Ndjson | Container | Syslog


class DataStream(Base, frozen=True, kw_only=True):
    """
    Where events are written: ``<prefix>-<dataset>-<namespace>``.

    Dataset and namespace may have references to fields of the event, ``%{[fields.kind]}`` or ``%{[fields.kind]:default}``.
    """

    dataset: str = "generic"
    namespace: str = "default"
    # Of output.elasticsearch.target, not keys of the input:
    prefix: str = "logs"
    mode: Literal["data_stream", "rollover_alias", "daily"] = "data_stream"

    @property
    def name(self) -> str:
        """Name of the data stream or alias; of daily indices without the day. References are still in it."""
        return f"{self.prefix}-{self.dataset}-{self.namespace}"

    @property
    def dynamic(self) -> bool:
        """Whether the name depends on the event."""
        return "%{[" in self.name

    @property
    def index(self) -> str:
        """What bulk requests are for, as an index pattern where that are several: of daily indices, and with references."""
        name = _REFERENCE.sub("*", self.name)
        return f"{name}-*" if self.mode == "daily" else name

    @property
    def pattern(self) -> str:
        """Index pattern of all namespaces, days and generations; references are any text."""
        dataset = _REFERENCE.sub("*", self.dataset)
        return f"{self.prefix}-{dataset}-*"


class Pipeline(Base, frozen=True, kw_only=True):
    """
    The ingest pipeline of an input.

    Either ``id`` (a pipeline that the cluster has already, as in Filebeat's ``pipeline: name``) or ``file``
    (a file of ``pipelines/``, run by the agent, or in the cluster after ``shipper setup`` registered it).
    """

    id: str | None = None
    file: str | None = None
    path: Path | None = None  # of ``file``, found and readable
    run: Literal["edge", "cluster", "auto"] = "cluster"
    on_error: Literal["ship", "dead_letter"] = "ship"
    absent: tuple[str, ...] = ()  # pipelines that it names and that do not exist
    candidates: tuple[str, ...] = ()  # what names from templates may come to
    target_steps: Literal["refuse", "ignore"] = "refuse"  # those that set _id or _index


class Edge(Base, frozen=True, kw_only=True):
    """``pipeline.*``: how pipelines run in the agent."""

    flavour: Literal["elasticsearch", "opensearch"] = "elasticsearch"
    match_max_bytes: int = 16 * 1024  # longer texts are matched in a child process
    match_oversize: Literal["child", "fail"] = "child"
    geoip_directory: Path | None = None  # geoip.database_directory
    user_agent_directory: Path | None = None  # user_agent.regex_directory


class Input(Base, frozen=True, kw_only=True):
    """One entry under ``inputs:``."""

    id: str
    enabled: bool = True
    paths: tuple[str, ...]  # absolute globs
    # prospector.scanner.*
    check_interval: float = 1.0
    recursive_glob: bool = True
    symlinks: bool = False
    include_files: tuple[str, ...] = ()  # regular expressions on the whole path
    exclude_files: tuple[str, ...] = ()
    fingerprint_length: int = 1024
    # reading
    ignore_older: float | None = None
    seek_to_tail: bool = False
    harvester_limit: int = 0  # 0: no limit
    encoding: str = "utf-8"
    message_max_bytes: int = MIB
    unfinished_line_timeout: float = 5.0
    max_unsettled_bytes: int = 16 * MIB
    include_lines: tuple[str, ...] = ()
    exclude_lines: tuple[str, ...] = ()
    parsers: tuple[Parser, ...] = ()
    # close.*
    close_inactive: float = 300.0  # close.on_state_change.inactive
    close_renamed: bool = False
    close_removed: bool = False
    close_eof: bool = False  # close.reader.on_eof
    close_after: float = 0.0  # close.reader.after_interval; 0: never
    hold_removed_bytes: int | None = (
        None  # close.removed.max_unsettled_bytes: give up beyond it, with a gap record
    )
    clean_deleted: bool = True
    # the document
    data_stream: DataStream = DataStream()
    pipeline: Pipeline | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, Any] = {}
    fields_under_root: bool = False


class Tls(Base, frozen=True, kw_only=True):
    """``ssl.*`` of the Elasticsearch output."""

    certificate_authorities: tuple[Path, ...] = ()
    verification_mode: Literal["full", "certificate", "none"] = "full"
    ca_trusted_fingerprint: str | None = None
    certificate: Path | None = None
    key: Path | None = None


class Elasticsearch(Base, tag="elasticsearch", frozen=True, kw_only=True):
    """``output.elasticsearch``: an Elasticsearch or OpenSearch cluster."""

    hosts: tuple[str, ...]  # full URLs with scheme and port
    username: str | None = None
    password: str | None = None
    api_key: str | None = None  # ``id:key`` or the encoded form
    bearer_token: str | None = None
    ssl: Tls = Tls()
    headers: dict[str, str] = {}
    proxy_url: str | None = None  # may carry a login
    proxy_headers: dict[str, str] = {}  # of the proxy alone
    proxy_disable: bool = False
    worker: int = 1  # concurrent requests, all hosts together
    bulk_max_size: int = 4000  # events
    bulk_max_bytes: int = 5 * MIB
    flush_timeout: float = 1.0  # flush.timeout
    compression_level: int = 1  # 0: off
    timeout: float = 90.0
    backoff_init: float = 1.0
    backoff_max: float = 60.0
    pause_retry_max: float = 60.0  # longest wait between two tries of a paused route
    pause_limit: float = 3600.0  # how long a past daily index that refuses is waited for
    target_mode: Literal["data_stream", "rollover_alias", "daily"] = "data_stream"
    target_prefix: str = (
        "logs"  # of the names; "shipper" by default where the mode is not data_stream
    )
    files: tuple[Path, ...] = ()  # that logins and certificates were read from; not a key


class Local(Base, tag="local", frozen=True, kw_only=True):
    """``output.local``: an SQLite file with full-text search."""

    path: Path
    retention: float | None = None  # seconds; None keeps everything
    bulk_max_size: int = 4000
    bulk_max_bytes: int = 2 * MIB  # larger requests gain SQLite little and cost memory
    flush_timeout: float = 1.0


class Http(Base, frozen=True, kw_only=True):
    """``http.*``: the status and metrics endpoint."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = 5066


class Logging(Base, frozen=True, kw_only=True):
    """``logging.*``: the agent's own log, always on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"  # auto: text on a terminal, ECS JSON otherwise


class Telemetry(Base, frozen=True, kw_only=True):
    """``telemetry.*``: what the agent tells of itself in the cluster."""

    stream: bool = False  # its ledger, once a minute, in logs-shipper.self-<namespace>


class DeadLetter(Base, frozen=True, kw_only=True):
    """``dead_letter.*``: the local store of events that the cluster refuses for good."""

    max_bytes: int = 256 * MIB
    stream: bool = False  # also tell of them in logs-shipper.dead_letter-<namespace>


class Rollover(Base, frozen=True, kw_only=True):
    """``setup.rollover.*``: when a data stream or alias gets a new index; whichever comes first. 0: no such bound."""

    max_age: float = 86400.0
    max_primary_shard_size: int = 30 * 1024 * MIB
    max_docs: int = 50_000_000


class Phase(Base, frozen=True, kw_only=True):
    """``setup.phases.warm`` and ``.cold``: seconds after the rollover; None: no such phase."""

    min_age: float | None = None


class Frozen(Base, frozen=True, kw_only=True):
    """``setup.phases.frozen``: searchable snapshots in a repository."""

    min_age: float | None = None
    snapshot_repository: str | None = None


class Phases(Base, frozen=True, kw_only=True):
    """``setup.phases.*``."""

    warm: Phase = Phase()
    cold: Phase = Phase()
    frozen: Frozen = Frozen()


class Template(Base, frozen=True, kw_only=True):
    """``setup.template.*``: what the index templates say beside Shipper's own."""

    settings: dict[str, Any] = {}  # of the index, by dotted names
    custom_mappings: dict[str, Any] = {}  # field → mapping, as the mapping API has it
    dynamic: Literal["true", "false", "strict", "runtime"] = "true"
    unknown_objects: Literal["dynamic", "flattened"] = "dynamic"


class Dataset(Base, frozen=True, kw_only=True):
    """What holds for one dataset: an entry of ``setup.datasets``, completed by what ``setup`` says for all."""

    dataset: str
    rollover: Rollover = Rollover()
    retention: float | None = None  # seconds after the rollover; None keeps everything
    phases: Phases = Phases()
    template: Template = Template()


class Kibana(Base, frozen=True, kw_only=True):
    """``setup.kibana.*``: Kibana or OpenSearch Dashboards; logins are the output's where none is given."""

    host: str | None = None  # URL
    space_id: str | None = None
    username: str | None = None
    password: str | None = None
    api_key: str | None = None
    ssl: Tls | None = None


class Setup(Base, frozen=True, kw_only=True):
    """``setup.*``: what ``shipper setup`` makes in the cluster."""

    rollover: Rollover = Rollover()
    retention: float | None = None  # seconds after the rollover; None keeps everything
    phases: Phases = Phases()
    lifecycle: Literal["auto", "ilm", "data_stream_lifecycle", "ism", "none"] = "auto"
    template: Template = Template()
    datasets: tuple[Dataset, ...] = ()
    kibana: Kibana = Kibana()

    def of(self, dataset: str) -> Dataset:
        """What holds for a dataset."""
        for one in self.datasets:
            if one.dataset == dataset:
                return one
        return Dataset(
            dataset=dataset,
            rollover=self.rollover,
            retention=self.retention,
            phases=self.phases,
            template=self.template,
        )


class Settings(Base, frozen=True, kw_only=True):
    """The whole configuration."""

    inputs: tuple[Input, ...]
    output: Elasticsearch | Local
    path_data: Path
    pipelines_path: (
        Path  # folder of pipeline files (path.pipelines; ./pipelines beside the file by default)
    )
    name: str  # of this agent; host name by default
    host_id: str | None = None  # host.id; /etc/machine-id by default, None where there is none
    tags: tuple[str, ...] = ()
    fields: dict[str, Any] = {}
    fields_under_root: bool = False
    http: Http = Http()
    logging: Logging = Logging()
    dead_letter: DeadLetter = DeadLetter()
    telemetry: Telemetry = Telemetry()
    setup: Setup = Setup()
    edge: Edge = Edge()
    shutdown_timeout: float = 5.0
    max_pending_bytes: int = 5 * MIB  # queue.mem.bytes: encoded and not settled, all routes
    origins: dict[str, str] = {}  # key → where its value came from, if not from the file itself
