"""Empty for now."""

from typing import Any

SUPERS: dict[str, Any] = {}
INSTANCES: dict[str, Any] = {}
QUALIFIED: dict[str, Any] = {}
FUNCTIONAL: dict[str, Any] = {}
METHODS: dict[str, Any] = {}
STATIC: dict[str, Any] = {}
STATIC_STRING: dict[str, Any] = {}
STRING: dict[str, Any] = {}
SEQUENCE: dict[str, Any] = {}
CONSTANTS: dict[Any, Any] = {}
GETTERS: dict[str, Any] = {}
RECEIVERS: dict[Any, Any] = {}
MISSING = ""
