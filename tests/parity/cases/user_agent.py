"""Cases of ``user_agent``."""

from __future__ import annotations

from tests.parity.case import Case

CASES = [Case(option="field", processor={"user_agent": {"field": "a"}}, document={"a": "x"})]
