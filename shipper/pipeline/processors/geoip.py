"""
``geoip``: where an address is, from a MaxMind database that the user gives.

Databases of cities, countries and autonomous systems; what comes out is what Elasticsearch's manual says. A database that is not there refuses the pipeline when it
is loaded: the cluster downloads its own, the edge never does.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from shipper.pipeline.document import Path
from shipper.pipeline.failure import Failure
from shipper.pipeline.options import WAY_OUT
from shipper.pipeline.values import long

if TYPE_CHECKING:
    from collections.abc import Callable

    from maxminddb import Reader

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Found = dict[str, Any]

_COUNTRY = (
    "IP", "COUNTRY_IN_EUROPEAN_UNION", "COUNTRY_ISO_CODE", "CONTINENT_CODE", "COUNTRY_NAME", "CONTINENT_NAME",
    "REGISTERED_COUNTRY_IN_EUROPEAN_UNION", "REGISTERED_COUNTRY_ISO_CODE", "REGISTERED_COUNTRY_NAME",
)  # fmt: skip
_CITY = (*_COUNTRY, "REGION_ISO_CODE", "REGION_NAME", "CITY_NAME", "TIMEZONE", "LOCATION", "POSTAL_CODE", "ACCURACY_RADIUS")  # fmt: skip
_ASN = ("IP", "ASN", "ORGANIZATION_NAME", "NETWORK")
_COUNTRY_DEFAULT = ("CONTINENT_NAME", "COUNTRY_NAME", "COUNTRY_ISO_CODE")
_CITY_DEFAULT = (*_COUNTRY_DEFAULT, "REGION_ISO_CODE", "REGION_NAME", "CITY_NAME", "LOCATION")
_CACHED = 1000  # addresses remembered, as in the cluster


def geoip(options: Options, build: Build) -> Run:
    """Build the processor."""
    field = options.text("field")
    target = options.text("target_field", "geoip")
    ignore_missing = options.flag("ignore_missing", default=False)
    first_only = options.flag("first_only", default=True)
    options.only("elasticsearch", "download_database_on_pipeline_creation")
    options.flag("download_database_on_pipeline_creation", default=True)
    name = options.text("database_file", "GeoLite2-City.mmdb")
    given = options.items("properties", None)
    reader = _reader(options, build.settings.geoip_directory, name)
    if reader is None:
        return lambda _: None
    shape = _shape(options, reader, name, given)

    @lru_cache(_CACHED)
    def found(text: str) -> Found:
        address = parse_address(text)
        record, prefix = (
            reader.get_with_prefix_len(address) if _fits(reader, address) else (None, 0)
        )
        return shape(address, record, prefix) if isinstance(record, dict) else {}

    def look_up(text: str) -> Found:
        return {
            key: dict(value) if type(value) is dict else value for key, value in found(text).items()
        }

    def run(document: Document) -> None:
        path = Path.parse(field)
        value = path.get_or_none(document) if ignore_missing else path.get(document)
        if value is None:
            if ignore_missing:
                return
            raise Failure(f"field [{field}] is null, cannot extract geoip information.")
        if isinstance(value, str):
            result: Any = look_up(value)
        elif type(value) is list:
            result = _of_list(value, field, look_up, first_only=first_only)
        else:
            raise Failure(f"field [{field}] should contain only string or array of strings")
        if result:
            Path.parse(target).set(document, result)

    return run


def _of_list(
    values: list[Any], field: str, look_up: Callable[[str], Found], *, first_only: bool
) -> Any:
    """What a list of addresses comes to: the first that is known, or all with null for the unknown; None if none is known."""
    results: list[Found | None] = []
    for value in values:
        if not isinstance(value, str):
            raise Failure(f"array in field [{field}] should only contain strings")
        result = look_up(value)
        if result and first_only:
            return result
        results.append(result or None)
    return results if any(results) else None


def parse_address(text: str) -> Address:
    """
    The address that a text writes; one of IPv4 inside IPv6 is one of IPv4, as in Java.

    Raises:
        Failure: it writes none.
    """
    try:
        if "%" in text:
            raise ValueError
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Failure(f"'{text}' is not an IP string literal.") from None
    return getattr(address, "ipv4_mapped", None) or address


def _fits(reader: Reader, address: Address) -> bool:
    return reader.metadata().ip_version == 6 or address.version == 4


def _reader(options: Options, folder: str | None, name: str) -> Reader | None:
    """The database, or None with the reason noted."""
    if folder is None:
        text = "the edge has no database of its own"
        way = f"set pipeline.geoip.database_directory to a folder of .mmdb files, or {WAY_OUT}"
        options.refuse("database_file", text, way=way)
        return None
    file = File(folder) / name
    if File(name).name != name or not file.is_file():
        way = f"put it there, or {WAY_OUT}"
        options.refuse("database_file", f"there is no {name} in {folder}", way=way)
        return None
    try:
        return _open(str(file), file.stat().st_mtime_ns)
    except (OSError, ValueError, ImportError) as error:
        options.refuse("database_file", f"cannot read {file}: {error}")
        return None


@lru_cache(8)
def _open(path: str, _: int) -> Reader:
    """A database of which only the pages that are looked at are in memory; opened again when the file was replaced."""
    import maxminddb  # noqa: PLC0415 - only for this processor

    try:
        return maxminddb.open_database(path)
    except maxminddb.InvalidDatabaseError as error:
        raise ValueError(str(error)) from None


def _shape(
    options: Options, reader: Reader, name: str, given: list[str] | None
) -> Callable[[Address, Found, int], Found]:
    """What makes the output of a record, by the database's type."""
    kind = reader.metadata().database_type
    if kind.endswith("-City"):
        wanted = _properties(options, given, _CITY, _CITY_DEFAULT)
        return lambda address, record, _: _city(address, record, wanted)
    if kind.endswith("-Country"):
        wanted = _properties(options, given, _COUNTRY, _COUNTRY_DEFAULT)
        return lambda address, record, _: _city(address, record, wanted)
    if kind.endswith("-ASN"):
        wanted = _properties(options, given, _ASN, _ASN)
        return lambda address, record, prefix: _asn(address, record, prefix, wanted)
    options.refuse(
        "database_file", f"{name} is of the type {kind}; the edge reads cities, countries and ASNs"
    )
    return lambda *_: {}


