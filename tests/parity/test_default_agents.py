"""
The default list of ``user_agent`` against the node's own, for what most browsers send.

They are of different releases of uap-core, so that they may differ; where they do is listed here, each with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.parity.edge import edge
from tests.parity.rig import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.cluster.rig.node import Node

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
_LINUX = "Mozilla/5.0 (X11; Linux x86_64)"
_ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)"
_IPAD = "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X)"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"

ALIKE = (
    f"{_WINDOWS} {_BLINK} Chrome/142.0.0.0 Safari/537.36",
    f"{_MAC} {_BLINK} Chrome/141.0.0.0 Safari/537.36",
    f"{_LINUX} {_BLINK} Chrome/140.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Windows NT 6.1; WOW64) {_BLINK} Chrome/109.0.5414.120 Safari/537.36",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_BLINK} Chrome/138.0.0.0 Safari/537.36",
    f"{_ANDROID} {_BLINK} Chrome/142.0.0.0 Mobile Safari/537.36",
    f"{_ANDROID} {_BLINK} Chrome/141.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 13; SM-S911B) {_BLINK} Chrome/112.0.5615.135 Mobile Safari/537.36",
    f"{_IPHONE} {_WEBKIT} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1",
    f"{_WINDOWS} {_BLINK} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    f"{_MAC} {_BLINK} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    f"{_ANDROID} {_BLINK} Chrome/142.0.0.0 Mobile Safari/537.36 EdgA/142.0.0.0",
    f"{_IPHONE} {_WEBKIT} Version/18.0 EdgiOS/142.0.3595.66 Mobile/15E148 Safari/605.1.15",
    f"{_MAC} {_WEBKIT} Version/18.1 Safari/605.1.15",
    f"{_IPHONE} {_WEBKIT} Version/18.1 Mobile/15E148 Safari/604.1",
    f"{_IPAD} {_WEBKIT} Version/17.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1",
    f"{_IPHONE} {_WEBKIT} FxiOS/144.0 Mobile/15E148 Safari/605.1.15",
    f"{_WINDOWS} {_BLINK} Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0",
    f"{_ANDROID} {_BLINK} Chrome/139.0.0.0 Mobile Safari/537.36 OPR/92.0.0.0",
    f"{_ANDROID} {_BLINK} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
    f"{_WINDOWS} {_BLINK} Chrome/138.0.0.0 YaBrowser/25.8.0.0 Safari/537.36",
    f"{_WINDOWS} {_BLINK} Chrome/140.0.0.0 Safari/537.36 Vivaldi/7.6.3797.52",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)",
    f"{_IPHONE} {_WEBKIT} Mobile/15E148 Instagram 350.0.0.20.95 (iPhone14,5; iOS 18_1; de_DE; de; scale=3.00; 1170x2532; 650000000)",
    f"{_LINUX} {_BLINK} HeadlessChrome/130.0.6723.58 Safari/537.36",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "curl/8.11.1",
    "Wget/1.21.4",
    "python-requests/2.32.3",
    "Go-http-client/2.0",
    "okhttp/4.12.0",
    "Apache-HttpClient/4.5.14 (Java/17.0.9)",
    f"{_ANDROID} {_BLINK} Chrome/142.0.7444.102 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/532.0.0.55.71;]",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.6668.70 Mobile Safari/537.36",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
)

_POINT = "its older pattern takes nothing for the third number, and the version ends with a point"
_LATER = "the node's list is from before it was known"
_GROUPS = "clusters fill in $1 alone"
_MODEL = "the newer list spells the maker out"
DIFFERENT: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    f"{_WINDOWS[:-1]}; rv:144.0) Gecko/20100101 Firefox/144.0": (_POINT, {"version": "144.0."}, {"version": "144.0"}),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0": (
        _POINT, {"version": "144.0."}, {"version": "144.0"},
    ),
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0": (
        _POINT, {"version": "115.0."}, {"version": "115.0"},
    ),
    "Java/17.0.2": ("its older pattern knows Java 1.x alone", {"version": "0.2."}, {"version": "17.0.2"}),
    "PostmanRuntime/7.43.0": (_LATER, {"name": "Other", "version": None}, {"name": "PostmanRuntime", "version": "7.43.0"}),
    "MyApp/1.2.3 CFNetwork/1408.0.4 Darwin/22.5.0": (
        _LATER, {"os": {"name": "iOS"}}, {"os": {"name": "iOS", "version": "16.5", "full": "iOS 16.5"}},
    ),
    f"Mozilla/5.0 (Linux; Android 12; moto g(60)) {_BLINK} Chrome/118.0.0.0 Mobile Safari/537.36": (
        _MODEL, {"device": {"name": "moto g(60)"}}, {"device": {"name": "Motorola g(60)"}},
    ),
    f"Mozilla/5.0 (Linux; Android 9; HUAWEI-TAG-L21 Build/X) {_BLINK} Chrome/70.0.3538.110 Mobile Safari/537.36": (
        _GROUPS, {"device": {"name": "HUAWEI-$2"}}, {"device": {"name": "HUAWEI-TAG-L21"}},
    ),
}  # fmt: skip


def test_what_most_browsers_send_is_the_same(opensearch: Node) -> None:
    theirs, ours = _both(opensearch, ALIKE)
    assert theirs == ours
    assert len(ALIKE) == 40
    assert [found["original"] for found in ours if found["name"] == "Other"] == []


@pytest.mark.parametrize("agent", DIFFERENT)
def test_known_differences(opensearch: Node, agent: str) -> None:
    """Nothing else differs; and one that is gone is to be gone here, too."""
    reason, at_the_node, here = DIFFERENT[agent]
    (theirs,), (ours,) = _both(opensearch, [agent])
    different = {key for key in {*theirs, *ours} if theirs.get(key) != ours.get(key)}
    assert different == {*at_the_node}, reason
    assert {key: theirs.get(key) for key in different} == at_the_node, reason
    assert {key: ours.get(key) for key in different} == here, reason


def _both(node: Node, agents: Sequence[str]) -> tuple[list[dict[str, Any]], ...]:
    """What the node and the default list make of agents."""
    pipeline = {"processors": [{"user_agent": {"field": "a"}}]}
    documents = [{"a": agent} for agent in agents]
    default = {"user_agent_directory": None}
    both = simulate(node, pipeline, documents), edge(pipeline, documents, settings=default)
    return tuple([outcome.source["user_agent"] for outcome in outcomes] for outcomes in both)
