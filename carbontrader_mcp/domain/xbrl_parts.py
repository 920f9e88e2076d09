"""The parts of an XBRL document, inline (.htm) or plain (.xml): contexts, units and tagged texts.

Expat reads it as a stream: it needs no library beside Python's own, opens nothing outside the
document, and refuses what is not well-formed XML, as EDGAR does. A document that declares
entities of its own is refused, so none can grow; the named characters of HTML are known.
"""

import re
from dataclasses import dataclass, field
from html.entities import name2codepoint
from typing import Final
from xml.parsers import expat

from carbontrader_mcp.domain.errors import InvalidInputError
from carbontrader_mcp.domain.xbrl_contexts import Context

DOCUMENT_BYTES_MAX: Final = 100 << 20
"""The largest annual reports have about 60 MB."""

PARTS_MAX: Final = 1_000_000
"""Tagged texts and contexts; a large bank's annual report has some 30,000."""

TEXT_CHARACTERS_MAX: Final = 1_000
NESTED_MAX: Final = 20

XBRLI: Final = "http://www.xbrl.org/2003/instance"
XBRLDI: Final = "http://xbrl.org/2006/xbrldi"
INLINE: Final = ("http://www.xbrl.org/2013/inlineXBRL", "http://www.xbrl.org/2008/inlineXBRL")
NIL: Final = "http://www.w3.org/2001/XMLSchema-instance nil"
COVER: Final = re.compile(r"https?://xbrl\.(?:sec\.gov|us)/dei/")
UNIT_PREFIXES: Final = {
    "http://www.xbrl.org/2003/iso4217": "iso4217",
    XBRLI: "xbrli",
    "http://www.xbrl.org/2009/utr": "utr",
}

_HTML_CHARACTERS: Final = "".join(
    f'<!ENTITY {name} "&#{code};">'
    for name, code in name2codepoint.items()
    if name not in ("lt", "gt", "amp", "quot")
).encode()
_CONTEXT_TEXTS: Final = frozenset({"identifier", "instant", "startDate", "endDate"})


@dataclass(frozen=True)
class TaggedText:
    """A text tagged as a fact, before it is read as a number."""

    tag: str
    namespace: str
    context_id: str
    unit_id: str | None
    text: str
    transformation: str | None
    scale: str
    is_negative: bool
    is_nil: bool
    is_inline: bool
    decimals: str | None
    skipped: str | None


@dataclass
class Parts:
    """Everything a document holds, unresolved: units and contexts may follow what refers to them."""

    contexts: dict[str, Context] = field(default_factory=dict[str, Context])
    units: dict[str, str] = field(default_factory=dict[str, str])
    texts: list[TaggedText] = field(default_factory=list[TaggedText])


@dataclass
class _Open:
    """An element whose text is being gathered."""

    depth: int
    name: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list[str])
    length: int = 0


def read_parts(document: bytes) -> Parts:
    """The parts of a document.

    Raises InvalidInputError if it is too large, not well-formed, or declares entities.
    """
    if len(document) > DOCUMENT_BYTES_MAX:
        raise InvalidInputError(
            f"The document has {len(document):,} bytes; at most {DOCUMENT_BYTES_MAX:,} are read."
        )
    if not document.strip():
        raise InvalidInputError("The document is empty.")
    reader = _Reader()
    try:
        reader.parser.Parse(document.lstrip(), True)
    except expat.ExpatError as error:
        raise InvalidInputError(
            f"The document is not well-formed XML ({expat.ErrorString(error.code)}, line"
            f" {error.lineno}); give the .htm or .xml document itself, as EDGAR serves it."
        ) from error
    except (LookupError, UnicodeError) as error:
        raise InvalidInputError(f"The document's encoding is unknown: {error}.") from error
    return reader.parts


