"""
The JSON Schema of configuration files, for editors.

Made from the table of keys, in both spellings: every level knows the keys below it dotted and nested. It checks names and
types; what concerns several keys, and the files that are named, only ``shipper check`` can.
"""

from __future__ import annotations

from typing import Any

from shipper.config import keys
from shipper.config.mappings import HeaderMap, JsonMap


def schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12)."""
    definitions: dict[str, Any] = {}
    top = _section(keys.TOP, "", definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of Shipper",
        **top,
        "required": ["inputs"],
        "$defs": dict(sorted(definitions.items())),
    }


def _section(section: keys.Section, scope: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the object for a section; what is below a dot goes into ``definitions``, named from ``scope`` on."""
    leaves: dict[str, dict[str, Any]] = {}
    _leaves(section, "", leaves, scope, definitions)
    names = sorted(leaves)
    prefixes = sorted({name[:i] for name in names for i, char in enumerate(name) if char == "."})
    for name in names:
        definitions[f"{scope}{name}"] = leaves[name]
    for prefix in prefixes:
        below = _object(prefix, names, prefixes, scope, leaves)
        if prefix in leaves:  # pipeline: a text or a mapping
            definitions[f"{scope}{prefix}"] = {
                "description": leaves[prefix]["description"],
                "anyOf": [leaves[prefix], below],
            }
        else:
            definitions[f"{scope}{prefix}"] = below
    return _object("", names, prefixes, scope, leaves)


def _leaves(
    section: keys.Section,
    prefix: str,
    leaves: dict[str, dict[str, Any]],
    scope: str,
    definitions: dict[str, Any],
) -> None:
    for key in section.keys:
        entry = {"description": key.doc, **key.kind.schema()}
        default = keys.default_of(section, key)
        if default is not ... and default is not None and not key.default:
            shown = key.kind.show(default)
            entry["default"] = (
                default if isinstance(default, bool | int) and shown == str(default) else shown
            )
            if isinstance(default, bool):
                entry["default"] = default
            elif default in ((), {}):
                entry["default"] = [] if default == () else {}
        leaves[prefix + key.name] = entry
    for name, text in section.lists.items():
        inner = {"inputs": _inputs, "datasets": _datasets}.get(name, _parsers)
        leaves[prefix + name] = {
            "description": text,
            "type": "array",
            "items": inner(definitions),
        }
    for name, (_, inner_section) in section.nested.items():
        _leaves(inner_section, f"{prefix}{name}.", leaves, scope, definitions)


def _inputs(definitions: dict[str, Any]) -> dict[str, Any]:
    definitions["input"] = _section(keys.INPUT, "input:", definitions) | {
        "required": ["id", "paths"]
    }
    return {"$ref": "#/$defs/input"}


def _datasets(definitions: dict[str, Any]) -> dict[str, Any]:
    definitions["dataset"] = _section(keys.DATASET, "dataset:", definitions) | {
        "required": ["dataset"]
    }
    return {"$ref": "#/$defs/dataset"}


def _parsers(definitions: dict[str, Any]) -> dict[str, Any]:
    entries = {}
    for name, section in keys.PARSERS.items():
        parser = _section(section, f"{name}:", definitions)
        definitions[f"parser:{name}"] = {"anyOf": [parser, {"type": "null"}]}
        entries[name] = {"$ref": f"#/$defs/parser:{name}"}
    return {
        "type": "object",
        "properties": entries,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _object(
    prefix: str,
    names: list[str],
    prefixes: list[str],
    scope: str,
    leaves: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """Return the object below ``prefix``: the rest of every name that begins with it is a property."""
    start = f"{prefix}." if prefix else ""
    below = sorted({n for n in (*names, *prefixes) if n.startswith(start)})
    result: dict[str, Any] = {
        "type": "object",
        "properties": {n[len(start) :]: {"$ref": f"#/$defs/{scope}{n}"} for n in below},
        "additionalProperties": False,
    }
    patterns: dict[str, Any] = {
        f"^{n[len(start) :].replace('.', '[.]')}[.]": {}
        for n in below
        if n in leaves and _is_map(scope, n)
    }
    if patterns:
        result["patternProperties"] = patterns
    return result


def _is_map(scope: str, name: str) -> bool:
    section = keys.INPUT if scope == "input:" else keys.TOP if not scope else None
    key = keys.flat(section).get(name) if section else None
    return key is not None and isinstance(key.kind, JsonMap | HeaderMap)
