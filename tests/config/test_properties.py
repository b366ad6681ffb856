"""Whatever stands in the file, a load ends in settings or in a ConfigError with places."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shipper.config import keys, load
from shipper.config.settings import Settings
from shipper.errors import ConfigError

PLACE = re.compile(r"(.+:\d+:\d+): .+", re.DOTALL)
BASE = "inputs: [{id: a, paths: [x.log]}]\noutput.local.path: o.db\n"
NAMES = sorted(
    {
        *keys.flat(keys.TOP),
        *keys.flat(keys.INPUT),
        *(name for parser in keys.PARSERS.values() for name in keys.flat(parser)),
    }
)

_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["5s", "10MiB", "${HOME}", "${X:-1}", "${file:/dev/null}", "[", "*.log", "0", "-1", ".inf", "1e999", "~"]),
)  # fmt: skip
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), inner, max_size=4),
    ),
    max_leaves=12,
)


def outcome(data: bytes, *overrides: str) -> None:
    """Load ``data``; anything but settings or a ConfigError that tells places fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.yml"
        file.write_bytes(data)
        problems: list[str] = []
        try:
            result: Settings | None = load(file, overrides)
        except ConfigError as error:
            problems = error.problems
            result = None
    assert problems or (isinstance(result, Settings) and repr(result))
    for problem in problems:
        assert PLACE.match(problem), problem
        assert problem.isprintable(), problem


def written(value: object) -> str:
    """``value`` as YAML's flow style, strings both quoted and plain."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(k)}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'" if len(value) % 3 else value
    return "null" if value is None else str(value).lower()


@given(st.binary(max_size=300))
@example(b"\xff\xfeinputs")
@example(b"\xef\xbb\xbf" + BASE.encode())
@example(b"[" * 2000)
@example(b"{a: " * 2000)
@example(b"- " * 2000)
@example(b"? " * 100)
@example(b"a: &a [*a]")
@example(b"%YAML 9.9\n---\na: 1")
@example(b"\x00")
@example(b"a: !!binary x")
@example(b"fields." + b"a." * 5000 + b"b: 1\n" + BASE.encode())
@example(b"a: " + b"9" * 5000)
def test_any_bytes(data: bytes) -> None:
    """Bytes that are no configuration are told as such."""
    outcome(data)


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    """Text that is no configuration is told as such."""
    outcome(text.encode(errors="replace"))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), _values, st.booleans())
def test_any_value_of_any_key(name: str, value: object, in_input: bool) -> None:
    """Every key survives every value."""
    if in_input:
        text = f"inputs: [{{id: a, paths: [x.log], {name}: {written(value)}}}]\noutput.local.path: o.db\n"
    else:
        text = f"{BASE}{name}: {written(value)}\n"
    outcome(text.encode(errors="replace"))


@given(st.text(max_size=40))
@example("inputs=[1]")
@example("\ud800=\udfff")
@example("http.port=" + "[" * 500)
def test_any_override(text: str) -> None:
    """--set survives everything."""
    outcome(BASE.encode(), text)


@pytest.mark.parametrize(
    "pattern",
    [
        "(" * 500 + ")" * 500,
        "a{99999999999}",
        "(?P<a>x)(?P<a>y)",
        "[[:alpha:]",
        r"\p{L}",
        "(?<=a*)b",
    ],
)
def test_hostile_patterns(pattern: str) -> None:
    """A pattern that Python cannot compile is an error of the configuration."""
    outcome(
        f"inputs: [{{id: a, paths: [x.log], include_lines: ['{pattern}']}}]\noutput.local.path: o".encode()
    )
