"""Units of physical and activity data: what one of each is in the house's base unit.

Ids are those of the XBRL Units Registry, which are case sensitive: `t` is a tonne, `T` a US
ton, `Mt` a million tonnes, `MT` a million US tons. A general library of units reads other things
into them (in pint `T` is tesla, `kt` knots, `aft` an attofoot) and knows few of them, so the
factors stand here, as fractions of whole numbers, each with where it comes from.
"""

from fractions import Fraction
from typing import Final

from carbontrader_mcp.domain.units import TCO2E_PER_SHORT_TON, TCO2E_PER_UNIT

REGISTRY: Final = "XBRL Units Registry 2017-07-12"
DEFINITION: Final = f"{REGISTRY}; NIST SP 811, appendix B"
SI: Final = "SI (NIST SP 330)"

BASE_UNITS: Final = {
    "energy": "MWh",
    "mass": "t",
    "volume": "m3",
    "area": "m2",
    "length": "km",
    "power": "MW",
    "emissions": "tCO2e",
    "count": "count",
}
"""The one unit of each kind that quantities are converted to."""

_J: Final = Fraction(1, 3_600_000_000)
_BTU: Final = _J * Fraction("1055.05585262")
_FT: Final = Fraction("0.3048")
_LB: Final = Fraction("0.45359237")
_G: Final = Fraction("9.80665")
_TON: Final = Fraction(str(TCO2E_PER_SHORT_TON))
_FT3: Final = _FT**3
_GALLON: Final = 231 * Fraction("0.0254") ** 3
_BARREL: Final = 42 * _GALLON
_ACRE: Final = 43_560 * _FT**2

Row = tuple[str, Fraction, str]
"""Kind, base units in one unit, and where that comes from."""


def _rows(kind: str, source: str, **factors: Fraction | int | str) -> dict[str, Row]:
    return {unit: (kind, Fraction(factor), source) for unit, factor in factors.items()}


CONVERTED: Final[dict[str, Row]] = {
    **_rows("energy", DEFINITION, Wh="0.000001", kWh="0.001", MWh=1, GWh=1_000, TWh=1_000_000),
    **_rows("energy", DEFINITION, J=_J, kJ=1_000 * _J),
    **_rows("energy", SI, MJ=10**6 * _J, GJ=10**9 * _J, TJ=10**12 * _J, PJ=10**15 * _J),
    **_rows("energy", f"{DEFINITION}, International Table Btu", Btu=_BTU, MMBTU=10**6 * _BTU),
    **_rows("energy", f"{DEFINITION}, foot-pound-force", ft_lb=_FT * _LB * _G * _J),
    **_rows("mass", DEFINITION, lb=_LB / 1_000, oz=_LB / 16_000, ozt="0.0000311034768"),
    **_rows("mass", f"{DEFINITION}, US ton of 2,000 lb", T=_TON, kT=1_000 * _TON),
    **_rows("mass", f"{DEFINITION}, US ton of 2,000 lb", MT=10**6 * _TON, GT=10**9 * _TON),
    **_rows("mass", DEFINITION, g="0.000001", kg="0.001", t=1, kt=10**3, Mt=10**6, Gt=10**9),
    **_rows("volume", f"{DEFINITION}, barrel of 42 US gallons", bbl=_BARREL),
    **_rows("volume", f"{DEFINITION}, barrel of 42 US gallons", MBbls=1_000 * _BARREL),
    **_rows("volume", f"{DEFINITION}, barrel of 42 US gallons", MMBbls=10**6 * _BARREL),
    **_rows("volume", f"{DEFINITION}, US gallon", gal=_GALLON),
    **_rows("volume", f"{DEFINITION}, US bushel", bu=Fraction("2150.42") * Fraction("0.0254") ** 3),
    **_rows("volume", f"{DEFINITION}, international foot", aft=_ACRE * _FT),
    **_rows("volume", DEFINITION, l="0.001", m3=1, ft3=_FT3),
    **_rows("volume", f"{DEFINITION}, at the conditions the filer measures gas at", Mcf=10**3 * _FT3),
    **_rows("volume", f"{DEFINITION}, at the conditions the filer measures gas at", MMcf=10**6 * _FT3),
    **_rows("volume", f"{DEFINITION}, at the conditions the filer measures gas at", Bcf=10**9 * _FT3),
    **_rows("volume", f"{DEFINITION}, at the conditions the filer measures gas at", Tcf=10**12 * _FT3),
    **_rows("area", DEFINITION, sqft=_FT**2, sqyd=9 * _FT**2, sqm=1, sqkm=10**6, ha=10_000),
    **_rows("area", f"{DEFINITION}, international foot", acre=_ACRE, sqmi=640 * _ACRE),
    **_rows("length", DEFINITION, ft=_FT / 1_000, yd=3 * _FT / 1_000, mi=5_280 * _FT / 1_000),
    **_rows("length", DEFINITION, nmi="1.852", mm="0.000001", cm="0.00001", dm="0.0001"),
    **_rows("length", DEFINITION, m="0.001", km=1),
    "in": ("length", Fraction("0.0000254"), DEFINITION),
    **_rows("power", DEFINITION, W="0.000001", kW="0.001", MW=1, GW=1_000, TW=1_000_000),
    **_rows("power", f"{DEFINITION}, 550 foot-pound-force per second", hp=550 * _FT * _LB * _G / 10**6),
    **{
        unit: ("emissions", Fraction(str(factor)), "XBRL Units Registry 2025; SI prefixes")
        for unit, factor in {**TCO2E_PER_UNIT, "GtCO2e": 1e9}.items()
        if unit.endswith("CO2e")
    },
}  # fmt: skip

