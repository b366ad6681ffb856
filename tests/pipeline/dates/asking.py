"""Questions for both sides: what a text in a format comes to, and what is drawn for properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from shipper.pipeline.dates import ROOT, UTC, Unparsable, formatter, locale, parser, zone
from shipper.pipeline.dates.letters import LETTERS
from shipper.pipeline.failure import Failure, Invalid, Unsupported

if TYPE_CHECKING:
    from tests.pipeline.dates.oracle import Question

OUTPUT = "uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX"
REFUSED = "refused"
FAILED = "!"
ZONES = (
    "",
    "UTC",
    "Europe/Berlin",
    "-03:30",
    "America/New_York",
    "Asia/Kolkata",
    "UTC+2",
    "Australia/Lord_Howe",
    "Z",
)
LOCALES = ("", "en", "en-GB", "en-US", "en-AU", "en-CA", "en-IE", "root", "en_IN")


def edge(flavour: str, question: Question) -> str:
    """Ours: ``=`` and the result, ``!``, or ``refused``."""
    where, language, pattern, year, output, text = question
    try:
        chosen = zone(where) if where else UTC
        moment = parser(pattern, chosen, locale(language) if language else ROOT, flavour)(
            text, year
        )
        return "=" + formatter(output, flavour)(moment)
    except Invalid:
        return FAILED
    except Unsupported:
        return REFUSED
    except (Unparsable, Failure):
        return FAILED


def same(ours: str, theirs: str) -> bool:
    """Whether both are equal, or failures of whatever words."""
    return ours == theirs or (ours[0] == theirs[0] == FAILED)


def _letters() -> st.SearchStrategy[str]:
    def counted(name: str) -> st.SearchStrategy[str]:
        counts = LETTERS[name].counts or (1, 2, 3, 4, 5, 9)
        return st.sampled_from(counts).map(lambda count: name * count)

    often = "yyyuMMddHHmmssSSXZE"
    return st.sampled_from([*LETTERS, *often]).flatmap(counted)


_BETWEEN = ("-", "/", ":", " ", ".", ",", "'T'", "''", "'at'", "_", "", "", "")


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Patterns that are right, mostly; some with parts that may be missing, some padded."""
    found, depth = [], 0
    for _ in range(draw(st.integers(1, 8))):
        if draw(st.integers(0, 12)) == 0:
            found.append("[")
            depth += 1
        if draw(st.integers(0, 30)) == 0:
            found.append("p" * draw(st.integers(1, 5)))
        found.append(draw(_letters()))
        found.append(draw(st.sampled_from(_BETWEEN)))
        if depth and draw(st.booleans()):
            found.append("]")
            depth -= 1
    return "".join(found) + "]" * depth


seconds = st.one_of(
    st.integers(0, 2_000_000_000),
    st.integers(-62_000_000_000, 253_000_000_000),
    st.integers(1_711_839_600, 1_711_854_000),  # around a gap
)
nanos = st.one_of(
    st.just(0),
    st.integers(0, 999).map(lambda milli: milli * 1_000_000),
    st.integers(0, 999_999_999),
)


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """A text, now and then with one character more, less or other."""
    if not text or draw(st.booleans()):
        return text
    place = draw(st.integers(0, len(text) - 1))
    new = draw(st.sampled_from("0123456789+-:ZT. aAPM"))
    kind = draw(st.sampled_from(("more", "less", "other")))
    return text[:place] + (new if kind != "less" else "") + text[place + (kind != "more") :]
