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

from shipper.config import masking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.rig.node import Node
    from tests.cluster.rig.shared import Shared

_PRODUCTS = ("opensearch", "elasticsearch")
_FIXTURES = {
    "opensearch",
    "elasticsearch",
    "node",
    "start_node",
    "secure_opensearch",
    "secure_elasticsearch",
}


@pytest.fixture(autouse=True)
def _no_secrets_of_others() -> Iterator[None]:
    """Secrets are registered for the whole process; a test must not see those of another."""
    masking.clear_secrets()
    yield
    masking.clear_secrets()


def pytest_addoption(parser: pytest.Parser) -> None:
    for product in _PRODUCTS:
        parser.addoption(
            f"--{product}", metavar="VERSION", help=f"version of the {product} nodes to test with"
        )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--opensearch"):
        from tests.parity import agents  # noqa: PLC0415 - other tests need no rig

        agents.version = config.getoption("--opensearch")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs a node, so that ``-m "not cluster"`` leaves out just that."""
    for item in items:
        if _FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.cluster)


_SHARED = pytest.StashKey["Shared"]()


def _shared_nodes(config: pytest.Config, factory: pytest.TempPathFactory) -> Shared:
    """What the processes of this run have in common."""
    if _SHARED not in config.stash:
        from tests.cluster.rig.shared import Shared  # noqa: PLC0415 - other tests need no rig

        folder = factory.getbasetemp()
        config.stash[_SHARED] = Shared(folder.parent if hasattr(config, "workerinput") else folder)
    return config.stash[_SHARED]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _SHARED in session.config.stash:
        session.config.stash[_SHARED].close()


def _start(node: Node) -> None:
    from tests.cluster.rig.java import RigMissingError  # noqa: PLC0415 - other tests need no rig

    try:
        node.start()
    except RigMissingError as missing:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"a skip would be a failure here: {missing}")
        pytest.skip(str(missing))


def _plain(product: str, config: pytest.Config, factory: pytest.TempPathFactory) -> Iterator[Node]:
    from tests.cluster.rig.node import Node  # noqa: PLC0415

    def make() -> Node:
        node = Node(product, config.getoption(product) or "", given=given)
        _start(node)
        return node

    given = os.environ.get(f"SHIPPER_TEST_{product.upper()}")
    with _shared_nodes(config, factory).use(product, make) as node:
        yield node


@pytest.fixture(scope="session")
def opensearch(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """The OpenSearch node of this run."""
    yield from _plain("opensearch", pytestconfig, tmp_path_factory)


@pytest.fixture(scope="session")
def elasticsearch(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """The Elasticsearch node of this run."""
    yield from _plain("elasticsearch", pytestconfig, tmp_path_factory)


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


def _secure(product: str, config: pytest.Config, factory: pytest.TempPathFactory) -> Iterator[Node]:
    from tests.cluster.rig.secure import SecureNode  # noqa: PLC0415

    def make() -> Node:
        node = SecureNode(product, config.getoption(product) or "")
        _start(node)
        return node

    with _shared_nodes(config, factory).use(f"secure-{product}", make) as node:
        yield node


@pytest.fixture(scope="session")
def secure_opensearch(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """OpenSearch with TLS by a private authority, users and roles."""
    yield from _secure("opensearch", pytestconfig, tmp_path_factory)


@pytest.fixture(scope="session")
def secure_elasticsearch(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """Elasticsearch with TLS by a private authority, users, roles and API keys."""
    yield from _secure("elasticsearch", pytestconfig, tmp_path_factory)


@pytest.fixture
def stream_name() -> str:
    """A data stream name that no other test uses: ``logs-t<random>-default``."""
    return f"logs-t{secrets.token_hex(4)}-default"
