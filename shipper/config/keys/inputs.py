"""Keys of an input, with its data stream and its pipeline."""

from __future__ import annotations

import math

from shipper.config import settings, texts
from shipper.config.keys.key import FIELDS, FLAG, NAME, TAGS, Key, Section
from shipper.config.keys.parsers import REGEX
from shipper.config.kinds import Choice, Duration, ListOf, Size, Text, Whole
from shipper.records import MAX_EVENT_BYTES

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
        Key("absent", ListOf(NAME, "names"),
            "Pipelines that it calls and that do not exist anywhere; without this, a missing one is an error."),
        Key("candidates", ListOf(NAME, "names"), "Pipelines that a name with a template may come to."),
        Key("target_steps", Choice(("refuse", "ignore")),
            "What becomes of steps that choose an event's `_id` or `_index` (`date_index_name`, `reroute`, `set` of `_index`): Shipper"
            " decides both, so a pipeline with one is refused, or runs without it, here and in the cluster."),
    ),
)  # fmt: skip
_REGEXES = ListOf(REGEX, "regular expressions")
INPUT = Section(
    "input",
    settings.Input,
    (
        Key("id", NAME, "Name of the input. State belongs to it: a new id reads all files again.", required=True),
        Key("type", Choice(("filestream",), {
            "log": "write filestream or remove the key: it does all that log did",
            "container": "remove the key and write parsers: [{container: {}}]",
            "stdin": "files only: write to a file and name it in paths",
            "syslog": "files only: let the syslog daemon write a file, and use the syslog parser",
        }), "May be given, as in Filebeat; there is no other type.", to="", default="`filestream`"),
        Key("enabled", FLAG, "Whether the input is read."),
        Key("paths", ListOf(Text("path or glob", texts.pattern), "paths or globs", 1),
            "Files to read. `*`, `?`, `[a-z]`, and `**` for up to 8 folder levels. Relative ones start at the file's folder.",
            required=True),
        Key("prospector.scanner.check_interval", Duration(0.1),
            "How often the globs are looked at; changes are usually noticed at once.", to="check_interval"),
        Key("prospector.scanner.recursive_glob", FLAG, "Whether `**` is expanded.", to="recursive_glob"),
        Key("prospector.scanner.symlinks", FLAG, "Follow symbolic links.", to="symlinks"),
        Key("prospector.scanner.include_files", _REGEXES, "Read only files whose whole path matches one of these.", to="include_files"),
        Key("prospector.scanner.exclude_files", _REGEXES, "Leave out files whose whole path matches one of these.", to="exclude_files"),
        Key("prospector.scanner.fingerprint.length", Size(64, 1024**2),
            "Bytes of a file's head by which it is known again. Smaller files are read at once, too.", to="fingerprint_length"),
        Key("ignore_older", Duration(zero=None),
            "Of a file that was last changed longer ago, read only what is appended from now on; `0` is off. Longer than `close.on_state_change.inactive`.",
            default="`0` (off)"),
        Key("seek_to_tail", FLAG, "Start new files at their end."),
        Key("harvester_limit", Whole(0, 1_000_000), "Files open at once; `0` is no limit."),
        Key("encoding", Text("encoding", texts.encoding), "Encoding of the files, by Python's or Filebeat's name."),
        Key("message_max_bytes", Size(1, MAX_EVENT_BYTES), "A longer message is cut there, flagged `truncated` and counted."),
        Key("unfinished_line_timeout", Duration(), "A last line without line end is shipped after so long."),
        Key("max_unsettled_bytes", Size(), "Reading of a file waits when so much of it is not settled yet."),
        Key("include_lines", _REGEXES, "Ship only messages that match one of these; looked at before `exclude_lines`."),
        Key("exclude_lines", _REGEXES, "Leave out messages that match one of these."),
        Key("close.on_state_change.inactive", Duration(zero=math.inf),
            "Close a file after so long without a new line; `0` is never.", to="close_inactive"),
        Key("close.on_state_change.renamed", FLAG, "Close a file that was renamed, once it is settled.", to="close_renamed"),
        Key("close.on_state_change.removed", FLAG, "Close a file that was removed, once it is settled.", to="close_removed"),
        Key("close.reader.on_eof", FLAG, "Close a file at its end, once it is settled.", to="close_eof"),
        Key("close.reader.after_interval", Duration(zero=0.0),
            "Close a file after so long, once it is settled; `0` is never.", to="close_after"),
        Key("close.removed.max_unsettled_bytes", Size(0),
            "Give a removed file up when more than this is not settled, with a gap record.", to="hold_removed_bytes",
            default="held until settled"),
        Key("clean_deleted", FLAG, "Forget the state of a file whose deletion is confirmed."),
        Key("pipeline", Text("id of an ingest pipeline", texts.one_line),
            "Id of an ingest pipeline that the cluster has, or a mapping with the keys below.", to="", default="none"),
        Key("tags", TAGS, "Added to the tags of every event."),
        Key("fields", FIELDS, "Added to every event, under `fields`."),
        Key("fields_under_root", FLAG, "Put `fields` into the document's root."),
    ),
    {"data_stream": ("data_stream", DATA_STREAM), "pipeline": ("pipeline", PIPELINE)},
    {"parsers": "Ordered list; each entry is one of `multiline`, `ndjson`, `container`, `syslog` with its keys."},
)  # fmt: skip
