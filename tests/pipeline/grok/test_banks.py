"""Each name of each bank against the product's own library, on texts made from its pattern and from ours."""

from __future__ import annotations

import os
import random
import re
from typing import TYPE_CHECKING, Any

import pytest

from shipper.pipeline import grok, guard
from shipper.pipeline.failure import Failure, Invalid, Unsupported
from shipper.pipeline.grok.banks import names
from shipper.pipeline.grok.banks.notation import spell
from shipper.pipeline.grok.expand import REFERENCE, Bank
from shipper.pipeline.guard import TimedOut
from shipper.pipeline.regex import oniguruma
from shipper.pipeline.values import utf16_length
from tests.pipeline.grok.oracle import Oracle, OracleError, classed
from tests.pipeline.grok.strings import Generator, mutate

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.cluster

BANKS = [("opensearch", "legacy"), ("elasticsearch", "legacy"), ("elasticsearch", "ecs-v1")]
EACH_BANK = pytest.mark.parametrize(
    ("product", "bank"), BANKS, ids=["-".join(pair) for pair in BANKS]
)
CHUNKS = 6
TEXTS = int(os.environ.get("SHIPPER_GROK_TEXTS", "5"))  # for each name and surrounding
SEED = int(os.environ.get("SHIPPER_GROK_SEED", "20"))

# What is around a name: nothing, what takes all that is left, itself, letters, a digit that it might give back, and
# ends in an order of our choosing, which shows the order in which the name itself tries them.
SURROUNDINGS: tuple[tuple[str, str], ...] = (
    ("^%{{{0}:a}}$", "{0}"),
    ("%{{{0}:a}}%{{GREEDYDATA:b}}", "{0}{2}"),
    ("%{{{0}:a}} %{{{0}:b}}", "{0} {1}"),
    ("a%{{{0}:b}}c", "a{0}c"),
    ("%{{{0}:a}}%{{INT:b}}?", "{0}{2}"),
    ("%{{{0}:a}}%{{DATA:b}}%{{{0}:c}}", "{0}{2}{1}"),
    ("%{{{0}:a}}(?<b>.{{1}}|.{{3}}|.{{2}}|.{{0}}|.{{5}})$", "{0}{2}"),
    ("%{{{0}}}%{{USER:b}}", "{0}{2}"),
)  # fmt: skip
NO_NUMBER = "NumberFormatException"
TAILS = ("", "", " ", "1", "-3", "x", "ab", "12:34", "f.", ":80")


@EACH_BANK
def test_the_names_are_the_clusters(product: str, bank: str, ask: Callable[[str], Oracle]) -> None:
    assert sorted(ask(product).bank(bank)) == list(names(bank, product))


@EACH_BANK
def test_a_name_refers_to_what_the_clusters_name_refers_to(
    product: str, bank: str, ask: Callable[[str], Oracle]
) -> None:
    """So a user's definition that replaces a standard name changes the same names here and there."""
    theirs, ours = ask(product).bank(bank), names(bank, product)
    cut = {"S3_ACCESS_LOG"} if bank == "ecs-v1" else set()  # spoilt there: neither compiles
    differing = {
        name: set(_references(text)) ^ set(_references(ours[name]))
        for name, text in theirs.items()
        if name not in cut and set(_references(text)) != set(_references(ours[name]))
    }
    assert not differing


def _references(text: str) -> list[str]:
    return [found["name"] for found in REFERENCE.finditer(text)]


@EACH_BANK
def test_a_name_that_the_cluster_cannot_compile_is_wrong_here(
    product: str, bank: str, ask: Callable[[str], Oracle]
) -> None:
    refused = set()
    for name in names(bank, product):
        try:
            ask(product).match(bank, f"%{{{name}:a}}", ["x"])
        except OracleError:
            refused.add(name)
            with pytest.raises(Invalid):
                grok.compile([f"%{{{name}:a}}"], {}, bank, product)
        else:
            grok.compile([f"%{{{name}:a}}"], {}, bank, product)
    assert len(refused) == (8 if bank == "ecs-v1" else 0)


