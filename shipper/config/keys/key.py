"""
What a key is, and a section of keys; the kinds that keys of several sections share.

It knows no key by name: the tables are the modules beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.config import texts
from shipper.config.kinds import Flag, ListOf, Text
from shipper.config.mappings import JsonMap

if TYPE_CHECKING:
    from shipper.config import settings
    from shipper.config.kinds import Kind

FLAG = Flag()
NAME = Text("name", texts.one_line)
TAGS = ListOf(Text("tag"), "tags")
FIELDS = JsonMap()


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