def _properties(
    options: Options, given: list[str] | None, known: tuple[str, ...], default: tuple[str, ...]
) -> frozenset[str]:
    if given is None:
        return frozenset(default)
    for name in given:
        if name.upper() not in known:
            text = f"illegal property value [{name}]. valid values are [{', '.join(known)}]"
            options.wrong("properties", text)
    return frozenset(name.upper() for name in given)


def _english(record: Found, key: str) -> Any:
    return record.get(key, {}).get("names", {}).get("en")


def _city(address: Address, record: Found, wanted: frozenset[str]) -> Found:
    country = record.get("country", {})
    registered = record.get("registered_country", {})
    place = record.get("location", {})
    region = (record.get("subdivisions") or [{}])[-1]
    code, part = country.get("iso_code"), region.get("iso_code")
    lat, lon = place.get("latitude"), place.get("longitude")
    found = {
        "ip": str(address),
        "country_in_european_union": _in_union(country),
        "country_iso_code": code,
        "continent_code": record.get("continent", {}).get("code"),
        "country_name": _english(record, "country"),
        "continent_name": _english(record, "continent"),
        "registered_country_in_european_union": _in_union(registered),
        "registered_country_iso_code": registered.get("iso_code"),
        "registered_country_name": _english(record, "registered_country"),
        "region_iso_code": None if code is None or part is None else f"{code}-{part}",
        "region_name": region.get("names", {}).get("en"),
        "city_name": _english(record, "city"),
        "timezone": place.get("time_zone"),
        "location": None if lat is None or lon is None else {"lat": lat, "lon": lon},
        "postal_code": record.get("postal", {}).get("code"),
        "accuracy_radius": place.get("accuracy_radius"),
    }
    return _chosen(found, wanted)


def _in_union(country: Found) -> bool | None:
    """Whether a country is in the European Union; None where the record names no country."""
    return bool(country.get("is_in_european_union")) if "iso_code" in country else None


def _asn(address: Address, record: Found, prefix: int, wanted: frozenset[str]) -> Found:
    number = record.get("autonomous_system_number")
    found = {
        "ip": str(address),
        "asn": None if number is None else long(number),
        "organization_name": record.get("autonomous_system_organization"),
        "network": str(ipaddress.ip_network((address, prefix), strict=False)),
    }
    return _chosen(found, wanted)


def _chosen(found: Found, wanted: frozenset[str]) -> Found:
    return {
        key: value for key, value in found.items() if value is not None and key.upper() in wanted
    }