@pytest.mark.slow
@EACH_BANK
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_name_matches_what_the_clusters_name_matches(
    product: str, bank: str, chunk: int, ask: Callable[[str], Oracle]
) -> None:
    theirs = ask(product).bank(bank)
    library = Bank(bank, product, {})
    wrong: list[str] = []
    never: list[str] = []
    for name in sorted(theirs)[chunk::CHUNKS]:
        rng = random.Random(f"{SEED}{product}{bank}{name}")
        generators = _generators(name, library, theirs, rng)
        if generators is None:
            continue
        matched = 0
        for surrounding in [SURROUNDINGS[0], *rng.sample(SURROUNDINGS[1:], 2)]:
            pattern = surrounding[0].format(name)
            texts = [
                _text(surrounding[1], generators[number % 2], rng, odd=number % 3 == 2)
                for number in range(TEXTS)
            ]
            answers = ask(product).match(bank, pattern, texts)
            compiled = grok.compile([pattern], {}, bank, product)
            for text, answer in zip(texts, answers, strict=True):
                if isinstance(answer, str):  # the cluster itself gives up on it
                    continue
                matched += answer is not None
                try:
                    found = _found(compiled, text)
                except TimedOut:  # the edge gives a match a tenth of the cluster's time
                    continue
                if answer and isinstance(answer[2], str):
                    answer[2] = answer[2].partition(":")[0]  # Java words the rest
                if found != answer:
                    wrong.append(f"{pattern} on {text!r}:\n  {found}\n  cluster: {answer}")
        if not matched:
            never.append(name)
    assert not wrong, "\n".join(wrong[:10])
    assert len(never) <= 2, never


def _generators(
    name: str, library: Bank, theirs: dict[str, str], rng: random.Random
) -> list[Generator] | None:
    """One for our text and one for the cluster's; None for a name that neither can compile."""
    foreign = Bank("legacy", "opensearch", {})
    foreign._standard = theirs
    found = []
    for bank in (library, foreign):
        try:
            translated = oniguruma.translate(f"(?<a>{bank.expand(f'%{{{name}}}').text})")
        except Unsupported:
            return None
        pattern, flags = translated.ascii or (translated.pattern, translated.flags)
        found.append(Generator(pattern, flags, rng))
    return found


def _text(frame: str, generator: Generator, rng: random.Random, *, odd: bool) -> str:
    text = frame.format(generator.text(), generator.text(), rng.choice(TAILS))
    # The products' tables of letters are of different Unicode versions: rare letters are no matter of grok.
    text = re.sub("[^\0-\u02ff€😀]", "é", text)
    return mutate(text, rng) if odd else text


def _found(compiled: grok.Grok, text: str) -> Any:
    match = guard.search(compiled.compiled, text)
    if match is None:
        return None
    try:
        result = compiled.match(text)
        assert result
        fields: Any = {name: classed(value) for name, value in result[0].items()}
    except Failure:
        fields = NO_NUMBER
    return [utf16_length(text[: match.start()]), utf16_length(text[: match.end()]), fields]


def test_the_shorthand_of_the_banks() -> None:
    keys = {"src": "IP source.ip", "plain": "WORD"}
    assert spell("<INT>/<INT port>/<INT port int>") == "%{INT}/%{INT:port}/%{INT:port:int}"
    assert spell("<src> <plain>", keys) == "%{IP:source.ip} %{WORD}"
    assert spell("<-|src> <INT a int|->", keys) == "(?:-|%{IP:source.ip}) (?:%{INT:a:int}|-)"
    assert spell("(?<name>x)<=<src?>(?<!\\d)<other>?<src>", keys | {"name": "X"}) == (
        "(?<name>x)<=<src?>(?<!\\d)%{other}?%{IP:source.ip}"
    )
