"""
Keys that Filebeat has and Shipper has not: what to write instead.

By section, by dotted name; a name also covers what is below it. Read only when a key is unknown.
"""

from __future__ import annotations

_PIPELINES = "parse in an ingest pipeline: pipeline: {file: name, run: edge}"
_OWN_LOG = "the agent's own log goes to standard error; whoever starts it keeps it"
_FINGERPRINT = "not needed: files are known by head, position, inode and device together"
_BY_GZIP = "compressed files are not read: let logrotate use delaycompress, and exclude them with prospector.scanner.exclude_files: ['\\.gz$']"
_ONE_MECHANISM = "reading waits by itself when the cluster pushes back"

TOP = {
    "filebeat.inputs": "write inputs",
    "filebeat.modules": f"write an input and {_PIPELINES}",
    "filebeat.config": "inputs stand in this one file",
    "filebeat.autodiscover": "name the files in inputs: paths: [/var/log/pods/*/*/*.log*], with the container parser",
    "filebeat.registry": "the state is in path.data",
    "filebeat.shutdown_timeout": "write shutdown_timeout",
    "filebeat.overwrite_pipelines": "run 'shipper setup' when a pipeline has changed",
    "filebeat": "write its keys without 'filebeat.'",
    "processors": _PIPELINES,
    "queue.disk": "the log file is the buffer: nothing is spooled; remove it",
    "queue.mem.events": "write queue.mem.bytes: memory is limited by bytes",
    "queue.mem.flush.timeout": "write output.elasticsearch.flush.timeout",
    "queue.mem.flush": "write output.elasticsearch.bulk_max_size or .flush.timeout",
    "queue": "write queue.mem.bytes",
    "setup.dashboards": "write setup.kibana.host and run 'shipper setup --kibana'",
    "setup.ilm": "write setup.rollover and setup.retention",
    "setup.dsl": "write setup.rollover and setup.retention",
    "setup.template.append_fields": "write setup.template.custom_mappings: {field: {type: keyword}}",
    "setup.template.enabled": "'shipper setup' puts templates, 'shipper run' never does; remove it",
    "setup.template.overwrite": "what Shipper made is brought up to date, nothing else is touched; remove it",
    "setup.template.name": "templates are named shipper-<name of the target>; remove it",
    "setup.template.pattern": "the pattern follows from the datasets; remove it",
    "setup.template.priority": "it is 250; remove it",
    "output.logstash": "write output.elasticsearch or output.local",
    "output.kafka": "write output.elasticsearch or output.local",
    "output.redis": "write output.elasticsearch or output.local",
    "output.file": "write output.local: {path: ./shipped.db}, and read it with 'shipper search'",
    "output.console": "write output.local: {path: ./shipped.db}, and read it with 'shipper search'",
    "output.discard": "write output.local: {path: ./shipped.db, retention: 1h}",
    "output.opensearch": "write output.elasticsearch: the product is found by itself",
    "monitoring": "http.port serves /metrics and /status",
    "xpack": "http.port serves /metrics and /status",
    "logging.to_files": _OWN_LOG,
    "logging.to_stderr": _OWN_LOG,
    "logging.to_syslog": _OWN_LOG,
    "logging.to_eventlog": _OWN_LOG,
    "logging.files": _OWN_LOG,
    "logging.json": "write logging.format: json",
    "logging.metrics": "http.port serves /metrics",
    "logging.selectors": "write logging.level: debug",
    "logging.event_data": "refused events are kept as dead letters: 'shipper dead-letter list'",
    "http.pprof": "there is no profiler to switch on",
    "path.home": "write path.data and path.pipelines; other paths start at this file's folder",
    "path.config": "relative paths start at this file's folder",
    "path.logs": _OWN_LOG,
    "max_procs": "the agent uses one core and a little; remove it",
    "keystore": "write ${file:/run/secrets/name} as the value",
    "features": "remove it",
    "seccomp": "restrict the agent from outside (systemd, container)",
    "timestamp": "times are written as they are read",
    "instrumentation": "http.port serves /metrics",
    "ssl": "write output.elasticsearch.ssl",
    "data_dir": "write path.data",
}