class _Reader:
    """Handlers of one pass; text is heard only inside elements that are wanted."""

    def __init__(self) -> None:
        self.parts = Parts()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        self.parser.UseForeignDTD(True)
        self.parser.ExternalEntityRefHandler = self._characters_of_html
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartNamespaceDeclHandler = self._namespace
        self.parser.EndNamespaceDeclHandler = self._namespace_ends
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._prefixes: dict[str, list[str]] = {}
        self._depth = 0
        self._open: list[_Open] = []
        self._context: Context | None = None
        self._dimension_depth = 0
        self._measures: list[str] | None = None
        self._below: list[str] | None = None
        self._is_below = False
        self._is_own_dtd = False
        self._unit_id = ""

    def _characters_of_html(
        self, context: str | None, _base: str | None, _system: str | None, _public: str | None
    ) -> int:
        """In place of any outside DTD, which is never fetched: the named characters."""
        if self._is_own_dtd or (context is None and self._depth):
            return 1
        self._is_own_dtd = True
        self.parser.ExternalEntityParserCreate(context).Parse(_HTML_CHARACTERS, True)
        self._is_own_dtd = False
        return 1

    def _entity(self, name: str, *_: object) -> None:
        if not self._is_own_dtd:
            raise InvalidInputError(
                f"The document declares the entity {name[:40]!r}; EDGAR's documents declare none,"
                " and this one is not read."
            )

    def _namespace(self, prefix: str | None, uri: str) -> None:
        self._prefixes.setdefault(prefix or "", []).append(uri or "")

    def _namespace_ends(self, prefix: str | None) -> None:
        self._prefixes[prefix or ""].pop()

    def _name(self, qname: str) -> tuple[str, str, str]:
        """Prefix, namespace and local name; the namespace is empty where nothing declares it."""
        prefix, _, local = qname.strip().rpartition(":")
        uris = self._prefixes.get(prefix)
        return prefix, uris[-1] if uris else "", local

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        namespace, _, local = name.rpartition(" ")
        if "contextRef" in attributes:
            if self._is_wanted(namespace, local, attributes):
                self._gather(name, attributes)
            return
        if namespace == XBRLI:
            self._start_xbrli(local, attributes, name)
        elif self._dimension_depth and self._context is not None:
            if namespace == XBRLDI and local in ("explicitMember", "typedMember"):
                self._gather(name, attributes)
            elif not self._open:
                self._context.add_member(f"{local}=;")

    def _is_wanted(self, namespace: str, local: str, attributes: dict[str, str]) -> bool:
        """Numbers, and the texts of the cover page; the text blocks are the report itself."""
        if "unitRef" in attributes:
            return True
        if namespace in INLINE:
            namespace = self._name(attributes.get("name", ""))[1]
            return local == "nonFraction" or bool(COVER.match(namespace))
        return bool(COVER.match(namespace))

    def _start_xbrli(self, local: str, attributes: dict[str, str], name: str) -> None:
        if local == "context":
            self._context = Context()
            self.parts.contexts[attributes.get("id", "")] = self._context
            self._check_count()
        elif local in ("segment", "scenario") and self._context is not None:
            self._dimension_depth = self._depth
        elif local == "unit":
            self._measures, self._below, self._is_below = [], [], False
            self._unit_id = attributes.get("id", "")
        elif local == "unitDenominator":
            self._is_below = True
        elif (local in _CONTEXT_TEXTS and self._context is not None) or (
            local == "measure" and self._measures is not None
        ):
            self._gather(name, attributes)

    def _gather(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.parts.texts) >= PARTS_MAX:
            self._too_many()
        if len(self._open) >= NESTED_MAX:
            raise InvalidInputError(
                f"The document has facts inside facts more than {NESTED_MAX} deep."
            )
        self._open.append(_Open(self._depth, name, attributes))
        self.parser.CharacterDataHandler = self._text

    def _text(self, text: str) -> None:
        for element in self._open:
            if element.length <= TEXT_CHARACTERS_MAX:
                element.pieces.append(text[: TEXT_CHARACTERS_MAX + 1])
                element.length += len(text)

    def _end(self, name: str) -> None:
        if self._open and self._open[-1].depth == self._depth:
            element = self._open.pop()
            if not self._open:
                self.parser.CharacterDataHandler = None
            self._gathered(element, "".join(element.pieces).strip())
        namespace, _, local = name.rpartition(" ")
        if namespace == XBRLI:
            if self._dimension_depth == self._depth:
                self._dimension_depth = 0
            elif local == "context":
                self._context = None
            elif local == "unit" and self._measures is not None:
                self._end_unit()
        self._depth -= 1

    def _end_unit(self) -> None:
        above, below = "*".join(self._measures or []), "*".join(self._below or [])
        self.parts.units[self._unit_id] = f"{above}/{below}" if below else above
        self._measures = self._below = None

    def _gathered(self, element: _Open, text: str) -> None:
        local = element.name.rpartition(" ")[2]
        if "contextRef" in element.attributes:
            self._tagged(element, text)
        elif local == "measure" and self._measures is not None and self._below is not None:
            prefix, namespace, unit = self._name(text)
            known = UNIT_PREFIXES.get(namespace, prefix)
            (self._below if self._is_below else self._measures).append(
                f"{known}:{unit}" if known else unit
            )
        elif self._context is not None:
            self._context.complete(local, element.attributes, text)

    def _tagged(self, element: _Open, text: str) -> None:
        attributes = element.attributes
        namespace, _, tag = element.name.rpartition(" ")
        is_inline, kind = namespace in INLINE, tag
        if is_inline:
            _, namespace, tag = self._name(attributes.get("name", ""))
        skipped = None
        if is_inline and kind not in ("nonFraction", "nonNumeric"):
            skipped = f"an ix:{kind} is not read"
        elif is_inline and "target" in attributes:
            skipped = "it belongs to another target document"
        self.parts.texts.append(
            TaggedText(
                tag=tag,
                namespace=namespace,
                context_id=attributes["contextRef"],
                unit_id=attributes.get("unitRef"),
                text=text,
                transformation=attributes.get("format", "").rpartition(":")[2] or None,
                scale=attributes.get("scale", "0"),
                is_negative=attributes.get("sign") == "-",
                is_nil=attributes.get(NIL) in ("true", "1"),
                is_inline=is_inline,
                decimals=attributes.get("decimals"),
                skipped=skipped,
            )
        )

    def _check_count(self) -> None:
        if len(self.parts.contexts) > PARTS_MAX:
            self._too_many()

    def _too_many(self) -> None:
        raise InvalidInputError(f"The document has more than {PARTS_MAX:,} facts or contexts.")
