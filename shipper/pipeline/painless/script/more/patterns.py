"""
``Pattern`` and ``Matcher``.

A cluster counts how often the matches of one matcher look at its text and stops beyond six times its length. A pattern is taken if one
pass stays within that whatever the text is; a matcher that is asked again and again until it might not be fails at the edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import guard
from shipper.pipeline.failure import Failure
from shipper.pipeline.painless.failures import ScriptFailure, missing
from shipper.pipeline.painless.limits import FACTOR
from shipper.pipeline.painless.script import as_text, live
from shipper.pipeline.painless.strings import given
from shipper.pipeline.values import utf16_length

if TYPE_CHECKING:
    from collections.abc import Callable


class Pattern:
    """
    A regular expression.

    Attributes:
        compiled: ready to run.
        names: of its groups.
        text: as written.
        anywhere: looks a character of one pass over a text, at most.
        whole: the same of a match of the whole text.
    """

    __slots__ = ("anywhere", "compiled", "names", "text", "whole")

    def __init__(
        self, compiled: Any, names: list[str | None], text: str, anywhere: float, whole: float
    ) -> None:
        self.compiled = compiled
        self.names = names
        self.text = text
        self.anywhere = anywhere
        self.whole = whole


class Matcher:
    """A ``java.util.regex.Matcher``."""

    __slots__ = ("at", "found", "matches", "pattern", "spent", "text")

    def __init__(self, pattern: Pattern, text: Any) -> None:
        self.pattern = pattern
        self.text: str = given(text) if type(text) is str or text is None else text.text
        self.spent = 0.0
        self.reset()

    def reset(self) -> Matcher:
        """``reset()``."""
        self.matches: list[Any] | None = None
        self.at = 0
        self.found: Any = None
        return self

    def spend(self, looks: float) -> None:
        """Count one pass."""
        self.spent += looks
        if self.spent > FACTOR:
            raise live.beyond(
                "more matches than the cluster's limit (script.painless.regex.limit-factor) may allow"
            )

    def find(self) -> bool:
        """``find()``."""
        if self.matches is None:
            self.spend(self.pattern.anywhere)
            self.matches = _guarded(guard.finditer, self.pattern.compiled, self.text)
            self.at = 0
        if self.at >= len(self.matches):
            self.found = None
            return False
        self.found = self.matches[self.at]
        self.at += 1
        return True

    def whole(self) -> bool:
        """``matches()``."""
        if self.matches is not None:
            raise live.beyond("matches() after find()")
        self.spend(self.pattern.whole)
        self.found = _guarded(guard.fullmatch, self.pattern.compiled, self.text)
        return self.found is not None

    def start_of(self) -> bool:
        """``lookingAt()``."""
        if self.matches is not None:
            raise live.beyond("lookingAt() after find()")
        self.spend(self.pattern.anywhere)
        self.found = _guarded(guard.match, self.pattern.compiled, self.text)
        return self.found is not None

    def held(self) -> Any:
        """The match that groups are asked of."""
        if self.found is None:
            raise ScriptFailure("No match found", "illegal_state_exception")
        return self.found

    def group(self, number: int = 0) -> str | None:
        """``group(int)``."""
        held = self.held()
        if not 0 <= number <= len(self.pattern.names):
            raise ScriptFailure(f"No group {number}", "index_out_of_bounds_exception")
        found: str | None = held.group(number)
        return found

    def named(self, name: str | None) -> str | None:
        """``namedGroup(String)``."""
        held = self.held()
        if name not in self.pattern.names:
            raise ScriptFailure(f"No group with name <{name}>", "illegal_argument_exception")
        found: str | None = held.group(self.pattern.names.index(given(name)) + 1)
        return found

    def place(self, end: int, number: int = 0) -> int:
        """``start(int)`` and ``end(int)``."""
        held = self.held()
        if not 0 <= number <= len(self.pattern.names):
            raise ScriptFailure(f"No group {number}", "index_out_of_bounds_exception")
        at: int = held.span(number)[end]
        return at if at < 0 or self.text.isascii() else utf16_length(self.text[:at])


def _guarded(work: Callable[..., Any], *given_: Any) -> Any:
    try:
        return work(*given_)
    except guard.TimedOut as late:
        raise ScriptFailure(str(late), "circuit_breaking_exception", foreign=True) from None


def _rebuilt(matcher: Matcher, write: Callable[[Any], str], most: int = 0) -> str:
    """The text with its matches written anew."""
    if matcher.matches is not None or matcher.found is not None:
        raise live.beyond("a replacement after matches")
    matcher.spend(matcher.pattern.anywhere + 1.0)
    text, parts, last = matcher.text, [], 0
    found = _guarded(guard.finditer, matcher.pattern.compiled, text)
    matcher.matches = found
    for match in found[:most] if most else found:
        matcher.found = match
        made = write(match)
        if len(made) > guard.SMALL:
            guard.make(len(made))
        parts += [text[last : match.start()], made]
        last = match.end()
    parts.append(text[last:])
    matcher.reset()
    return "".join(parts)


def _replace(matcher: Matcher, replacement: str | None, most: int = 0) -> str:
    from shipper.pipeline.processors.patterns import parse_replacement  # noqa: PLC0415 - brings the translator of patterns

    text = given(replacement)
    try:
        parts = parse_replacement(text, matcher.pattern.names)
    except Failure as failure:
        broken = ScriptFailure(failure.reason, failure.type, foreign=failure.foreign)

        def fail(_match: Any) -> str:
            raise broken

        return _rebuilt(matcher, fail, most)
    if sum(type(part) is int for part in parts) > 1:
        matcher.spend(float(len(parts)))
    return _rebuilt(
        matcher,
        lambda match: "".join(
            part if isinstance(part, str) else match.group(part) or "" for part in parts
        ),
        most,
    )


def _by_function(
    text: Any, pattern: Pattern | None, work: Callable[[Any], Any], most: int = 0
) -> str:
    """``text.replaceAll(/re/, m -> …)``."""
    if pattern is None:
        raise missing()
    matcher = Matcher(pattern, text)

    def write(_match: Any) -> str:
        made = work(matcher)
        if made is None:
            raise missing()
        return as_text.text(made)

    return _rebuilt(matcher, write, most)


def _split(pattern: Pattern, text: Any, limit: int = 0) -> Any:
    from shipper.pipeline.processors.patterns import cut  # noqa: PLC0415 - seldom

    text = given(text) if type(text) is str or text is None else text.text
    if pattern.anywhere + 1 > FACTOR:
        raise live.beyond("a split that the cluster's limit may stop")
    return live.ARRAYS["String[]"](cut(pattern.compiled, text, limit))


SUPERS: dict[str, tuple[str, ...]] = {}
INSTANCES: dict[str, frozenset[type]] = {
    "Pattern": frozenset([Pattern]),
    "Matcher": frozenset([Matcher]),
}
METHODS: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "Pattern": {
        "matcher(CharSequence)Matcher": Matcher,
        "pattern()String": lambda pattern: pattern.text,
        "split(CharSequence)String[]": _split,
        "split(CharSequence,int)String[]": _split,
    },
    "Matcher": {
        "find()boolean": Matcher.find,
        "matches()boolean": Matcher.whole,
        "lookingAt()boolean": Matcher.start_of,
        "group()String": Matcher.group,
        "group(int)String": Matcher.group,
        "namedGroup(String)String": Matcher.named,
        "groupCount()int": lambda matcher: len(matcher.pattern.names),
        "start()int": lambda matcher: matcher.place(0),
        "start(int)int": lambda matcher, number: matcher.place(0, number),
        "end()int": lambda matcher: matcher.place(1),
        "end(int)int": lambda matcher, number: matcher.place(1, number),
        "reset()Matcher": Matcher.reset,
        "replaceAll(String)String": _replace,
        "replaceFirst(String)String": lambda matcher, text: _replace(matcher, text, 1),
        "pattern()Pattern": lambda matcher: matcher.pattern,
    },
}
SEQUENCE: Final[dict[str, Callable[..., Any]]] = {
    "replaceAll(Pattern,Function)String": _by_function,
    "replaceFirst(Pattern,Function)String": lambda text, pattern, work: _by_function(
        text, pattern, work, 1
    ),
}
STATIC: Final[dict[str, dict[str, Callable[..., Any]]]] = {
    "Matcher": {
        "quoteReplacement(String)String": lambda text: (
            given(text).replace("\\", "\\\\").replace("$", "\\$")
        )
    },
}
RECEIVERS: Final[dict[type, str]] = {Pattern: "Pattern", Matcher: "Matcher"}
MISSING: Final = (
    " hitEnd/0 requireEnd/0 region/2 regionStart/0 regionEnd/0 find/1 usePattern/1 hasAnchoringBounds/0 hasTransparentBounds/0 "
    "useAnchoringBounds/1 useTransparentBounds/1 asPredicate/0 splitAsStream/1 flags/0 "
)
live.name_class(Pattern, "java.util.regex.Pattern")
live.name_class(Matcher, "java.util.regex.Matcher")
as_text.name_text(Pattern, lambda pattern: pattern.text)
