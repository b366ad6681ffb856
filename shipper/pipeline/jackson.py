"""
JSON as Jackson reads it in the clusters: the first value of a text, comments allowed, what is behind it left alone.

The quick parser of ``json`` (the processor) comes here with what it refuses or might read differently. Nesting needs no stack
of Python's.
"""

from __future__ import annotations

import re
from typing import Any, Final

DEPTH: Final = 1000  # of objects and arrays
DIGITS: Final = 1000  # of a number, all parts together
NAME: Final = 50000  # characters of a name, in OpenSearch

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_HALF_NUMBER = re.compile(r"-|[eE][+-]?")
_CHUNK = re.compile(r'[^"\\\x00-\x1f]*')
_HEX4 = re.compile(r"[0-9a-fA-F]{4}")
_LINE_END = re.compile(r"[\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_IGNORABLE = re.compile(  # Java takes these for parts of names
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\xa2-\xa5\u058f\u060b\u07fe\u07ff\u09f2\u09f3\u09fb\u0af1\u0bf9\u0e3f\u17db\u20a0-\u20c0\ua838\ufdfc\ufe69\uff04\uffe0"
    "\uffe1\uffe5\uffe6]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ENCODINGS = {"0001": "utf-32-be", "1000": "utf-32-le", "01": "utf-16-be", "10": "utf-16-le"}
_WORDS = (("true", True), ("false", False), ("null", None))


class Broken(Exception):  # noqa: N818 - a fact about a text
    """
    The text is no JSON.

    Attributes:
        reason: what is wrong, in our words.
        end: Elasticsearch calls it the unexpected end of the file.
        limit: a limit was exceeded.
    """

    def __init__(self, reason: str, *, end: bool = False, limit: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.end = end
        self.limit = limit


class Reader:
    """
    Reads values from a text.

    Args:
        text: what is read.
        duplicates: a name may come twice in an object; the last one wins.
        octets: the cluster gives Jackson bytes, not characters: names are limited then.

    Attributes:
        position: where reading goes on.
    """

    def __init__(self, text: str, *, duplicates: bool = False, octets: bool = False) -> None:
        self.text = text
        self.position = 0
        self._duplicates = duplicates
        self._octets = octets
        self._stack: list[
            tuple[Any, str]
        ] = []  # containers that are open, and the name of what comes next
        self._container: Any = None
        self._name = ""

    def value(self) -> Any:
        """
        The first value; None for a text without any.

        Raises:
            Broken: the text is none.
        """
        self._skip()
        if self.position == len(self.text):
            return None
        while True:
            value = self._open()
            if value is _OPENED:
                continue
            while self._container is not None:
                if type(self._container) is dict:
                    self._container[self._name] = value
                else:
                    self._container.append(value)
                if not self._closes():
                    break
                value = self._container
                self._container, self._name = self._stack.pop()
            else:
                return value

    def rest(self) -> str:
        """
        What is behind the value, without white space and comments in front.

        Raises:
            Broken: a comment has no end.
        """
        self._skip()
        return self.text[self.position :]

    def _fail(self, what: str, *, end: bool = False, limit: bool = False) -> Broken:
        before = self.text[: self.position]
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        end = end and type(self._container) is not dict
        return Broken(f"{what} (line {line}, column {column} of the text)", end=end, limit=limit)

    def _skip(self) -> None:
        text = self.text
        while True:
            found = _SPACE.match(text, self.position)
            assert found is not None
            self.position = found.end()
            if text[self.position : self.position + 1] != "/":
                return
            self._skip_comment(text[self.position + 1 : self.position + 2])

    def _skip_comment(self, kind: str) -> None:
        text = self.text
        if kind == "*":
            end = text.find("*/", self.position + 2)
            control = _CONTROL.search(text, self.position, len(text) if end < 0 else end)
            if control is None and end < 0:
                raise self._fail("a comment without end", end=True)
            behind = end + 2
        elif kind == "/":
            line = _LINE_END.search(text, self.position)
            behind = line.end() if line else len(text)
            control = _CONTROL.search(text, self.position, behind)
        else:
            raise self._fail("a lone slash", end=not kind)
        if control is not None:
            self.position = control.start()
            raise self._fail(f"the control character {control[0]!r} inside a comment")
        self.position = behind

    def _next(self) -> str:
        """The character at which to go on, behind white space; ``""`` at the end."""
        self._skip()
        return self.text[self.position : self.position + 1]

    def _open(self) -> Any:
        """The scalar that begins here, an empty object or array, or ``_OPENED``."""
        character = self.text[self.position : self.position + 1]
        if character == '"':
            return self._string()
        if character in {"{", "["}:
            return self._begin(character)
        if character == "-" or "0" <= character <= "9":
            return self._number()
        for word, value in _WORDS:
            if self.text.startswith(word, self.position):
                end = self.position + len(word)
                if _is_part(self.text[end : end + 1], octets=self._octets):
                    break
                self.position = end
                return value
        if not character:
            raise self._fail("the text ends where a value should be")
        raise self._fail(f"unexpected {character!r} where a value should be")

    def _begin(self, character: str) -> Any:
        if len(self._stack) >= DEPTH:
            raise self._fail(f"nested more than {DEPTH} deep", limit=True)
        self._stack.append((self._container, self._name))
        self._container = {} if character == "{" else []
        self.position += 1
        following = self._next()
        if not following:
            raise self._fail("the text ends inside an object or array", end=True)
        if following == ("}" if character == "{" else "]"):
            self.position += 1
            value = self._container
            self._container, self._name = self._stack.pop()
            return value
        if character == "{":
            self._key()
        return _OPENED

    def _key(self) -> None:
        """Read the name of a member, up to its value."""
        if self._next() != '"':
            raise self._fail("a name in quotes should be here")
        name = self._string()
        if self._octets and len(name) > NAME:
            raise self._fail(f"a name longer than {NAME} characters", limit=True)
        if name in self._container and not self._duplicates:
            raise self._fail(f"Duplicate field '{name}'")
        if self._next() != ":":
            raise self._fail("a colon should be here")
        self.position += 1
        if not self._next():
            raise self._fail("the text ends inside an object")
        self._name = name

    def _closes(self) -> bool:
        """What comes behind a value inside a container: False for a comma, True for its end."""
        character = self._next()
        container = self._container
        if character == ",":
            self.position += 1
            if type(container) is dict:
                self._key()
            else:
                self._skip()
            return False
        if character == ("}" if type(container) is dict else "]"):
            self.position += 1
            return True
        if not character:
            raise self._fail("the text ends inside an object or array", end=True)
        raise self._fail(f"unexpected {character!r} behind a value")

    def _number(self) -> Any:
        text = self.text
        found = _NUMBER.match(text, self.position)
        if found is None:
            half = _HALF_NUMBER.fullmatch(text, self.position)
            raise self._fail("digits should be behind the minus", end=half is not None)
        end = found.end()
        following = text[end : end + 1]
        if following and following in "0123456789.eE":
            half = _HALF_NUMBER.fullmatch(text, end)
            raise self._fail("not a number", end=half is not None)
        if self._container is None and following and following not in " \t\r\n":
            raise self._fail("white space should be behind the number")
        shown = found[0]
        if len(shown) > DIGITS and sum(map(str.isdigit, shown)) > DIGITS:
            raise self._fail(f"a number with more than {DIGITS} digits", limit=True)
        self.position = end
        return int(shown) if found[1] is None and found[2] is None else float(shown)

    def _string(self) -> str:
        text = self.text
        position = self.position + 1
        found = _CHUNK.match(text, position)
        assert found is not None
        if text[found.end() : found.end() + 1] == '"':  # most texts: no escapes
            self.position = found.end() + 1
            return found[0]
        parts = []
        surrogates = False
        while True:
            found = _CHUNK.match(text, position)
            assert found is not None
            parts.append(found[0])
            position = found.end()
            character = text[position : position + 1]
            if character == '"':
                break
            self.position = position
            if character != "\\":
                if not character:
                    raise self._fail("a text without end")
                raise self._fail(f"the control character {character!r} inside a text")
            escape = text[position + 1 : position + 2]
            position += 2
            if escape == "u":
                code = _HEX4.match(text, position)
                if code is None:
                    raise self._fail("four hexadecimal digits should be behind \\u")
                unit = int(code[0], 16)
                surrogates = surrogates or 0xD800 <= unit < 0xE000
                parts.append(chr(unit))
                position += 4
            elif escape in _ESCAPES:
                parts.append(_ESCAPES[escape])
            else:
                raise self._fail(f"the escape {escape!r} does not exist")
        self.position = position + 1
        whole = "".join(parts)
        if surrogates:
            data = whole.encode("utf-16-le", "surrogatepass")
            whole = data.decode("utf-16-le", "surrogatepass")
        return whole


class _Opened:
    pass


_OPENED: Final[Any] = _Opened()


def _is_part(character: str, *, octets: bool) -> bool:
    """Whether a character right behind a word makes it another word; Jackson looks no lower than the digits."""
    if not character or character < "0":
        return False
    if character.isascii():
        return character.isalnum() or character in "_\x7f"
    if character > "\uffff":
        return octets  # four bytes are an error of their own
    return f"a{character}".isidentifier() or _IGNORABLE.match(character) is not None


def as_bytes_would(text: str) -> str:
    """
    The text that Jackson sees when it is given the text's UTF-8.

    It guesses the encoding from the first bytes, skips a byte order mark, and knows no lone surrogates.
    """
    if _SURROGATE.search(text):
        units = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        text = _SURROGATE.sub("\ufffd", units)
    if text.startswith("\ufeff") and len(text) > 1:  # it looks at four bytes, if there are so many
        return text[1:]
    if "\0" not in text[:4]:
        return text
    data = text[:4].encode()[:4]
    zeros = "".join("1" if byte else "0" for byte in data)
    encoding = _ENCODINGS.get(zeros) or _ENCODINGS.get(zeros[:2])
    return text.encode().decode(encoding, "replace") if encoding else text
