"""What YAML's parser complains of, in words for people and at the place where the mistake is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shipper.config.masking import quote

if TYPE_CHECKING:
    import yaml


def explain(error: yaml.YAMLError, text: str) -> tuple[int, int, tuple[str, str, str]]:
    """
    Translate an error of the parser.

    Returns:
        Line and column, both from 0, and what was found, what was expected and what to do.
    """
    line, column = _position(error, text)
    return line, column, _in_words(error, text, line, column)


def _position(error: yaml.YAMLError, text: str) -> tuple[int, int]:
    """Line and column, from 0, at which the parser gave up."""
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None)
    word = getattr(error, "context", None) or ""
    if context is not None and (mark is None or "scanning an a" in word or _at_end(mark, text)):
        mark = context  # where the alias, the bracket or the quote begins
    if mark is not None:
        return mark.line, mark.column
    position = getattr(error, "position", None) or 0
    before = text.encode()[:position].decode(errors="ignore")
    return before.count("\n"), len(before) - (before.rfind("\n") + 1)


def _at_end(mark: Any, text: str) -> bool:
    lines = text.split("\n")
    return mark.line >= len(lines) or not any(lines[mark.line :])


def _in_words(error: yaml.YAMLError, text: str, line: int, column: int) -> tuple[str, str, str]:
    """Say in words for people what YAML's parser complains of: found, expected, to do."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    lines = text.split("\n")
    rest = lines[line][column:] if line < len(lines) else ""
    before = lines[line][:column] if line < len(lines) else ""
    if rest.startswith("\t") or (not before.strip() and "\t" in before):
        return "a tab", "YAML indents with spaces only", "replace the tab by spaces"
    if rest.startswith("{") and before.endswith("$"):
        return (
            "'${' inside [ ] or { } without quotes",
            "braces mean a mapping there",
            'put the value in quotes: "${NAME}"',
        )
    if "control characters" in problem:
        return (
            "a control character",
            "expected printable text",
            "remove it, or write it as \\x.. in double quotes",
        )
    if "unknown escape" in problem:
        return (
            "an unknown escape in double quotes",
            "a backslash begins an escape there",
            "use single quotes for regular expressions: '^\\d'",
        )
    if rest[:1] in {"@", "`", "%", "*", "&", "!", "|", ">"}:
        return (
            f"not YAML: a value cannot begin with {quote(rest[0])}",
            "expected a text in quotes",
            "put the value in quotes",
        )
    if "expected ','" in problem and rest[:1] in {"[", "{"}:
        return f"not YAML: a '{rest[0]}' that is never closed", "expected its end", "close it"
    if "mapping values are not allowed" in problem:
        return (
            "not YAML: a ':' where no key can stand",
            "expected the keys of one mapping at the same indentation, and texts with ': ' in quotes",
            "look at this line's indentation and at the line before",
        )
    if "unexpected end of stream" in problem:
        return "not YAML: a quote is never closed", "expected its end", "close it"
    return (
        f"not YAML: {problem}",
        "expected keys and values",
        "look at the indentation, quotes and brackets on this line and the one before",
    )
