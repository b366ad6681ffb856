"""``StringBuilder``, ``StringTokenizer``, ``StringJoiner``, and what scripts call on strings beyond what conditions do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import guard, values
from shipper.pipeline.painless import strings
from shipper.pipeline.painless.failures import ScriptFailure, missing
from shipper.pipeline.painless.script import as_text, live, walking
from shipper.pipeline.painless.strings import given, joined, units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Builder:
    """A ``StringBuilder``; ``text`` is what it holds."""

    __slots__ = ("_parts",)

    def __init__(self, text: str = "") -> None:
        self._parts = [text]

    @property
    def text(self) -> str:
        """What it holds."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0]

    @text.setter
    def text(self, text: str) -> None:
        self._parts = [text]

    def append(self, value: Any) -> Builder:
        """One more part."""
        text = as_text.text(value)
        if len(text) > guard.SMALL:
            guard.make(len(text))
        self._parts.append(text)
        return self


def _outside(reason: str) -> ScriptFailure:
    return ScriptFailure(reason, "string_index_out_of_bounds_exception", foreign=True)


def _insert(builder: Builder, at: int, value: Any) -> Builder:
    text = units(builder.text)
    if not 0 <= at <= len(text):
        raise _outside(f"offset {at}, length {len(text)}")
    builder.text = joined(text[:at] + units(as_text.text(value)) + text[at:])
    return builder


def _delete(builder: Builder, start: int, end: int) -> Builder:
    text = units(builder.text)
    end = min(end, len(text))
    if not 0 <= start <= end:
        raise _outside(f"start {start}, end {end}, length {len(text)}")
    builder.text = joined(text[:start] + text[end:])
    return builder


def _delete_at(builder: Builder, at: int) -> Builder:
    text = units(builder.text)
    if not 0 <= at < len(text):
        raise _outside(f"index {at},length {len(text)}")
    builder.text = joined(text[:at] + text[at + 1 :])
    return builder


def _replace(builder: Builder, start: int, end: int, new: str | None) -> Builder:
    text = units(builder.text)
    end = min(end, len(text))
    if not 0 <= start <= len(text) or start > end:
        raise _outside(f"start {start}, end {end}, length {len(text)}")
    builder.text = joined(text[:start] + units(given(new)) + text[end:])
    return builder


def _reverse(builder: Builder) -> Builder:
    builder.text = builder.text[::-1]
    return builder


def _set_length(builder: Builder, size: int) -> None:
    text = units(builder.text)
    if size < 0:
        raise _outside(f"String index out of range: {size}")
    guard.make(max(size - len(text), 0))
    builder.text = joined(text[:size].ljust(size, "\0"))


def _set_char(builder: Builder, at: int, unit: str) -> None:
    text = units(builder.text)
    if not 0 <= at < len(text):
        raise _outside(f"index {at},length {len(text)}")
    builder.text = joined(text[:at] + unit + text[at + 1 :])


def _of(work: Callable[..., Any]) -> Callable[..., Any]:
    """A method of strings, asked of what a builder holds."""
    return lambda builder, *more: work(builder.text, *more)


BUILDER: Final[dict[str, Callable[..., Any]]] = {
    "compareTo(def)int": live.never("StringBuilder.compareTo"),
    "codePointAt(int)int": lambda builder, at: _code_point(builder.text, at),
    "append(def)StringBuilder": Builder.append,
    "insert(int,def)StringBuilder": _insert,
    "delete(int,int)StringBuilder": _delete,
    "deleteCharAt(int)StringBuilder": _delete_at,
    "replace(int,int,String)StringBuilder": _replace,
    "reverse()StringBuilder": _reverse,
    "setLength(int)void": _set_length,
    "setCharAt(int,char)void": _set_char,
    **{
        name: _of(strings.STRING[name])
        for name in ("indexOf(String)int", "indexOf(String,int)int", "lastIndexOf(String)int", "lastIndexOf(String,int)int", "substring(int)String", "substring(int,int)String")
    },
    **{name: _of(work) for name, work in strings.SEQUENCE.items()},
}  # fmt: skip


class Tokenizer:
    """A ``StringTokenizer``."""

    __slots__ = ("at", "tokens")

    def __init__(
        self, text: str | None, separators: str | None = " \t\n\r\f", keep: bool = False
    ) -> None:
        text, separators = given(text), given(separators)
        self.at = 0
        self.tokens: list[str] = []
        start = None
        for place, unit in enumerate(text):
            if unit not in separators:
                start = place if start is None else start
                continue
            if start is not None:
                self.tokens.append(text[start:place])
                start = None
            if keep:
                self.tokens.append(unit)
        if start is not None:
            self.tokens.append(text[start:])

    def more(self) -> bool:
        """``hasMoreTokens()``."""
        return self.at < len(self.tokens)

    def next(self) -> str:
        """``nextToken()``."""
        if not self.more():
            raise ScriptFailure(None, "no_such_element_exception")
        self.at += 1
        return self.tokens[self.at - 1]