_OIL: Final = "a barrel of oil equivalent rests on a heat content each filer chooses"
_GAS: Final = "a cubic foot of gas equivalent rests on a heat content each filer chooses"

CONVENTIONS: Final[dict[str, tuple[str, int, str]]] = {
    "Boe": ("Boe", 1, _OIL),
    "MBoe": ("Boe", 10**3, _OIL),
    "MMBoe": ("Boe", 10**6, _OIL),
    "Mcfe": ("Mcfe", 1, _GAS),
    "MMcfe": ("Mcfe", 10**3, _GAS),
    "Bcfe": ("Mcfe", 10**6, _GAS),
    "Tcfe": ("Mcfe", 10**9, _GAS),
}
"""Energy by convention: the unit kept, how many of it in one, and why it is not converted to MWh."""

KEPT: Final[dict[str, tuple[str, str]]] = {
    "Cal": ("energy", "the registry does not say which calorie it is (4.184 J, 4.1868 J or 4,184 J)"),
    "mJ": ("energy", "the registry does not say whether it is the millijoule or the megajoule"),
    "MWM": ("energy", "months differ in their hours"),
    "GWM": ("energy", "months differ in their hours"),
    "VA": ("power", "apparent power is real power only with a power factor"),
    "var": ("power", "reactive power does no work"),
    "VAh": ("energy", "apparent energy is energy only with a power factor"),
    **dict.fromkeys(("Y", "Q", "M", "WK", "D", "H", "MM", "S"), ("time", "a length of time")),
    **dict.fromkeys(("Cel", "K", "F"), ("temperature", "a temperature")),
    "Hz": ("frequency", "a frequency"),
    "Energy_per_Duration": ("per-unit ratio", "energy in an unnamed unit per unnamed time"),
    "Volume_per_Duration": ("per-unit ratio", "volume in an unnamed unit per unnamed time"),
}  # fmt: skip
"""Registry units that are known and not converted: their kind, and why."""

