"""XML of a router, read piece by piece: texts and where they stand, and nothing else.

No document type is taken, and so no entities: those are how a short text becomes gigabytes, or a
file of this machine.
"""

from __future__ import annotations

from xml.parsers import expat

from ...translation import _
from .limits import MAX_HTTP_ANSWER, MAX_XML_DEPTH, MAX_XML_TEXT
from .outcome import MappingFailure, PortMappingError

Field = tuple[tuple[str, ...], str]
"""Names of elements without their prefixes, from the root down, and the text in the last."""


class _Reader:
    def __init__(self) -> None:
        self.fields: list[Field] = []
        self._path: list[str] = []
        self._texts: list[str] = []

    def begin(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._path) >= MAX_XML_DEPTH:
            raise PortMappingError(MappingFailure.BROKEN, _("UPnP: XML that is nested too deeply"))
        self._path.append(name.rpartition(":")[2])
        self._texts.append("")

    def text(self, data: str) -> None:
        if self._texts:
            self._texts[-1] = (self._texts[-1] + data)[:MAX_XML_TEXT]

    def end(self, _name: str) -> None:
        self.fields.append((tuple(self._path), self._texts.pop().strip()))
        self._path.pop()


def _refuse(*_declaration: object) -> None:
    raise PortMappingError(MappingFailure.BROKEN, _("UPnP: XML with a document type"))


def read_fields(data: bytes) -> list[Field]:
    """All elements in the order in which they end. Raises `PortMappingError`."""
    if len(data) > MAX_HTTP_ANSWER:
        raise PortMappingError(MappingFailure.BROKEN, _("UPnP: XML of more than 64 kB"))
    reader, parser = _Reader(), expat.ParserCreate()
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise PortMappingError(MappingFailure.BROKEN, _("UPnP: no XML that can be read")) from error
    return reader.fields
