"""
Abbreviations of zones that English locales know to the virtual machine (JDK 25), and the zone that each is read as.

The root knows none. Several zones share an abbreviation; which one wins is the machine's choice, and differs by country.
"""

from __future__ import annotations

from typing import Final

_STATES: Final = """
Africa/Abidjan: BST IST
Africa/Johannesburg: SAST
Africa/Lagos: WAT
Africa/Maputo: CAT
Africa/Nairobi: EAT
America/Chicago: CDT CST CT
America/Denver: MDT MST MT
America/Halifax: ADT AST AT
America/Juneau: AKDT AKST AKT
America/Los_Angeles: PDT PST PT
America/New_York: EDT EST ET
America/St_Johns: NDT NST NT
Asia/Famagusta: EEST EET
Asia/Hong_Kong: HKST HKT
Asia/Jakarta: WIB
Asia/Jayapura: WIT
Asia/Jerusalem: IDT IT
Asia/Karachi: PKST PKT
Asia/Makassar: WITA
Asia/Seoul: KST
Asia/Tokyo: JDT JST JT
Atlantic/Canary: WEST WET
Australia/Adelaide: ACDT ACST ACT
Australia/Perth: AWDT AWST AWT
Australia/Sydney: AEDT AEST AET
Europe/Kirov: MSK
Europe/Paris: CEST CET
Pacific/Auckland: NZDT NZST NZT
Pacific/Guam: ChST
Pacific/Honolulu: HADT HAST HAT HDT HST
Pacific/Pago_Pago: SST
"""

_BRITAIN: Final = """
America/Mazatlan: MDT MT
America/Whitehorse: MST
Asia/Dubai: GST
Asia/Manila: PDT PST PT
Asia/Shanghai: CDT CST CT
Europe/London: BST IST
"""
_NOT_IN_BRITAIN: Final = "ADT AKDT AKST AKT AST AT EDT EST ET HADT HAST HAT HDT HST"

COUNTRIES: Final = frozenset({"en", "en_US", "en_GB"})
"""Names of the locales whose abbreviations are known here."""


def abbreviations(locale: str) -> dict[str, str]:
    """The abbreviations of a locale of ``COUNTRIES``, and the zones they stand for."""
    found = _read(_STATES)
    if locale == "en_GB":
        found = {name: zone for name, zone in found.items() if name not in _NOT_IN_BRITAIN.split()}
        found |= _read(_BRITAIN)
    return found


def _read(table: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in table.strip().splitlines())
    return {name: zone for zone, _, names in lines for name in names.split()}
