"""``sort``: the elements of a list in their natural order, which only elements of one Java class have."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import cast_reason
from shipper.pipeline.failure import Failure
from shipper.pipeline.processors.access import field_path, reader, writer
from shipper.pipeline.values import class_name

if TYPE_CHECKING:
    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

ORDERS = ("asc", "desc")


def sort(options: Options, build: Build) -> Run:  # noqa: ARG001 - a processor's form
    """Sorts a copy of a list."""
    path = field_path(options, "field")
    target = field_path(options, "target_field", path)
    order = options.text("order", "asc")
    if order not in ORDERS:
        options.wrong(
            "order",
            f"Sort direction [{order}] not recognized. Valid values are: [asc, desc]",
            "write asc or desc",
        )
    descending = order == "desc"
    read = reader(path, ignore_missing=False)
    write = writer(target)

    def run(document: Document) -> None:
        value = read(document)
        if type(value) is not list:
            if value is None:
                raise Failure(f"field [{path.text}] is null, cannot sort.")
            raise Failure(cast_reason(path.text, value, "java.util.List"))
        write(document, in_order(value, descending=descending))

    return run


def in_order(values: list[Any], *, descending: bool) -> list[Any]:
    """
    A sorted copy.

    Raises:
        Failure: two elements that cannot be compared.
    """
    if len(values) < 2:
        return list(values)
    kind = type(values[0])
    if kind is not str or any(type(value) is not str for value in values):
        names = set(map(class_name, values))
        if len(names) > 1 or kind in {dict, list, type(None)}:
            raise _incomparable(values, descending=descending)
    if kind is str:
        if all(map(str.isascii, values)):
            return sorted(values, reverse=descending)
        return sorted(values, key=_units, reverse=descending)
    if issubclass(kind, float):
        return sorted(values, key=_total, reverse=descending)
    return sorted(values, reverse=descending)


def _units(text: str) -> bytes:
    """Texts compare by UTF-16 units."""
    return text.encode("utf-16-be", "surrogatepass")


def _total(value: float) -> tuple[bool, float, float]:
    """``Double.compare``: -0.0 comes before 0.0, and NaN last."""
    if value != value:  # noqa: PLR0124 - NaN
        return True, 0.0, 0.0
    return False, value, math.copysign(1.0, value)


class _Uncomparable(Exception):  # noqa: N818 - found on purpose
    """Two elements that Java cannot compare."""


def _incomparable(values: list[Any], *, descending: bool) -> Failure:
    """The exception of the first pair that Java's sort compares and cannot: it inserts one element after another."""
    done: list[Any] = []
    try:
        for item in values:
            if done and _compare(item, done[-1], descending=descending) >= 0:
                done.append(item)
                continue
            low, high = 0, len(done)
            while low < high:
                middle = (low + high) // 2
                if _compare(item, done[middle], descending=descending) < 0:
                    high = middle
                else:
                    low = middle + 1
            done.insert(low, item)
    except _Uncomparable as found:
        left, right = found.args
        if left is None or right is None:
            reason = "an element of the list is null"
            return Failure(reason, "null_pointer_exception", foreign=True)
        reason = f"class {class_name(left)} cannot be cast to class {class_name(right)}"
        return Failure(reason, "class_cast_exception", foreign=True)
    raise AssertionError


def _compare(item: Any, other: Any, *, descending: bool) -> int:
    """The item against one before it."""
    for value in (item, other) if descending else (item,):
        if isinstance(value, dict | list):
            raise _Uncomparable(value, 0)
    if descending:
        item, other = other, item
    if item is None or class_name(item) != class_name(other):
        raise _Uncomparable(item, other)
    if isinstance(item, str):
        item, other = _units(item), _units(other)
    elif isinstance(item, float):
        item, other = _total(item), _total(other)
    return int(item > other) - int(item < other)
