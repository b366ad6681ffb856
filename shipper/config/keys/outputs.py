"""Keys of the outputs: the cluster, with its login and TLS, and the local store."""

from __future__ import annotations

from shipper.config import settings, texts
from shipper.config.keys.key import FLAG, Key, Section
from shipper.config.kinds import Choice, Duration, ListOf, Size, Text, Whole
from shipper.config.mappings import HeaderMap

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
        Key("proxy_disable", FLAG, "Do not use `proxy_url`."),
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
