"""
Cases of ``geoip``, all by hand from Elasticsearch's manual: the rig's OpenSearch has no such processor.

The databases are made here, of networks that are reserved for documentation.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("geoip")


def _names(text: str, german: str = "") -> dict[str, Any]:
    return {"names": {"en": text} | ({"de": german} if german else {})}


LINKOEPING: dict[str, Any] = {
    "city": _names("Linköping", "Linköping"),
    "continent": {"code": "EU", **_names("Europe", "Europa")},
    "country": {"iso_code": "SE", "is_in_european_union": True, **_names("Sweden", "Schweden")},
    "registered_country": {"iso_code": "DE", "is_in_european_union": True, **_names("Germany")},
    "location": {"latitude": 58.4167, "longitude": 15.6167, "time_zone": "Europe/Stockholm", "accuracy_radius": 76},
    "postal": {"code": "582 00"},
    "subdivisions": [{"iso_code": "E", **_names("Östergötland County")}],
}  # fmt: skip
OXFORD: dict[str, Any] = {
    "city": _names("Oxford"),
    "continent": {"code": "EU", **_names("Europe")},
    "country": {"iso_code": "GB", **_names("United Kingdom")},
    "registered_country": {"iso_code": "GB", **_names("United Kingdom")},
    "location": {"latitude": 51.75, "longitude": -1.25, "time_zone": "Europe/London", "accuracy_radius": 10},
    "subdivisions": [{"iso_code": "ENG", **_names("England")}, {"iso_code": "OXF", **_names("Oxfordshire")}],
}  # fmt: skip
SEA: dict[str, Any] = {"continent": {"code": "AN", **_names("Antarctica")}}
HALF: dict[str, Any] = {
    "country": {"iso_code": "JP", "names": {"de": "Japan"}},
    "location": {"latitude": 35.5},
    "subdivisions": [_names("Kantō")],
}

SWEDEN = {
    "continent_name": "Europe", "country_name": "Sweden", "country_iso_code": "SE", "region_iso_code": "SE-E",
    "region_name": "Östergötland County", "city_name": "Linköping", "location": {"lat": 58.4167, "lon": 15.6167},
}  # fmt: skip
BRITAIN = {
    "continent_name": "Europe", "country_name": "United Kingdom", "country_iso_code": "GB", "region_iso_code": "GB-OXF",
    "region_name": "Oxfordshire", "city_name": "Oxford", "location": {"lat": 51.75, "lon": -1.25},
}  # fmt: skip
ICE = {"continent_name": "Antarctica"}
JAPAN = {"country_iso_code": "JP", "region_name": "Kantō"}
NETWORKS = {
    "192.0.2.0/25": LINKOEPING, "192.0.2.128/26": OXFORD, "198.51.100.0/24": SEA, "203.0.113.0/24": HALF,
    "2001:db8:1::/48": LINKOEPING, "2001:db8:2::/48": OXFORD,
}  # fmt: skip
KNOWN: dict[str, Any] = {
    "192.0.2.0": SWEDEN, "192.0.2.7": SWEDEN, "192.0.2.127": SWEDEN, "192.0.2.128": BRITAIN, "192.0.2.191": BRITAIN,
    "198.51.100.200": ICE, "203.0.113.1": JAPAN, "2001:db8:1::1": SWEDEN, "2001:DB8:1:0:0:0:0:2": SWEDEN,
    "2001:db8:2:ffff::": BRITAIN, "::ffff:192.0.2.9": SWEDEN,
}  # fmt: skip
UNKNOWN = ("192.0.2.192", "10.0.0.1", "127.0.0.1", "::1", "fe80::1", "255.255.255.255", "0.0.0.0", "2001:db8:3::1")  # fmt: skip
BROKEN = ("", " ", "x", "192.0.2", "192.0.2.256", "192.0.2.07", "192.0.2.7 ", "192.0.2.7:80", "2001:db8::1::2", "fe80::1%eth0", "1.2.3.4/8", "٣.1.1.1")  # fmt: skip


@cache
def folder() -> str:
    """A folder with databases; gone when the tests are."""
    from mmdb_writer import MMDBWriter  # noqa: PLC0415 - only for these cases
    from netaddr import IPSet  # noqa: PLC0415

    target = Path(tempfile.mkdtemp(prefix="shipper-geoip-"))
    atexit.register(shutil.rmtree, target, ignore_errors=True)

    def write(name: str, kind: str, networks: dict[str, Any], version: int = 6) -> None:
        writer = MMDBWriter(
            ip_version=version, database_type=kind, ipv4_compatible=version == 6, languages=["en"],
            int_type="u32", float_type="f64",
        )  # fmt: skip
        for network, record in networks.items():
            if version == 6 or ":" not in network:
                writer.insert_network(IPSet([network]), record)
        writer.to_db_file(str(target / name))

    write("GeoLite2-City.mmdb", "GeoLite2-City", NETWORKS)
    write("small.mmdb", "GeoLite2-City", NETWORKS, 4)
    countries = {
        network: {
            key: record[key]
            for key in ("continent", "country", "registered_country")
            if key in record
        }
        for network, record in NETWORKS.items()
    }
    write("GeoLite2-Country.mmdb", "GeoLite2-Country", countries)
    asn = {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Ö"}
    large = {"autonomous_system_number": 4200000000}
    write(
        "GeoLite2-ASN.mmdb",
        "GeoLite2-ASN",
        {"192.0.2.0/25": asn, "2001:db8:1::/48": asn, "203.0.113.0/24": large},
    )
    write(
        "types.mmdb", "GeoIP2-Connection-Type", {"192.0.2.0/25": {"connection_type": "Cable/DSL"}}
    )
    (target / "broken.mmdb").write_bytes(b"no database")
    return str(target)


def _case(
    option: str, options: dict[str, Any], document: dict[str, Any], expected: Any, **more: Any
) -> Case:
    settings = {"geoip_directory": folder()}
    return Case(
        option=option, processor={"geoip": options}, document=document, expected=expected, oracle="manual", page=PAGE,
        settings=settings, **more,
    )  # fmt: skip


def _not_an_address(text: str) -> Failed:
    return Failed(f"'{text}' is not an IP string literal.")


def _field() -> list[Case]:
    cases = [
        _case("field", {"field": "ip"}, {"ip": address}, {"ip": address, "geoip": expected})
        for address, expected in KNOWN.items()
    ]
    cases += [_case("field", {"field": "ip"}, {"ip": text}, {"ip": text}) for text in UNKNOWN]
    cases += [
        _case("field", {"field": "ip"}, {"ip": text}, _not_an_address(text)) for text in BROKEN
    ]
    kind = Failed("field [ip] should contain only string or array of strings")
    cases += [
        _case("field", {"field": "ip"}, {"ip": value}, kind)
        for value in (1, 1.5, True, {}, {"a": "192.0.2.7"})
    ]
    missing = Failed("field [ip] not present as part of path [ip]")
    null = Failed("field [ip] is null, cannot extract geoip information.")
    deep = {"source": {"ip": "192.0.2.7"}}
    cases += [
        _case("field", {"field": "ip"}, {}, missing),
        _case("field", {"field": "ip"}, {"ip": None}, null),
        _case("field", {"field": "source.ip"}, deep, deep | {"geoip": SWEDEN}),
        _case("field", {}, {"ip": "192.0.2.7"}, Invalid()),
    ]
    return cases


def _target_field() -> list[Case]:
    cases = []
    for address, expected in KNOWN.items():
        document = {"ip": address, "source": {"port": 1}}
        target = {"source": {"port": 1, "geo": expected}}
        cases.append(
            _case(
                "target_field",
                {"field": "ip", "target_field": "source.geo"},
                document,
                document | target,
            )
        )
        cases.append(
            _case(
                "target_field",
                {"field": "ip", "target_field": "ip"},
                {"ip": address},
                {"ip": expected},
            )
        )
    cases += [
        _case("target_field", {"field": "ip", "target_field": "a.b"}, {"ip": text}, {"ip": text})
        for text in UNKNOWN
    ]
    failed = Failed(
        "cannot set [geo] with parent object of type [java.lang.String] as part of path [ip.geo]"
    )
    cases.append(
        _case(
            "target_field", {"field": "ip", "target_field": "ip.geo"}, {"ip": "192.0.2.7"}, failed
        )
    )
    return cases


def _database_file() -> list[Case]:
    asn = {"asn": 64496, "organization_name": "Example Ö"}
    expected: dict[str, dict[str, Any]] = {
        "GeoLite2-City.mmdb": {"192.0.2.7": SWEDEN, "2001:db8:2::": BRITAIN, "10.0.0.1": None},
        "small.mmdb": {"192.0.2.7": SWEDEN, "198.51.100.1": ICE, "2001:db8:2::": None, "10.0.0.1": None},
        "GeoLite2-Country.mmdb": {
            "192.0.2.7": {"continent_name": "Europe", "country_name": "Sweden", "country_iso_code": "SE"},
            "192.0.2.129": {"continent_name": "Europe", "country_name": "United Kingdom", "country_iso_code": "GB"},
            "198.51.100.1": ICE, "203.0.113.5": {"country_iso_code": "JP"}, "::1": None,
        },
        "GeoLite2-ASN.mmdb": {
            "192.0.2.7": asn | {"ip": "192.0.2.7", "network": "192.0.2.0/25"},
            "2001:DB8:1:0::0:1": asn | {"ip": "2001:db8:1::1", "network": "2001:db8:1::/48"},
            "203.0.113.9": {"ip": "203.0.113.9", "asn": 4200000000, "network": "203.0.113.0/24"},
            "198.51.100.1": None, "::ffff:192.0.2.1": asn | {"ip": "192.0.2.1", "network": "192.0.2.0/25"},
        },
    }  # fmt: skip
    cases = []
    for name, found in expected.items():
        for address, value in found.items():
            document = {"ip": address}
            wanted = document | ({"geoip": value} if value else {})
            cases.append(
                _case("database_file", {"field": "ip", "database_file": name}, document, wanted)
            )
        cases.append(
            _case(
                "database_file",
                {"field": "ip", "database_file": name},
                {"ip": "y"},
                _not_an_address("y"),
            )
        )
    there = "the database is not in `pipeline.geoip.database_directory`, or cannot be read"
    cases += [
        _case(
            "database_file",
            {"field": "ip", "database_file": name},
            {"ip": "192.0.2.7"},
            {},
            refused=there,
        )
        for name in ("GeoIP2-City.mmdb", "../GeoLite2-City.mmdb", "broken.mmdb", "")
    ]
    kind = "databases of other types than city, country and ASN"
    cases.append(
        _case(
            "database_file",
            {"field": "ip", "database_file": "types.mmdb"},
            {"ip": "192.0.2.7"},
            {},
            refused=kind,
        )
    )
    return cases


def _properties() -> list[Case]:
    values = {
        "ip": "192.0.2.7", "country_in_european_union": True, "country_iso_code": "SE", "continent_code": "EU",
        "country_name": "Sweden", "continent_name": "Europe", "registered_country_in_european_union": True,
        "registered_country_iso_code": "DE", "registered_country_name": "Germany", "region_iso_code": "SE-E",
        "region_name": "Östergötland County", "city_name": "Linköping", "timezone": "Europe/Stockholm",
        "location": {"lat": 58.4167, "lon": 15.6167}, "postal_code": "582 00", "accuracy_radius": 76,
    }  # fmt: skip
    document = {"ip": "192.0.2.7"}
    cases = [
        _case(
            "properties",
            {"field": "ip", "properties": [name]},
            document,
            document | {"geoip": {name: value}},
        )
        for name, value in values.items()
    ]
    names = [name.upper() for name in values]
    cases += [
        _case(
            "properties",
            {"field": "ip", "properties": names},
            document,
            document | {"geoip": values},
        ),
        _case("properties", {"field": "ip", "properties": []}, document, document),
        _case("properties", {"field": "ip", "properties": ["asn"]}, document, Invalid()),
        _case("properties", {"field": "ip", "properties": "ip"}, document, Invalid()),
        _case(
            "properties",
            {"field": "ip", "properties": ["city_name"], "database_file": "GeoLite2-Country.mmdb"},
            document,
            Invalid(),
        ),
    ]
    outside = {"ip": "192.0.2.130"}
    part = {"country_in_european_union": False, "registered_country_in_european_union": False}
    options = {"field": "ip", "properties": [*part, "postal_code"]}
    cases.append(_case("properties", options, outside, outside | {"geoip": part}))
    sea = {"ip": "198.51.100.3"}
    cases.append(_case("properties", options, sea, sea))
    asn: dict[str, Any] = {
        "ip": "192.0.2.7",
        "asn": 64496,
        "organization_name": "Example Ö",
        "network": "192.0.2.0/25",
    }
    for name, value in asn.items():
        options = {"field": "ip", "properties": [name], "database_file": "GeoLite2-ASN.mmdb"}
        cases.append(_case("properties", options, document, document | {"geoip": {name: value}}))
    return cases


def _ignore_missing() -> list[Case]:
    flag = {"field": "source.ip", "ignore_missing": True}
    documents: tuple[dict[str, Any], ...] = (
        {}, {"source": {}}, {"source": {"ip": None}}, {"source": None}, {"source": 1}, {"source": "x"}, {"source": []},
        {"source": [{}]}, {"ip": "192.0.2.7"}, {"source": {"x": {"ip": 1}}},
    )  # fmt: skip
    cases = [_case("ignore_missing", flag, document, document) for document in documents]
    known = {"source": {"ip": "192.0.2.7"}}
    cases += [
        _case("ignore_missing", flag, known, known | {"geoip": SWEDEN}),
        _case("ignore_missing", flag, {"source": {"ip": "x"}}, _not_an_address("x")),
    ]
    options = {"field": "ip", "ignore_missing": False}
    cases += [
        _case("ignore_missing", options, {}, Failed("field [ip] not present as part of path [ip]")),
        _case(
            "ignore_missing",
            options,
            {"ip": None},
            Failed("field [ip] is null, cannot extract geoip information."),
        ),
    ]
    for address in ("192.0.2.7", "192.0.2.8", "2001:db8:1::5"):
        document = {"ip": address}
        cases.append(_case("ignore_missing", options, document, document | {"geoip": SWEDEN}))
    cases.append(_case("ignore_missing", {"field": "ip", "ignore_missing": 1}, {}, Invalid()))
    cases.append(_case("ignore_missing", {"field": "ip", "ignore_missing": "true"}, {}, Invalid()))
    cases.append(_case("ignore_missing", {"field": "ip", "ignore_missing": "maybe"}, {}, Invalid()))
    return cases


def _first_only() -> list[Case]:
    lists: tuple[tuple[list[str], Any, Any], ...] = (
        (["192.0.2.7"], SWEDEN, [SWEDEN]),
        (["192.0.2.7", "192.0.2.130"], SWEDEN, [SWEDEN, BRITAIN]),
        (["10.0.0.1", "192.0.2.130"], BRITAIN, [None, BRITAIN]),
        (["192.0.2.130", "10.0.0.1"], BRITAIN, [BRITAIN, None]),
        (["10.0.0.1", "::1"], None, None),
        ([], None, None),
        (["192.0.2.7", "192.0.2.7"], SWEDEN, [SWEDEN, SWEDEN]),
        (["198.51.100.1", "2001:db8:1::5", "203.0.113.4"], ICE, [ICE, SWEDEN, JAPAN]),
    )
    cases = []
    for addresses, first, every in lists:
        document = {"ip": addresses}
        for flag, found in ((True, first), (False, every), (None, first)):
            options = {"field": "ip"} | ({} if flag is None else {"first_only": flag})
            wanted = document | ({"geoip": found} if found else {})
            cases.append(_case("first_only", options, document, wanted))
    strings = Failed("array in field [ip] should only contain strings")
    for values in ([1], ["10.0.0.1", None], [["192.0.2.7"]], [{}]):
        cases += [
            _case("first_only", {"field": "ip", "first_only": flag}, {"ip": values}, strings)
            for flag in (True, False)
        ]
    beyond = {"ip": ["192.0.2.7", 1]}
    cases += [
        _case("first_only", {"field": "ip"}, beyond, beyond | {"geoip": SWEDEN}),
        _case("first_only", {"field": "ip", "first_only": False}, beyond, strings),
        _case("first_only", {"field": "ip"}, {"ip": ["x"]}, _not_an_address("x")),
    ]
    return cases


def _download() -> list[Case]:
    name = "download_database_on_pipeline_creation"
    cases = []
    for flag in (True, False):
        for address, expected in KNOWN.items():
            document = {"ip": address}
            cases.append(
                _case(name, {"field": "ip", name: flag}, document, document | {"geoip": expected})
            )
    cases.append(_case(name, {"field": "ip", name: True}, {"ip": "x"}, _not_an_address("x")))
    return cases


CASES = [
    *_field(), *_target_field(), *_database_file(), *_properties(), *_ignore_missing(), *_first_only(), *_download(),
]  # fmt: skip