TOKENIZER: Final[dict[str, Callable[..., Any]]] = {
    "hasMoreTokens()boolean": Tokenizer.more,
    "hasMoreElements()boolean": Tokenizer.more,
    "nextToken()String": Tokenizer.next,
    "nextElement()def": Tokenizer.next,
    "countTokens()int": lambda tokenizer: len(tokenizer.tokens) - tokenizer.at,
}


class Joiner:
    """A ``StringJoiner``."""

    __slots__ = ("after", "before", "parts", "separator")

    def __init__(
        self, separator: str | None, before: str | None = "", after: str | None = ""
    ) -> None:
        self.separator, self.before, self.after = given(separator), given(before), given(after)
        self.parts: list[str] = []

    def add(self, text: str | None) -> Joiner:
        """One more part."""
        self.parts.append("null" if text is None else text)
        return self

    def text(self) -> str:
        """What it comes to."""
        return str(self.before) + str(self.separator).join(self.parts) + str(self.after)


JOINER: Final[dict[str, Callable[..., Any]]] = {
    "add(CharSequence)StringJoiner": Joiner.add,
    "length()int": lambda joiner: values.utf16_length(joiner.text()),
}


def sequence(value: Any) -> Any:
    """A ``CharSequence`` as a string."""
    return value.text if type(value) is Builder else value


def _join(separator: Any, items: Iterable[Any] | None) -> str:
    if items is None or separator is None:
        raise missing()
    found = []
    for item in walking.walked(items):
        if item is not None and type(item) is not str and type(item) is not Builder:
            raise ScriptFailure(
                "a list of others than strings", "class_cast_exception", foreign=True
            )
        found.append("null" if item is None else sequence(item))
    return str(sequence(separator)).join(found)


def _compare_ignoring(text: str, other: str | None) -> int:
    fold = strings.STRING["compareTo(String)int"]
    return int(fold(strings._folded(text), strings._folded(given(other))))  # noqa: SLF001 - of the same package


def _code_point(text: str, at: int) -> int:
    parts = units(text)
    if not 0 <= at < len(parts):
        raise _outside(f"Index {at} out of bounds for length {len(parts)}")
    pair = joined(parts[at : at + 2])
    return (
        ord(pair[0]) if len(pair) == 1 or not 0xD800 <= ord(parts[at]) < 0xDC00 else ord(parts[at])
    )


def _digest(name: str) -> Callable[[str], str]:
    def run(text: str) -> str:
        import hashlib  # noqa: PLC0415 - 3 MB that few scripts need

        data = text.encode("utf-8", "replace")
        return hashlib.new(name, data, usedforsecurity=False).hexdigest()

    return run


def characters(text: str) -> Any:
    """``toCharArray()``."""
    return live.ARRAYS["char[]"](map(values.Char, units(text)))


_PLAIN: Final = strings.STRING
STRING: Final[dict[str, Callable[..., Any]]] = {
    "toCharArray()char[]": characters,
    "compareToIgnoreCase(String)int": _compare_ignoring,
    "codePointAt(int)int": _code_point,
    "sha1()String": _digest("sha1"),
    "sha256()String": _digest("sha256"),
    "contains(CharSequence)boolean": lambda text, part: _PLAIN["contains(CharSequence)boolean"](
        text, sequence(part)
    ),
    "contentEquals(CharSequence)boolean": lambda text, part: _PLAIN[
        "contentEquals(CharSequence)boolean"
    ](text, sequence(part)),
    "replace(CharSequence,CharSequence)String": lambda text, old, new: _PLAIN[
        "replace(CharSequence,CharSequence)String"
    ](text, sequence(old), sequence(new)),
}
STATIC_STRING: Final[dict[str, Callable[..., Any]]] = {
    "valueOf(def)String": as_text.text,
    "join(CharSequence,Iterable)String": _join,
}
STATIC_PROCESSORS: Final[dict[str, Callable[..., Any]]] = {
    "lowercase(String)String": lambda text: str(given(text)).lower(),
    "uppercase(String)String": lambda text: str(given(text)).upper(),
}

for _kind, _name in (
    (Builder, "java.lang.StringBuilder"),
    (Tokenizer, "java.util.StringTokenizer"),
    (Joiner, "java.util.StringJoiner"),
):
    live.name_class(_kind, _name)
as_text.name_text(Builder, lambda builder: builder.text)
as_text.name_text(Joiner, Joiner.text)
