"""
Names of months, days and halves of days in the locales that the edge knows: the root and English.

They are what JDK 23 to 25 answer (CLDR 46), not what an Englishman would say: the root's long month names are the short
ones, Britain's September is ``Sept``, Canada's morning ``a.m.``. Older virtual machines and COMPAT data differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shipper.pipeline.dates.fields import DAY_OF_WEEK, ERA, HALF, MONTH, QUARTER, Unparsable
from shipper.pipeline.failure import Unsupported

if TYPE_CHECKING:
    from shipper.pipeline.dates.calendar import Week

SHORT: Final = "short"
FULL: Final = "full"
NARROW: Final = "narrow"
SHORT_ALONE: Final = "short alone"
"""Only of quarters: the root has no names for them, and takes numbers."""
NARROW_ALONE: Final = "narrow alone"
"""Only of days of the week."""

_SHORT_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTHS = "January February March April May June July August September October November December"
_SHORT_DAYS = "Mon Tue Wed Thu Fri Sat Sun"
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_FIRST = {MONTH: 1, DAY_OF_WEEK: 1, QUARTER: 1, HALF: 0, ERA: 0}


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# English countries by how their locale differs from that of the United States
_SEPT = _codes(
    "BB BM AI DG CC CY CX CM CK FK FM ER GM GH GD GY GS IO LR LC LS KN KI KY NR NG NF NZ NU MS MG NA MY MW MU PN PG PW RW RO SI SH SC "
    "SB TZ TV TO TK UG SX SS SL TC SZ VU VG VC ZM BE AT DE CZ DK CH FJ FI FR ES HU GI GG GB JE IM IT NO NL PL SE SK BW BS AG DM BZ HK "
    "JM IN IL ID KE MO MT PK SG TT WS ZW ZA IE MV PT SD"
)
_SUNDAY = _codes(
    "AS GU MH PR PH US UM VI BD BR BT CO DO ET GT HN JP KH KR LA MM MX MZ NI NP PA PE PY SA SV TH TW VE YE BW BS AG DM BZ HK JM IN IL "
    "ID KE MO MT PK SG TT WS ZW ZA CA"
)
_SATURDAY = _codes("SD AF BH DJ DZ EG IQ IR JO KW LY OM QA SY")
_MONDAY = _codes(
    "BI AE MP AL AM AO AQ AR AW AZ BA BF BJ BL BN BO BQ BV BY CD CF CG CI CL CN CR CU CV CW EC EH GA GE GL GN GQ GW HM HR HT KG KM KP "
    "KZ LB LK LV MA MD ME MF MK ML MN MR NC NE PF PM PS RS SN SO SR ST TD TF TG TJ TL TM TN TR UA UY UZ VN WF YT AU"
)
_FOUR_DAYS = _codes(
    "BE AT DE CZ DK CH FJ FI FR ES HU GI GG GB JE IM IT NO NL PL SE SK AD AX BG EE FO GF GP GR IS LI LT LU MC MQ RE RU SJ SM VA IE"
)
COUNTRIES: Final = _SEPT | _SUNDAY | _SATURDAY | _MONDAY | _FOUR_DAYS


@dataclass(frozen=True, slots=True, eq=False)
class Locale:
    """
    A locale, as far as dates need it.

    Attributes:
        name: as Java prints it; empty for the root.
        week: where weeks begin, and how long the first one of a year is.
        texts: (field, style): the names of its values, in their order.
        periods: style: parts of the day by the index that Java gives them.
    """

    name: str
    week: Week
    texts: dict[tuple[str, str], tuple[str, ...]]
    periods: dict[str, dict[int, str]]

    def text(self, field: str, value: int, style: str) -> str | None:
        """The name of a value; None where it has none."""
        names = self.texts[field, style]
        index = value - _FIRST[field]
        return names[index] if 0 <= index < len(names) else None

    def parsable(self, field: str, style: str) -> list[tuple[str, int]]:
        """Names and values, the longest first; the last of equal names counts."""
        first = _FIRST[field]
        found = {name: first + index for index, name in enumerate(self.texts[field, style])}
        return sorted(found.items(), key=lambda entry: -len(entry[0]))


PERIODS: Final[dict[int, tuple[int, int]]] = {
    0: (0, 720),
    1: (720, 1440),
    2: (0, 0),
    3: (720, 720),
    4: (0, 720),
    6: (720, 1080),
    8: (1080, 1260),
    10: (1260, 1440),
}
"""Parts of the day in English: minutes from and to."""


def _root() -> Locale:
    halves = ("AM", "PM")
    texts = _texts(_SHORT_MONTHS, _SHORT_MONTHS, _SHORT_DAYS, halves, halves)
    texts[MONTH, NARROW] = tuple(str(number) for number in range(1, 13))
    for style in (SHORT, FULL, NARROW):
        texts[ERA, style] = ("BCE", "CE")
    texts[QUARTER, FULL] = texts[QUARTER, SHORT]
    texts[QUARTER, SHORT_ALONE] = ()
    return Locale(
        "", (7, 1), texts, {style: dict(enumerate(halves)) for style in (SHORT, FULL, NARROW)}
    )


def _texts(
    months: str, short_months: str, days: str, halves: tuple[str, str], narrow: tuple[str, str]
) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        (MONTH, SHORT): tuple(short_months.split()),
        (MONTH, FULL): tuple(months.split()),
        (MONTH, NARROW): tuple("JFMAMJJASOND"),
        (DAY_OF_WEEK, SHORT): tuple(_SHORT_DAYS.split()),
        (DAY_OF_WEEK, FULL): tuple(days.split()),
        (DAY_OF_WEEK, NARROW): tuple("MTWTFSS"),
        (DAY_OF_WEEK, NARROW_ALONE): tuple("MTWTFSS"),
        (HALF, SHORT): halves,
        (HALF, FULL): halves,
        (HALF, NARROW): narrow,
        (ERA, SHORT): ("BC", "AD"),
        (ERA, FULL): ("Before Christ", "Anno Domini"),
        (ERA, NARROW): ("B", "A"),
        (QUARTER, SHORT): ("Q1", "Q2", "Q3", "Q4"),
        (QUARTER, FULL): ("1st quarter", "2nd quarter", "3rd quarter", "4th quarter"),
        (QUARTER, NARROW): ("1", "2", "3", "4"),
        (QUARTER, SHORT_ALONE): ("Q1", "Q2", "Q3", "Q4"),
    }


def _english(country: str) -> Locale:
    short_months, halves, narrow = _SHORT_MONTHS, ("AM", "PM"), ("a", "p")
    if country in _SEPT or country == "AU":
        short_months = short_months.replace("Sep", "Sept")
        halves = narrow = ("am", "pm")
    if country == "AU":
        short_months = short_months.replace("Jun", "June").replace("Jul", "July")
    if country in {"CA", "IE"}:
        halves, narrow = ("a.m.", "p.m."), ("am", "pm")
    texts = _texts(_MONTHS, short_months, _DAYS, halves, narrow)
    if country == "AU":
        texts[DAY_OF_WEEK, NARROW] = ("M.", "Tu.", "W.", "Th.", "F.", "Sa.", "Su.")
    name = f"en_{country}" if country else "en"
    return Locale(name, _week(country), texts, _periods(country, halves, narrow))


def _week(country: str) -> Week:
    if country == "PT":
        return (7, 4)
    if country == "MV":
        return (5, 1)
    if country in _SATURDAY:
        return (6, 1)
    if not country or country in _SUNDAY:
        return (7, 1)
    return (1, 4 if country in _FOUR_DAYS else 1)


def _periods(
    country: str, halves: tuple[str, str], narrow: tuple[str, str]
) -> dict[str, dict[int, str]]:
    noon = "midday" if country == "AU" else "noon"
    rest = {4: "in the morning", 6: "in the afternoon", 8: "in the evening", 10: "at night"}
    usual = {0: halves[0], 1: halves[1], 2: "midnight", 3: noon} | rest
    small = {0: narrow[0], 1: narrow[1], 2: "mi", 3: "n"} | rest
    if country == "AU":
        small = {0: "am", 1: "pm", 2: "midnight", 3: noon} | rest
    if country == "CA":
        small |= {2: "mid", 4: "mor", 6: "aft", 8: "eve", 10: "night"}
    return {SHORT: usual, FULL: usual, NARROW: small}


ROOT: Final = _root()


@lru_cache(32)
def locale(name: str) -> Locale:
    """
    ``LocaleUtils.parse`` and what Java knows of it.

    Raises:
        Unparsable: the cluster knows no such language or country (each document fails).
        Unsupported: the edge does not know the locale.
    """
    separator = "-"
    for character in name:
        if character in "-_":
            separator = character
            break
    parts = name.split(separator)
    if len(parts) > 3:
        raise Unparsable("Locales can have at most 3 parts")
    if len(parts) == 1 and parts[0].lower() == "root":
        return ROOT
    language = parts[0].lower()
    country = parts[1].upper() if len(parts) > 1 else ""
    if not language and not any(parts[1:]):
        return ROOT
    if len(language) > 3:
        raise Unparsable(f"Unknown language: {parts[0]}")
    if country and country not in COUNTRIES:
        raise Unparsable(f"Unknown country: {parts[1]}")
    if language != "en" or (len(parts) == 3 and parts[2]):
        raise Unsupported(
            f"the locale {name}: the edge knows the names of the root and of English locales"
        )
    return _english(country)
