"""A company's name without what is written differently from list to list, and its legal form.

The words of legal forms are taken off the end of a name only: "Company" ends Ford Motor Company
and begins another name. What is left is for comparing, not for showing.
"""

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'`\u2018\u2019\u02bc\u00b4\uff07"))
# Letters that Unicode does not take apart into a letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ß": "ss"}
)
_FILER_MARK = re.compile(
    r"(?:\s*[/\\]\s*[A-Z]{2,4}\s*[/\\]|\s*(?<!SA)[/\\]\s*"
    r"(?:ADR|ADS|NEW|CAN|FI|UK|CN|A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA"
    r"|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY])|\s*[/\\])\s*$",
    re.IGNORECASE,
)
"""EDGAR's mark behind a name: state or country, /ADR, /NEW ("EXXON MOBIL CORP /NEW/")."""

_FORMS_BY_FAMILY = {
    "english": "inc incorporated corp corporation co company ltd limited plc llc llp lp lllp pllc pc"
    " pbc pty pte bhd sdn",
    "german": "ag gmbh mbh kg kgaa ohg ug ev aktiengesellschaft",
    "romance": "sa sas sasu sarl sca sab sapi spa srl sl slu sau ltda lda saa sapa",
    "dutch": "nv bv cvba bvba",
    "nordic": "ab abp as asa aps oy oyj hf ehf",
    "japanese": "kk gk",
    "slavic": "pjsc ojsc jsc pao oao ooo zao sro doo dd spzoo",
    "hungarian": "nyrt kft zrt",
    "indonesian": "tbk",
    "european": "se",
}
FAMILY_BY_FORM = {
    form: family for family, forms in _FORMS_BY_FAMILY.items() for form in forms.split()
}
EUROPEAN = "european"
"""An SE may have been an AG, SA or NV before, so it contradicts no other form."""
_NO_FORM = frozenset({"the", "adr", "ads", "publ"})
"""Words at the end of a name that are neither a form nor part of the name."""
_FORM_PHRASES = {
    ("de", "cv"): "romance",
    ("de", "rl"): "romance",
    ("societe", "anonyme"): "romance",
    ("sociedad", "anonima"): "romance",
    ("kabushiki", "kaisha"): "japanese",
    ("sp", "zoo"): "slavic",
    ("public", "ltd"): "english",
}

ABBREVIATIONS = {
    "incorporated": "inc",
    "corporation": "corp",
    "company": "co",
    "limited": "ltd",
    "intl": "international",
    "natl": "national",
    "amer": "american",
    "hldg": "holding",
    "hldgs": "holdings",
    "grp": "group",
    "mfg": "manufacturing",
    "mgmt": "management",
    "svc": "service",
    "svcs": "services",
    "finl": "financial",
    "inds": "industries",
    "cos": "companies",
}
"""Two ways to write one word: "tech" may be technology or technologies and stays as it is."""


@dataclass(frozen=True)
class LegalName:
    """`words` are for comparing; `full` are the words with the legal form; families of the form."""

    words: str
    full: str
    families: frozenset[str]


def legal_name(name: str) -> LegalName:
    """A name in words without case, accents, punctuation, "the", "and" and legal form.

    >>> legal_name("The Procter & Gamble Company").words
    'procter gamble'
    >>> legal_name("J.P. Morgan Chase and Co.").words, legal_name("N.V. Philips' N.V.").words
    ('jp morgan chase', 'nv philips')
    >>> sorted(legal_name("Anheuser-Busch InBev SA/NV").families)
    ['dutch', 'romance']
    """
    words = _words(name)
    full = " ".join(words)
    while len(words) > 1 and words[0] == "the":
        del words[0]
    families: set[str] = set()
    while len(words) > 1:
        phrase = _FORM_PHRASES.get((words[-2], words[-1]))
        if phrase is not None and len(words) > 2:
            families.add(phrase)
            del words[-2:]
        elif words[-1] in FAMILY_BY_FORM:
            families.add(FAMILY_BY_FORM[words.pop()])
        elif words[-1] in _NO_FORM:
            words.pop()
        else:
            break
    return LegalName(" ".join(words), full, frozenset(families))


def normalised_name(name: str) -> str:
    """The words of a name that are compared; empty if it has no letter or digit.

    >>> normalised_name("NESTL\u00c9 S.A.") == normalised_name("Nestle AG") == "nestle"
    True
    """
    return legal_name(name).words


def have_unlike_forms(one: LegalName, other: LegalName) -> bool:
    """Both names state a legal form, and no country gives both: a GmbH is not the Inc. above it."""
    if not one.families or not other.families or EUROPEAN in one.families | other.families:
        return False
    return not one.families & other.families


def _words(name: str) -> list[str]:
    text = name
    while (shorter := _FILER_MARK.sub("", text)) != text:
        text = shorter
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
        text = text.translate(_LETTERS)
    found: list[str] = _WORD.findall(text.translate(_APOSTROPHES))
    joined = _with_initials_joined([word for word in found if word != "and"])
    return [ABBREVIATIONS.get(word, word) for word in joined if word != "and"]


def _with_initials_joined(words: list[str]) -> list[str]:
    """Letters that stand alone side by side are one word: U.S., S. p. A., J P."""
    joined: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1:
            run += word
            continue
        if run:
            joined.append(run)
            run = ""
        joined.append(word)
    if run:
        joined.append(run)
    return joined
