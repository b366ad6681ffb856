"""
``${VAR}``, ``${VAR:-default}`` and ``${file:/path}`` in values, after YAML has been parsed.

So a value can neither add keys nor break the syntax, and positions stay right. ``$${`` stands for ``${``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipper.config.document import Listing, Scalar, core
from shipper.config.masking import SECRET_NAME, add_secret, quote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shipper.config.document import Node, Problems

MAX_SECRET_BYTES = 65536
_MAX_DEPTH = 8
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?\Z", re.DOTALL)
_OTHER_DEFAULT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):([^?].*|)\Z", re.DOTALL)


class _Failed(Exception):  # noqa: N818 - carries a problem to the scalar that it belongs to
    pass


class Substitution:
    """
    Where values come from.

    Args:
        environ: the environment.
        base: folder that relative file names start from.
        problems: what is wrong is added here.

    Attributes:
        environ: the environment.
        files: that ``${file:}`` named.
    """

    def __init__(self, environ: Mapping[str, str], base: Path, problems: Problems) -> None:
        self.environ = environ
        self.files: list[Path] = []  # that were read
        self._base = base
        self._problems = problems

    def apply(self, node: Node) -> bool:
        """Substitute in every value under ``node``; return whether all of it could be."""
        if not isinstance(node, Scalar):
            below = (
                node.items if isinstance(node, Listing) else [value for _, value in node.entries]
            )
            results = [self.apply(item) for item in below]  # all of them, to find all that is wrong
            return all(results)
        if not node.resolved:
            node.resolved = True
            if "${" in node.text:
                self._scalar(node)
        return not node.broken

    def _scalar(self, node: Scalar) -> None:
        try:
            text, secret = self._expand(node.text, 0)
        except _Failed as failed:
            node.broken = True
            self._problems.add(node.mark, *failed.args)
            return
        whole = node.text.startswith("${") and _closing(node.text, 2) == len(node.text) - 1
        node.substituted = whole
        node.secret = node.secret or secret
        node.text = text
        node.value = core(text) if node.plain and whole else text

    def _expand(self, text: str, depth: int) -> tuple[str, bool]:
        """Return ``text`` with all substitutions made, and whether a secret is among them."""
        if depth > _MAX_DEPTH:
            raise _Failed(
                "'${' nested too deep", "expected a few levels at most", "simplify the default"
            )
        parts: list[str] = []
        secret = False
        position = 0
        while (start := text.find("${", position)) >= 0:
            if start > position and text[start - 1] == "$":
                parts.append(text[position : start - 1] + "${")
                position = start + 2
                continue
            end = _closing(text, start + 2)
            if end < 0:
                raise _Failed(
                    "'${' without '}'",
                    "expected ${NAME}",
                    "close it, or write $${ for a literal ${",
                )
            value, is_secret = self._value(text[start + 2 : end], depth)
            parts += (text[position:start], value)
            secret |= is_secret
            position = end + 1
        return "".join(parts) + text[position:], secret

    def _value(self, body: str, depth: int) -> tuple[str, bool]:
        if body.startswith("file:"):
            return self._file(self._expand(body.removeprefix("file:"), depth + 1)[0]), True
        match = _VARIABLE.match(body)
        if match is None:
            other = _OTHER_DEFAULT.match(body)
            raise _Failed(
                f"the substitution {quote('${' + body + '}')}",
                "expected ${NAME}, ${NAME:-default} or ${file:/path}",
                f"write ${{{other[1]}:-{quote(other[2])[1:-1]}}}: a default follows ':-' here"
                if other
                else "names are letters, digits and '_'; write $${ for a literal ${",
            )
        name, default = match.groups()
        value = self.environ.get(name)
        if default is not None and not value:
            return self._expand(default, depth + 1)
        if value is None:
            raise _Failed(
                f"the environment variable {name} is not set",
                "expected a value for it",
                f"set it, or write ${{{name}:-default}}",
            )
        if not _encodable(value):
            raise _Failed(
                f"the environment variable {name} is not UTF-8", "expected text", "set it to text"
            )
        if SECRET_NAME.search(name):
            add_secret(value)
            return value, True
        return value, False

    def _file(self, name: str) -> str:
        found = f"the file {quote(name)} of a ${{file:}}"
        if not name or "\0" in name:
            raise _Failed(found, "expected the path of a file", "write ${file:/run/secrets/name}")
        self.files.append(self._base / name)
        try:
            with (self._base / name).open("rb") as file:
                data = file.read(MAX_SECRET_BYTES + 1)
            text = data.decode().rstrip("\r\n")
        except OSError as error:
            raise _Failed(
                f"{found} cannot be read: {error.strerror}",
                "expected a readable file",
                "create it, or let the agent's user read it",
            ) from None
        except UnicodeDecodeError:
            raise _Failed(f"{found} is not UTF-8", "expected text", "write it as text") from None
        if len(data) > MAX_SECRET_BYTES:
            raise _Failed(
                f"{found} is larger than {MAX_SECRET_BYTES} bytes",
                "expected a secret",
                "name the right file",
            )
        add_secret(text)
        return text


def _closing(text: str, position: int) -> int:
    """Index of the brace that closes the substitution whose body begins at ``position``; -1 without one."""
    depth = 1
    while position < len(text):
        if text.startswith("${", position):
            depth += 1
            position += 1
        elif text[position] == "}":
            depth -= 1
            if not depth:
                return position
        position += 1
    return -1


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
