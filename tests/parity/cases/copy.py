"""Cases of OpenSearch's ``copy``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.parity.cases._assign import PATHS
from tests.parity.cases._assign import case as _any_case

if TYPE_CHECKING:
    from tests.parity.case import Case

_FLAGS: tuple[Any, ...] = ("true", 1, None, True, False)
_PATHS = tuple(path for path in PATHS if path != "_routing")


def case(option: str, **options: Any) -> Case:
    """A case of OpenSearch's alone."""
    return _any_case(option, "copy", only="opensearch", **options)


CASES = [
    *(case("source_field", source_field=path, target_field="new") for path in _PATHS),
    *(case("source_field", source_field=value, target_field="new") for value in (1, ["a"], None)),
    *(case("target_field", source_field=source, target_field=path) for path in _PATHS for source in ("a", "l")),
    *(case("target_field", source_field="a", target_field=value) for value in (1, ["a"], None)),
    *(case("ignore_missing", source_field=path, target_field="new", ignore_missing=True) for path in _PATHS),
    *(case("ignore_missing", source_field="nope", target_field="", ignore_missing=flag) for flag in _FLAGS),
    *(case("override_target", source_field="m", target_field=path, override_target=True) for path in _PATHS),
    *(case("override_target", source_field="a", target_field="s", override_target=flag) for flag in _FLAGS),
    *(
        case("remove_source", source_field=source, target_field=target, remove_source=True)
        for source in ("a", "m", "m.k", "l.0", "l", "nope", "z", "s.x", "ünï")
        for target in ("new", "m.new", "s", "l.9")
    ),
    *(case("remove_source", source_field="a", target_field="new", remove_source=flag) for flag in _FLAGS),
    *(case("remove_source override_target", source_field="a", target_field=path, remove_source=True, override_target=True) for path in ("s", "l.0", "m", "a.b", "l.1")),
]  # fmt: skip
