"""
Writes the tables of docs/conditions.md: the methods that are translated, and what is refused, of conditions and of scripts.

Run ``python -m tests.pipeline.painless.manual``; a test compares the page with what it would write.
"""

from __future__ import annotations

import re
from pathlib import Path

from shipper.pipeline import painless
from shipper.pipeline.failure import Unsupported
from shipper.pipeline.painless import script as painless_script
from shipper.pipeline.painless.library import CONSTANTS, METHODS, STATICS
from shipper.pipeline.painless.script import library

PAGE = Path(__file__).parents[3] / "docs" / "conditions.md"
_CLASSES = {
    "String": "String",
    "Number": "every number",
    "Double": "Double, Float",
    "Boolean": "Boolean",
    "Character": "Character",
    "List": "list",
    "Set": "set (`keySet()`, `entrySet()`)",
    "Map": "map",
    "Map.Entry": "entry of a map",
    "Stream": "stream",
    "Optional": "optional",
}
REFUSED = (
    "def f(def x) { return x == 1 } f(ctx.a)",
    "try { return ctx.a == 1; } catch (Exception e) { return false; }",
    "throw new IllegalArgumentException('x')",
    "ctx.a === 'x'",
    "def x = 1; return x == x",
    "new HashSet([1]).contains(ctx.a)",
    "new int[2].length == 2",
    "def x = ctx.n; x += 1; return x > 2",
    "ctx.n++; return true",
    "ctx.n += 1; return true",
    "ctx = null; return true",
    "Math.max(ctx.n, 1) instanceof Double",
    "ctx?.keySet() == null",
    "ctx.l.stream().map(String::valueOf).count() == 1",
    "ctx.l.any(x -> { return x == 1; })",
    "ctx.l.stream().mapToInt(x -> x).sum() > 1",
    "ctx.l.stream().sorted().findFirst().get() == 1",
    "ctx.t instanceof Instant",
    "ctx.t.isAfter(ctx.u)",
    "ZonedDateTime.parse(ctx.t) == null",
    "ctx.s.hashCode() == 1",
    "ctx.s.toLowerCase(Locale.ROOT) == 'x'",
    "ctx.s.chars().count() > 1",
    "ctx.s =~ /.*foo/",
    "ctx.s =~ /one|two|six|ten|red|tan|bad/",
    "/x/.matcher(ctx.s).replaceAll('y') == 'y'",
    "ctx.s.matches('x')",
    "[1: 2].size() == 1",
    "emit(1)",
)

REFUSED_IN_SCRIPTS = (
    "ctx._id = 'x'",
    "ctx.remove('_index')",
    "field('a').set(1)",
    "ctx = new HashMap()",
    "params.remove('x')",
    "ctx.a = ZonedDateTime.now()",
    "ctx.a = LocalDate.parse(ctx.b)",
    "ctx.a = new Random().nextInt()",
    "ctx.a = new int[2][2]",
    "ctx.a = Processors.bytes('1kb')",
    "ctx.a = ctx.l.stream().mapToInt(x -> x).sum()",
    "ctx.m = ctx.l.stream().collect(Collectors.groupingBy(x -> x))",
    "ctx.a = new SimpleDateFormat('z').parse(ctx.b)",
    "ctx.a = ctx.s.toLowerCase(Locale.ROOT)",
    "ctx.a = ctx.s.chars().count()",
    "ctx.a = ctx.s =~ /.*foo/",
    "def m = /(.+)=(.+)/.matcher(ctx.s); ctx.a = m.find()",
    "ctx.a = ctx.b === ctx.c",
)


def reason_in_scripts(source: str) -> str:
    """Why the edge refuses a script that changes the document."""
    try:
        painless_script.compile(source, flavour="opensearch", params={})
    except Unsupported as refusal:
        return refusal.reason
    return ""


def script_methods() -> str:
    """The table of methods of scripts."""
    lines = ["| of | methods |", "|---|---|"]
    for owner, table in library.METHODS.items():
        above = {key for name in library.SUPERS[owner] for key in library.METHODS.get(name, {})}
        names = [
            f"{name}({', '.join(method.parameters)})"
            for (name, count), method in sorted(table.items())
            if (name, count) not in above
        ]
        if names:
            lines.append(f"| {owner} | {_listed(names)} |")
    for owner, table in library.STATICS.items():
        names = [
            f"{owner}.{name}({', '.join(method.parameters)})"
            for (name, _), method in sorted(table.items())
        ]
        if names:
            lines.append(f"| {owner}, static | {_listed(names)} |")
    constants = [f"{owner}.{name}" for owner, name in library.CONSTANTS]
    lines.append(f"| constants | {_listed(constants)} |")
    return "\n".join(lines)


def script_refused() -> str:
    """The table of refusals of scripts."""
    lines = ["| script | why it is refused |", "|---|---|"]
    for source in REFUSED_IN_SCRIPTS:
        shown = source.replace("|", "\\|")
        lines.append(f"| `{shown}` | {reason_in_scripts(source)} |")
    return "\n".join(lines)


def reason(script: str) -> str:
    """Why the edge refuses a script."""
    try:
        painless.compile(script, flavour="opensearch")
    except Unsupported as refusal:
        return refusal.reason
    return ""


def methods() -> str:
    """The table of methods."""
    lines = ["| of | methods |", "|---|---|"]
    seen: dict[tuple[str, int], str] = {}
    for owner, shown in _CLASSES.items():
        names = [
            f"{name}({', '.join(method.parameters)})"
            for (name, count), method in sorted(METHODS[owner].items())
            if method.owner != "Object" and seen.get((name, count)) != method.owner
        ]
        lines.append(f"| {shown} | {_listed(names)} |")
    lines.append("| every value | `equals(Object)` `toString()` |")
    for owner, table in STATICS.items():
        names = [
            f"{owner}.{name}({', '.join(method.parameters)})"
            for (name, _), method in sorted(table.items())
        ]
        if names:
            lines.append(f"| {owner}, static | {_listed(names)} |")
    lines.append(f"| constants | {_listed([f'{owner}.{name}' for owner, name in CONSTANTS])} |")
    lines.append(
        "| constructors | `new ArrayList()` `new ArrayList(Collection)` `new HashMap()` `new HashMap(Map)` |"
    )
    return "\n".join(lines)


def _listed(names: list[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


def refused() -> str:
    """The table of refusals."""
    lines = ["| script | why it is refused |", "|---|---|"]
    for script in REFUSED:
        shown = script.replace("|", "\\|")
        lines.append(f"| `{shown}` | {reason(script)} |")
    return "\n".join(lines)


def page(text: str) -> str:
    """The page with its tables written anew."""
    tables = (
        ("methods", methods()),
        ("refused", refused()),
        ("script methods", script_methods()),
        ("script refused", script_refused()),
    )
    for name, table in tables:
        pattern = re.compile(rf"(<!-- {name}: begin.*?-->\n).*?(<!-- {name}: end -->)", re.DOTALL)
        text = pattern.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
