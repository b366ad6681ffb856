"""Keys of the parsers: the entries of an input's list ``parsers``."""

from __future__ import annotations

from shipper.config import settings, texts
from shipper.config.keys.key import FLAG, Key, Section
from shipper.config.kinds import Choice, Duration, Text, Whole

REGEX = Text("regular expression", texts.regex)

MULTILINE = Section(
    "multiline",
    settings.Multiline,
    (
        Key("type", Choice(("pattern", "count", "while_pattern")),
            "How lines are joined: by a pattern, by their number, or while a pattern matches."),
        Key("pattern", REGEX, "Regular expression that is looked for in each line. Needed unless `type: count`."),
        Key("negate", FLAG, "Turn the match of `pattern` round."),
        Key("match", Choice(("after", "before")),
            "Whether matching lines belong to the line before them (`after`) or to the next one (`before`)."),
        Key("flush_pattern", REGEX, "A line that matches ends the event. Only with `type: pattern`."),
        Key("count_lines", Whole(1), "Number of lines of an event. Needed with `type: count`."),
        Key("max_lines", Whole(1), "An event has at most so many lines; what follows continues as a further event."),
        Key("timeout", Duration(), "An open event is shipped after so long without a new line."),
        Key("skip_newline", FLAG, "Join lines without a line break between them."),
    ),
)  # fmt: skip
NDJSON = Section(
    "ndjson",
    settings.Ndjson,
    (
        Key("target", Text("name of a field", empty=True),
            'Field that takes the decoded object; `""` merges it into the document\'s root.', default='`""`'),
        Key("overwrite_keys", FLAG, "Decoded keys replace fields that are there already."),
        Key("expand_keys", FLAG, "Dotted keys become nested objects."),
        Key("add_error_key", FLAG, "A line that is no JSON object gets `error.message` and `error.type`."),
        Key("message_key", Text("name of a field"),
            "Decoded key whose text becomes the message, for `include_lines`, `exclude_lines` and `multiline`."),
        Key("ignore_decoding_error", FLAG, "Do not log lines that are no JSON object."),
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
        Key("log_errors", FLAG, "Log lines without a header."),
        Key("add_error_key", FLAG, "A line without a header gets `error.message`."),
    ),
)  # fmt: skip
PARSERS = {section.title: section for section in (MULTILINE, NDJSON, CONTAINER, SYSLOG)}
