"""
Regular expressions in scripts: ``=~``, ``==~``, and ``/x/.matcher(text)`` asked for ``find()`` or ``matches()``.

Patterns are Java's, translated and guarded like those of processors; one that the cluster might stop (see ``limits``) is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline import guard, regex
from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.painless import tree
from shipper.pipeline.painless.failures import ScriptFailure, missing
from shipper.pipeline.painless.parts import Base, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.regex import Translated


LIMITED: Final = "a regular expression that the cluster's limit (script.painless.regex.limit-factor) may stop, depending on the text"


class Matching(Base):
    """Translates matches."""

    def regex(self, node: tree.Regex) -> Value:
        """A pattern as a value, which only matches can use."""
        self.refuse("a regular expression but behind =~ and ==~", node.offset)

    def match(self, node: tree.Binary) -> Value:
        """``text =~ /pattern/``."""
        if not isinstance(node.right, tree.Regex):
            self.refuse("a match with what is no regular expression", node.right.offset)
        text = self.wanted(node.left, "String")
        return self.matches(text, node.right, whole=node.operator == "==~", offset=node.offset)

    def matcher(self, node: tree.Call) -> Value | None:
        """``/pattern/.matcher(text).find()``, if that is what is called."""
        inner = node.target
        if (
            node.name not in {"find", "matches"} or node.arguments or node.safe
            or not isinstance(inner, tree.Call) or inner.name != "matcher" or len(inner.arguments) != 1
            or not isinstance(inner.target, tree.Regex)
        ):  # fmt: skip
            return None
        text = self.wanted(inner.arguments[0], "CharSequence", internal=True)
        return self.matches(text, inner.target, whole=node.name == "matches", offset=node.offset)

    def matches(self, text: Value, pattern: tree.Regex, *, whole: bool, offset: int) -> Value:
        """The closure of a match."""
        compiled = self.compiled(pattern, whole=whole)
        work: Callable[[Any, str], Any] = guard.fullmatch if whole else guard.search
        run = text.run

        def match(frame: Any) -> bool:
            value = run(frame)
            if value is None:
                raise missing()
            try:
                return work(compiled, value) is not None
            except guard.TimedOut as late:
                raise ScriptFailure(str(late), "circuit_breaking_exception", foreign=True) from None

        return Value("boolean", match, offset)

    @staticmethod
    def compiled(node: tree.Regex, *, whole: bool) -> Any:
        """
        A pattern, ready to run.

        Raises:
            Invalid: Java would not compile it.
            Unsupported: the edge cannot do it, or the cluster might stop it.
        """
        from shipper.pipeline.painless.limits import bounded  # noqa: PLC0415 - few conditions have regular expressions
        from shipper.pipeline.regex import java  # noqa: PLC0415

        translated = Matching.pattern(node, unread=True)
        if not bounded(java.parse(node.pattern, "".join(sorted(node.flags))), whole=whole):
            raise Unsupported(LIMITED, node.offset)
        return regex.compile(translated)

    @staticmethod
    def pattern(node: tree.Regex, *, unread: bool = False) -> Translated:
        """
        A pattern in Python's words.

        Args:
            node: the pattern.
            unread: nobody asks what its groups have captured.

        Raises:
            Invalid: Java would not compile it.
            Unsupported: the edge cannot do it.
        """
        from shipper.pipeline.regex import java  # noqa: PLC0415

        flags = "".join(sorted(set(node.flags)))
        if len(flags) != len(node.flags):
            raise Invalid("a flag of a regular expression that stands there twice", node.offset)
        try:
            return java.translate(node.pattern, flags, unread=unread)
        except Invalid as error:
            raise Invalid(error.reason, node.offset + 1 + (error.offset or 0)) from None
        except Unsupported as error:
            raise Unsupported(error.reason, node.offset + 1 + (error.offset or 0)) from None