WORDS: Final[dict[str, str]] = {
    **dict.fromkeys(("tonne", "tonnes", "metric ton", "metric tons"), "t"),
    **dict.fromkeys(("short ton", "short tons", "us ton", "us tons"), "T"),
    **dict.fromkeys(("kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("pound", "pounds"), "lb"),
    **dict.fromkeys(("kilowatt hour", "kilowatt hours", "kwh"), "kWh"),
    **dict.fromkeys(("megawatt hour", "megawatt hours"), "MWh"),
    **dict.fromkeys(("gigawatt hour", "gigawatt hours", "gwh"), "GWh"),
    **dict.fromkeys(("gigajoule", "gigajoules"), "GJ"),
    **dict.fromkeys(("terajoule", "terajoules"), "TJ"),
    **dict.fromkeys(("mmbtu", "million btu"), "MMBTU"),
    **dict.fromkeys(("barrel", "barrels", "bbls"), "bbl"),
    **dict.fromkeys(("us gallon", "us gallons"), "gal"),
    **dict.fromkeys(("litre", "litres", "liter", "liters"), "l"),
    **dict.fromkeys(("cubic metre", "cubic metres", "cubic meter", "cubic meters"), "m3"),
    **dict.fromkeys(("cubic foot", "cubic feet"), "ft3"),
    **dict.fromkeys(("square foot", "square feet", "sq ft"), "sqft"),
    **dict.fromkeys(("square metre", "square metres", "square meter", "square meters"), "sqm"),
    **dict.fromkeys(("m2",), "sqm"),
    **dict.fromkeys(("acres",), "acre"),
    **dict.fromkeys(("hectare", "hectares"), "ha"),
    **dict.fromkeys(("mile", "miles"), "mi"),
    **dict.fromkeys(("kilometre", "kilometres", "kilometer", "kilometers"), "km"),
    **dict.fromkeys(("megawatt", "megawatts"), "MW"),
    **dict.fromkeys(("year", "years"), "Y"),
}
"""Units written out, in lower case, and the registry's id: only where the word has one meaning."""

AMBIGUOUS: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("ton", "tons"), "a ton is 1,000 kg, 2,000 lb or 2,240 lb; write tonne (t) or short ton (T)"
    ),
    **dict.fromkeys(
        ("gallon", "gallons"), "a gallon is US or imperial; write US gallon (gal) or litres (l)"
    ),
    **dict.fromkeys(
        ("meter", "meters"), "a meter is a length or an instrument; write m for the length"
    ),
    **dict.fromkeys(("therm", "therms"), "the US and the EC therm differ; write MMBTU or MWh"),
}
"""Words with several meanings, and what to write instead."""

_THINGS: Final = (
    "account acquisition aircraft airplane apartment asset bank barge bed branch brand building bus"
    " business campus car case center centre city claim claimant class client club company"
    " complaint component container contract country county customer datacenter dealer"
    " defendant distributioncenter employee engine facility farm field film flight franchise"
    " fund guest home hospital hotel household house installment investment jurisdiction"
    " lawsuit lease lender license loan location locomotive lot machine market member"
    " membership merchant mine mortgage office officer option order participant partner"
    " passenger patent patient payment people period person plaintiff plan plant"
    " position product project property railcar refinery renewaloption restaurant room"
    " school segment reportablesegment operatingsegment reportingunit seat security shareholder"
    " ship shop simulator site state store student subscriber subsidiary supplier tanker tenant"
    " terminal territory theater theatre tractor trailer tranche transaction truck turbine"
    " vehicle vendor vessel vote ward warehouse well wholesaler worker"
)
COUNTED: Final = frozenset(_THINGS.split())
"""Things filers count, singular and in lower case (units of 37 filings of 2024/25 and of the
companyfacts of seven companies, and things whose number is activity data)."""

_CURRENCY_CODES: Final = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP"
    " BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP"
    " GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES"
    " KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR"
    " MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB"
    " RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD"
    " TWD TZS UAH UGX USD UYU UZS VEF VES VND VUV WST XAF XAG XAU XCD XDR XOF XPD XPF XPT YER ZAR"
    " ZMW ZWL"
)
CURRENCIES: Final = frozenset(_CURRENCY_CODES.split())
"""Codes of ISO 4217, with those withdrawn since 2009 that older filings carry."""
