"""
The shorthand that the banks are written in; it is gone once a bank is read.

``<INT>`` stands for ``%{INT}``, ``<INT port>`` for ``%{INT:port}``, ``<INT port int>`` for ``%{INT:port:int}``. ``<-|…>``
and ``<…|->`` add a lone dash as the first or the last alternative. A name in lower case is a key of the family's own
table, so that one template serves both banks: ``<src>`` is ``%{IP:src_ip}`` in one and ``%{IP:source.ip}`` in the other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ITEM = re.compile(
    r"<(?P<first>-\|)?(?P<name>[A-Z][A-Z0-9_]+|[a-z][a-z0-9_]+)(?P<field>(?: [^\s<>|]+){0,2})(?P<last>\|-)?>"
)


def spell(text: str, keys: Mapping[str, str] | None = None) -> str:
    """
    Write a template out.

    Args:
        text: with shorthand.
        keys: what a name in lower case stands for, itself shorthand without its brackets (``IP source.ip``).

    Returns:
        The text of a grok pattern. A group's ``(?<name>`` is left as it is.
    """
    table = keys or {}

    def item(found: re.Match[str]) -> str:
        name, field = found["name"], found["field"]
        if text.endswith("(?", 0, found.start()):
            return found[0]
        if name in table:
            name, _, rest = table[name].partition(" ")
            field = f" {rest}" if rest else ""
        piece = "%{" + name + field.replace(" ", ":") + "}"
        if found["first"]:
            return f"(?:-|{piece})"
        return f"(?:{piece}|-)" if found["last"] else piece

    return _ITEM.sub(item, text)


def spell_all(table: Mapping[str, str], keys: Mapping[str, str] | None = None) -> dict[str, str]:
    """Write all templates of a table out."""
    return {name: spell(text, keys) for name, text in table.items()}


def side(table: Mapping[str, tuple[str, str]], *, ecs: bool) -> dict[str, str]:
    """One bank's half of a table of ``key: (legacy, ECS)``."""
    return {key: both[ecs] for key, both in table.items()}


def alternatives(*texts: str) -> str:
    """A group of alternatives that captures nothing."""
    return f"(?:{'|'.join(texts)})"


def columns(separator: str, *texts: str) -> str:
    """Columns with a separator between them."""
    return separator.join(texts)
