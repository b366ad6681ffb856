"""Fields by paths known when a pipeline is built: closures, because most paths are one name at the document's root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import MISSING, Path
from shipper.pipeline.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Options


def field_path(options: Options, name: str, default: Path | None = None) -> Path:
    """
    The path in an option that is no template in the cluster, whatever it looks like.

    Args:
        options: of the processor.
        name: of the option.
        default: where the option may be left out.
    """
    if default is None:
        return options.path_plain(options.text(name) or "")
    text = options.text(name, None)
    return options.path_plain(text) if isinstance(text, str) else default


def reader(path: Path, *, ignore_missing: bool) -> Callable[[Document], Any]:
    """
    What reads a field.

    Args:
        path: of the field.
        ignore_missing: None stands for a field that is not there, which is a ``Failure`` otherwise.
    """
    if len(path.elements) != 1 or path.in_ingest:
        return path.get_or_none if ignore_missing else path.get
    name = path.leaf
    if ignore_missing:
        return lambda document: document.ctx.get(name)

    def read(document: Document) -> Any:
        value = document.ctx.get(name, MISSING)
        if value is MISSING:
            raise Failure(f"field [{name}] not present as part of path [{path.text}]")
        return value

    return read


def writer(path: Path) -> Callable[[Document, Any], None]:
    """What sets a field."""
    if len(path.elements) != 1 or path.in_ingest:
        return path.set
    name = path.leaf

    def write(document: Document, value: Any) -> None:
        document.ctx[name] = value

    return write