INPUT = {
    "clean_inactive": "not seen is not deleted; use clean_deleted",
    "clean_removed": "write clean_deleted: the deletion is confirmed first",
    "legacy_clean_inactive": "not seen is not deleted; use clean_deleted",
    "ignore_inactive": "write ignore_older for old files, or seek_to_tail: true to start at the end",
    "scan_frequency": "write prospector.scanner.check_interval",
    "file_identity": _FINGERPRINT,
    "prospector.scanner.fingerprint.enabled": f"it is always on; {_FINGERPRINT}",
    "prospector.scanner.fingerprint.offset": "the fingerprint begins at the head",
    "prospector.scanner.resend_on_touch": "sending again on touch would send twice; remove it",
    "harvester_buffer_size": "reading is done in large blocks by itself; remove it",
    "buffer_size": "reading is done in large blocks by itself; remove it",
    "max_bytes": "write message_max_bytes",
    "max_backoff": "changes are noticed at once; remove it",
    "backoff_factor": "changes are noticed at once; remove it",
    "backoff": "changes are noticed at once; remove it",
    "close_inactive": "write close.on_state_change.inactive",
    "close_renamed": "write close.on_state_change.renamed",
    "close_removed": "write close.on_state_change.removed",
    "close_eof": "write close.reader.on_eof",
    "close_timeout": "write close.reader.after_interval",
    "close.on_state_change.check_interval": "write prospector.scanner.check_interval",
    "exclude_files": "write prospector.scanner.exclude_files",
    "include_files": "write prospector.scanner.include_files",
    "symlinks": "write prospector.scanner.symlinks",
    "recursive_glob": "write prospector.scanner.recursive_glob",
    "tail_files": "write seek_to_tail",
    "multiline": "write it below parsers: parsers: [{multiline: {…}}]",
    "json": 'write parsers: [{ndjson: {target: ""}}]',
    "ndjson": "write it below parsers: parsers: [{ndjson: {…}}]",
    "container": "write it below parsers: parsers: [{container: {…}}]",
    "syslog": "write it below parsers: parsers: [{syslog: {…}}]",
    "stream": "write it below the container parser",
    "format": "write it below the container or the syslog parser",
    "processors": _PIPELINES,
    "index": "write data_stream: {dataset: name}; the name is logs-<dataset>-<namespace>",
    "indices": "write data_stream: {dataset: name} for each input",
    "document_type": "it was removed from Elasticsearch; write data_stream: {dataset: name}",
    "input_type": "remove it: there is one type, filestream",
    "dataset": "write data_stream.dataset",
    "namespace": "write data_stream.namespace",
    "line_terminator": "the line end follows from the encoding; \\r before it is removed",
    "compression": _BY_GZIP,
    "gzip_experimental": _BY_GZIP,
    "rotation": "rotation is recognised by itself, copytruncate included",
    "delete": "the agent never deletes logs; use logrotate",
    "take_over": "state belongs to the input's id; 'shipper checkpoint' shows it",
    "allow_deprecated_id_duplication": "give every input an id of its own",
    "read_until_eof": "what is not settled at the end is read again at the next start",
    "publisher_pipeline": "remove it",
    "keep_null": "null values are kept",
    "include_file_owner_name": "the owner is not sent",
    "include_file_owner_group_name": "the owner is not sent",
    "harvesters": "write harvester_limit",
    "spool_size": _ONE_MECHANISM,
}

ELASTICSEARCH = {
    "enabled": "remove the section of the output that is not to be used",
    "preset": "set bulk_max_size, bulk_max_bytes, worker and flush.timeout themselves; the defaults adapt to load",
    "protocol": "write the scheme into hosts: https://host:9200",
    "path": "write the path into hosts: https://host:9200/path",
    "parameters": "they cannot be set",
    "workers": "write worker",
    "loadbalance": "all hosts are used, one that fails is left alone for a while; remove it",
    "max_retries": "nothing is given up: it retries until the cluster takes or refuses the event; remove it",
    "index": "write data_stream: {dataset: name} in the input; the name is logs-<dataset>-<namespace>",
    "cloud_id": "write cloud.id at the top of the file",
    "indices": "write data_stream: {dataset: name} in each input",
    "pipeline": "write pipeline in the input",
    "pipelines": "write pipeline in each input",
    "idle_connection_timeout": "connections are kept; remove it",
    "escape_html": "nothing is escaped that JSON does not ask for; remove it",
    "allow_older_versions": "the version is found by itself; remove it",
    "non_indexable_policy": "refused events go to the dead letters: 'shipper dead-letter list'",
    "kerberos": "use api_key, username and password, or ssl.certificate",
    "cloud": "write hosts with the https address of the deployment",
    "ssl.enabled": "https:// in hosts switches it on",
    "ssl.supported_protocols": "TLS 1.2 and newer; remove it",
    "ssl.cipher_suites": "the system's settings hold; remove it",
    "ssl.curve_types": "the system's settings hold; remove it",
    "ssl.renegotiation": "remove it",
    "ssl.ca_sha256": "write ssl.ca_trusted_fingerprint with the authority's fingerprint",
    "ssl.key_passphrase": "store the key without a passphrase, readable for the agent's user only",
    "ssl.restart_on_cert_change": "restart the agent when certificates change; nothing is lost",
    "queue": "write queue.mem.bytes at the top level",
}

LOCAL = {"enabled": ELASTICSEARCH["enabled"]}

MULTILINE = {"what": "write match"}

NDJSON = {
    "keys_under_root": 'write target: ""',
    "document_id": "ids are made from file and offset, so that nothing is sent twice; remove it",
    "process_array": "arrays are kept as they are; remove it",
    "max_depth": "all levels are decoded; remove it",
    "fields": "the whole message is decoded; remove it",
}

CONTAINER = {"path": "write paths in the input", "ids": "write paths in the input"}

PARSER = {
    "json": 'write ndjson: {target: ""}',
    "include_message": "write include_lines in the input",
    "docker": "write container: {format: docker}",
    "cri": "write container: {format: cri}",
    "grok": _PIPELINES,
    "dissect": _PIPELINES,
    "regex": _PIPELINES,
}

_SECTIONS = {
    "the file": TOP,
    "input": INPUT,
    "multiline": MULTILINE,
    "ndjson": NDJSON,
    "container": CONTAINER,
}
_SECTIONS["the file"] |= {
    f"output.elasticsearch.{name}": text for name, text in ELASTICSEARCH.items()
}
_SECTIONS["the file"] |= {f"output.local.{name}": text for name, text in LOCAL.items()}


def hint(section: str, name: str) -> str:
    """Return what to write instead of the key ``name`` of ``section``, "" where nothing is known."""
    known = _SECTIONS.get(section, {})
    while name:
        if name in known:
            return known[name]
        name = name.rpartition(".")[0]
    return ""
