"""The strict reader of a processor's options."""

from __future__ import annotations

from typing import Any

import pytest

from shipper.config.document import Mark, Problems, Table, parse
from shipper.pipeline.document import Document, Path
from shipper.pipeline.failure import Failure
from shipper.pipeline.options import Build, EdgeSettings, Options, plain


def _options(text: str, flavour: str = "elasticsearch") -> Options:
    node = parse(text, "p.yml", Problems())
    assert isinstance(node, Table)
    build = Build("p", EdgeSettings(flavour=flavour), lambda _name, _mark: None, lambda _node: None)
    return Options("set", node, Mark("p.yml", 1, 1), build)


def _troubles(options: Options) -> list[str]:
    return [str(trouble) for trouble in options.build.troubles]


def test_values_of_the_right_kind_are_read() -> None:
    options = _options(
        "{t: x, f: false, i: 5, s: '7', l: [a, b], m: {k: [1, null]}, p: a.b, n: null}"
    )

    assert options.text("t") == "x"
    assert options.flag("f") is False
    assert options.integer("i") == 5
    assert options.integer("s") == 7
    assert options.texts("l") == ["a", "b"]
    assert options.texts("t") == ["x"]
    assert options.value("m") == {"k": [1, None]}
    assert options.path("p") is Path.parse("a.b")
    assert options.text("n", "default") == "default"
    assert options.text("gone", None) is None
    options.finish()
    assert _troubles(options) == []


@pytest.mark.parametrize(
    ("method", "text", "problem"),
    [
        ("text", "{o: 5}", "property isn't a string"),
        ("text", "{o: [a]}", "found a list, expected a text"),
        ("text", "{o: null}", "required property is missing"),
        ("text", "{x: 1}", "required property is missing"),
        ("flag", "{o: 'true'}", "property isn't a boolean"),
        ("flag", "{o: 1}", "property isn't a boolean"),
        ("integer", "{o: x}", "cannot be converted to an int"),
        ("integer", "{o: true}", "cannot be converted to an int"),
        ("texts", "{o: [a, 1]}", "found 1 in the list, expected texts"),
        ("items", "{o: a}", "property isn't a list"),
        ("table", "{o: a}", "property isn't a map"),
        ("template", "{o: '{{a'}", "not a mustache template"),
        ("path", "{o: '{{a'}", "not a mustache template"),
        ("step", "{x: 1}", "required property is missing"),
    ],
)
def test_values_of_the_wrong_kind_are_named_with_their_place(
    method: str, text: str, problem: str
) -> None:
    options = _options(text)

    getattr(options, method)("o")

    (told,) = _troubles(options)
    assert told.startswith("p.yml:1:5: set.o: " if "{o" in text else "p.yml:1:1: set.o: ")
    assert problem in told


def test_what_nobody_reads_is_unknown() -> None:
    options = _options("{field: a, valeu: 1, zzz: 2}")
    options.text("field")
    options.value("value", None)

    options.finish(("tag",))

    assert _troubles(options) == [
        "p.yml:1:12: set: unknown option 'valeu'; did you mean 'value'?",
        "p.yml:1:22: set: unknown option 'zzz'; set has none of that name",
    ]


def test_an_option_of_the_other_product_is_wrong() -> None:
    options = _options("{copy_from: a}", "opensearch")

    options.only("elasticsearch", "copy_from", "media_type")
    options.finish()

    assert len(_troubles(options)) == 1
    assert "an option of Elasticsearch; pipeline.flavour is opensearch" in _troubles(options)[0]


def test_a_place_inside_a_text_is_told() -> None:
    options = _options('{if: "a\\nbc d"}')

    options.refuse("if", "no", offset=4)

    assert _troubles(options) == [
        "p.yml:1:6: set.if: no (line 2, column 3 of the text); run it in the cluster (run: cluster)"
    ]


def test_a_templated_path_is_made_for_each_document() -> None:
    path: Any = _options("{o: 'a.{{k}}'}").path("o")

    assert path.resolve(Document({"k": "x"})) is Path.parse("a.x")
    assert path.resolve(Document({"k": "y"})) is Path.parse("a.y")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("''", "path cannot be null nor empty"),
        ("'.'", "Index -1 out of bounds for length 0"),
        ("'_source.'", "path [_source.] is not valid"),
    ],
)
def test_an_impossible_path_fails_when_it_runs_and_not_before(text: str, reason: str) -> None:
    options = _options(f"{{o: {text}}}")

    path: Any = options.path("o")

    assert _troubles(options) == []
    with pytest.raises(Failure) as caught:
        path.resolve(Document({})).set(Document({}), 1)
    assert caught.value.reason == reason


def test_nodes_become_plain_values() -> None:
    node = parse("{a: [1, {b: null}], c: 'x'}", "p", Problems())

    assert node is not None
    assert plain(node) == {"a": [1, {"b": None}], "c": "x"}
