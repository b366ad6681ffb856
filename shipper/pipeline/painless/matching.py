"""Regular expressions in scripts."""

from __future__ import annotations

from shipper.pipeline.painless import tree
from shipper.pipeline.painless.parts import Base, Value


class Matching(Base):
    """Translates ``=~`` and ``==~``."""

    def regex(self, node: tree.Regex) -> Value:
        """A pattern as a value."""
        self.refuse("a regular expression here", node.offset)

    def match(self, node: tree.Binary) -> Value:
        """``text =~ /pattern/``."""
        self.refuse("a regular expression here", node.offset)
