"""
Fixtures for everybody: real nodes, started when the first test asks for one.

``opensearch`` and ``elasticsearch`` are shared by a whole run: give every test a data stream of its own name
(``stream_name``). ``SHIPPER_TEST_OPENSEARCH`` and ``SHIPPER_TEST_ELASTICSEARCH`` name nodes to use instead.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.rig.node import Node

_PRODUCTS = ("opensearch", "elasticsearch")
_FIXTURES = {
    "opensearch",
    "elasticsearch",
    "node",
    "start_node",
    "secure_opensearch",
    "secure_elasticsearch",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    for product in _PRODUCTS:
        parser.addoption(
            f"--{product}", metavar="VERSION", help=f"version of the {product} nodes to test with"
        )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a node, and keeps the tests of one shared node in one process."""
    for item in items:
        wanted = _FIXTURES.intersection(getattr(item, "fixturenames", ()))
        if wanted or item.get_closest_marker("cluster"):
            item.add_marker(pytest.mark.cluster)
            parameters = getattr(getattr(item, "callspec", None), "params", {})
            shared = sorted((wanted - {"node", "start_node"}) | {parameters.get("node", "")} - {""})
            if shared:
                item.add_marker(pytest.mark.xdist_group(shared[0]))


def _start(node: Node) -> None:
    from tests.cluster.rig.java import RigMissingError  # noqa: PLC0415 - other tests need no rig

    try:
        node.start()
    except RigMissingError as missing:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"a skip would be a failure here: {missing}")
        pytest.skip(str(missing))


def _shared(product: str, config: pytest.Config) -> Iterator[Node]:
    from tests.cluster.rig.node import Node  # noqa: PLC0415

    given = os.environ.get(f"SHIPPER_TEST_{product.upper()}")
    node = Node(product, config.getoption(product) or "", given=given)
    _start(node)
    yield node
    node.close()


@pytest.fixture(scope="session")
def opensearch(pytestconfig: pytest.Config) -> Iterator[Node]:
    """The OpenSearch node of this run."""
    yield from _shared("opensearch", pytestconfig)


@pytest.fixture(scope="session")
def elasticsearch(pytestconfig: pytest.Config) -> Iterator[Node]:
    """The Elasticsearch node of this run."""
    yield from _shared("elasticsearch", pytestconfig)


@pytest.fixture(params=_PRODUCTS)
def node(request: pytest.FixtureRequest) -> Node:
    """Each product's shared node in turn."""
    shared: Node = request.getfixturevalue(request.param)
    return shared


@pytest.fixture
def start_node(pytestconfig: pytest.Config) -> Iterator[Callable[..., Node]]:
    """
    Starts a node for one test: ``start_node("opensearch", **{"thread_pool.write.size": 1})``.

    It keeps its port and data over ``.stop()``, ``.kill()`` and ``.start()``, and is gone after the test.
    """
    from tests.cluster.rig.node import Node  # noqa: PLC0415

    started: list[Node] = []

    def start(product: str, *, heap: str = "512m", **settings: Any) -> Node:
        written = {key: str(value) for key, value in settings.items()}
        node = Node(product, pytestconfig.getoption(product) or "", settings=written, heap=heap)
        started.append(node)
        _start(node)
        return node

    yield start
    for node in started:
        node.close()


def _secure(product: str, config: pytest.Config) -> Iterator[Node]:
    from tests.cluster.rig.secure import SecureNode  # noqa: PLC0415

    node = SecureNode(product, config.getoption(product) or "")
    _start(node)
    yield node
    node.close()


@pytest.fixture(scope="session")
def secure_opensearch(pytestconfig: pytest.Config) -> Iterator[Node]:
    """OpenSearch with TLS by a private authority, users and roles."""
    yield from _secure("opensearch", pytestconfig)


@pytest.fixture(scope="session")
def secure_elasticsearch(pytestconfig: pytest.Config) -> Iterator[Node]:
    """Elasticsearch with TLS by a private authority, users, roles and API keys."""
    yield from _secure("elasticsearch", pytestconfig)


@pytest.fixture
def stream_name() -> str:
    """A data stream name that no other test uses: ``logs-t<random>-default``."""
    return f"logs-t{secrets.token_hex(4)}-default"
