"""
The tables of keys in docs/configuration.md, made from ``keys``.

A test compares them; ``python -m shipper.config.reference docs/configuration.md`` writes them anew. What stands outside the
markers is written by hand.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from shipper.config import keys

SECTIONS = {
    "top": keys.TOP,
    "http": keys.HTTP,
    "logging": keys.LOGGING,
    "dead_letter": keys.DEAD_LETTER,
    "telemetry": keys.TELEMETRY,
    "edge": keys.EDGE,
    "setup": keys.SETUP,
    "setup.rollover": keys.ROLLOVER,
    "setup.phases.warm": keys.PHASE,
    "setup.phases.frozen": keys.FROZEN,
    "setup.template": keys.TEMPLATE,
    "setup.datasets": keys.DATASET,
    "setup.kibana": keys.KIBANA,
    "input": keys.INPUT,
    "data_stream": keys.DATA_STREAM,
    "pipeline": keys.PIPELINE,
    **keys.PARSERS,
    "output.elasticsearch": keys.ELASTICSEARCH,
    "output.elasticsearch.ssl": keys.TLS,
    "output.local": keys.LOCAL,
}
_PREFIXES = {"top": "", "edge": "pipeline.", "input": "", "output.elasticsearch.ssl": "ssl."}
_MARKED = re.compile(r"(<!-- keys: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(name: str) -> str:
    """Return the table of one section in Markdown."""
    section = SECTIONS[name]
    prefix = _PREFIXES.get(
        name, "" if name in keys.PARSERS or name.startswith("output") else f"{name}."
    )
    rows = ["| key | kind | default | meaning |", "|---|---|---|---|"]
    rows.extend(
        f"| `{prefix}{key.name}` | {key.kind.label} | {_default(section, key)} | {key.doc} |"
        for key in section.keys
    )
    rows.extend(f"| `{key}` | list | none | {doc} |" for key, doc in section.lists.items())
    return "\n".join(rows) + "\n"


def _default(section: keys.Section, key: keys.Key) -> str:
    if key.required:
        return "**required**"
    if key.default:
        return key.default
    value = keys.default_of(section, key)
    if value is None or value is ... or value in ((), {}):
        return "none"
    return f"`{key.kind.show(value)}`"


def rewrite(text: str) -> str:
    """Return the manual's text with all its tables made anew."""
    return _MARKED.sub(lambda match: match[1] + table(match[2]) + match[3], text)


if __name__ == "__main__":
    for file in map(Path, sys.argv[1:]):
        file.write_text(rewrite(file.read_text()))
