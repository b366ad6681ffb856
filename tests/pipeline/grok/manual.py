"""
Writes the tables of the manual's page on grok: ``python -m tests.pipeline.grok.manual``.

They stand between markers; the words around them are written by hand.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from shipper.pipeline.grok.banks import bacula, basic, firewalls, nagios, names, systems, web, zeek
from tests.pipeline.grok.differences import ROWS, ours, theirs

PAGE = Path(__file__).parents[3] / "docs" / "grok.md"
FAMILIES = {
    "Words, numbers, addresses, paths, dates": basic,
    "Web servers, proxies, Amazon": web,
    "Syslog, Java, Ruby, databases, mail, name servers": systems,
    "Nagios": nagios,
    "Bacula": bacula,
    "Firewalls": firewalls,
    "Zeek and Bro": zeek,
}


def tables() -> dict[str, str]:
    """Each table by the name of its marker."""
    return {"names": _names(), "pygrok": _pygrok()}


def _names() -> str:
    legacy, other, ecs = (
        set(names(*key))
        for key in (
            ("legacy", "elasticsearch"),
            ("legacy", "opensearch"),
            ("ecs-v1", "elasticsearch"),
        )
    )
    lines = ["| | names |", "|---|---|"]
    for title, family in FAMILIES.items():
        own = {
            **family.names(ecs=False, opensearch=False),
            **family.names(ecs=True, opensearch=False),
        }
        shown = [f"`{name}`{_mark(name, legacy, other, ecs)}" for name in sorted(own)]
        lines.append(f"| {title} | {' '.join(shown)} |")
    lines += [
        "",
        f"{len(legacy)} names in Elasticsearch's legacy bank, {len(other)} in OpenSearch's, {len(ecs)} in `ecs-v1`.",
    ]
    return "\n".join(lines)


def _mark(name: str, legacy: set[str], other: set[str], ecs: set[str]) -> str:
    if name not in ecs:
        return "¹"
    if name not in legacy:
        return "²"
    return "" if name in other else "³"


def _pygrok() -> str:
    lines = ["| | pattern | text | pygrok | cluster and Shipper |", "|---|---|---|---|---|"]
    for row in ROWS:
        cells = (
            row.what,
            _code(row.pattern),
            _code(row.text),
            _shown(theirs(row.pattern, row.text)),
            _shown(ours(row.pattern, row.text)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _shown(result: Any) -> str:
    if result is None:
        return "no match"
    if isinstance(result, str):
        return {"invalid": "is wrong", "refused": "is refused"}.get(result, result)
    text = json.dumps(result, ensure_ascii=False)
    return _code(text if len(text) < 80 else f"{text[:76]} …")


def _code(text: str) -> str:
    escaped = text.replace("\n", "␤").replace("|", "\\|")
    return f"`{escaped}`"


def page(text: str) -> str:
    """The page with its tables as they are now."""
    for name, table in tables().items():
        start, end = f"<!-- {name}: generated -->", f"<!-- end of {name} -->"
        text = re.sub(
            f"{re.escape(start)}.*?{re.escape(end)}",
            lambda _, new=f"{start}\n{table}\n{end}": new,
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    print(f"written: {PAGE}")
