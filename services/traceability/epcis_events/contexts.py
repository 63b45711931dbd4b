"""The JSON-LD `@context` of a document or event: which prefix stands for which namespace. Pure.

Only prefixes are read from it. The standard context is known by its address and never fetched; neither is any other,
so that what an event means does not hang on somebody else's server. What another address declares is therefore not
known: names with prefixes of such a context are taken as they are.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

STANDARD_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_STANDARD_BASES = ("https://ref.gs1.org/standards/epcis/", "https://gs1.github.io/EPCIS/")

KNOWN_PREFIXES: Mapping[str, str] = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "gs1": "https://ref.gs1.org/voc/",
    "cbvmda": "urn:epcglobal:cbv:mda",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
"""What the standard context declares. `cbvmda` without the colon is how the event hash spells it (CBV 2.0 §8.9)."""


@dataclass(frozen=True, slots=True)
class Context:
    """A context as JSON text, and its prefixes. `declared` are those the sender declared himself; `is_open` says that
    addresses in it may declare others.
    """

    text: str
    declared: tuple[tuple[str, str], ...]
    prefixes: Mapping[str, str]
    is_open: bool = False

    @property
    def parts(self) -> list[Any]:
        """The context as JSON has it."""
        parts: list[Any] = json.loads(self.text)
        return parts

    @property
    def id(self) -> UUID:
        """Equal for equal texts, so that a context is stored once."""
        return _id_of(self.text)

    def name_of(self, key: str) -> str:
        """A member's name as queries know it: namespace and local name joined, `urn:epcglobal:cbv:mda:lotNumber`."""
        prefix, colon, local = key.partition(":")
        if not colon:
            return key
        namespace = self.prefixes.get(prefix)
        if namespace is None:
            return key
        if namespace == KNOWN_PREFIXES["cbvmda"]:
            namespace += ":"
        return namespace + local

    def declares(self, key: str) -> bool:
        """Whether the member's prefix is declared, or may be; a full URI as a name needs none."""
        prefix, _, local = key.partition(":")
        return prefix in self.prefixes or local.startswith("//") or prefix == "urn" or self.is_open


@lru_cache(maxsize=256)
def _id_of(text: str) -> UUID:
    return UUID(bytes=sha256(text.encode()).digest()[:16], version=5)


def read_context(*contexts: Any) -> Context:
    """The context made of the parts given (a document's, then an event's), each as JSON has it: text, object, list of
    these, or None.
    """
    parts = [part for context in contexts for part in _parts(context)]
    return _assembled(json.dumps(parts or [STANDARD_CONTEXT], ensure_ascii=False, separators=(",", ":")))


@lru_cache(maxsize=256)
def _assembled(text: str) -> Context:
    parts = json.loads(text)
    declared = tuple((prefix, uri) for part in parts if isinstance(part, dict) for prefix, uri in _prefixes(part))
    is_open = any(isinstance(part, str) and not is_standard(part) for part in parts)
    return Context(text, declared, {**KNOWN_PREFIXES, **dict(declared)}, is_open)


def _parts(context: Any) -> list[Any]:
    if context is None:
        return []
    return [part for part in context if part] if isinstance(context, list) else [context]


def _prefixes(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for prefix, value in part.items():
        uri = value.get("@id") if isinstance(value, dict) else value
        if not prefix.startswith("@") and isinstance(uri, str):
            yield prefix, uri


def is_standard(address: str) -> bool:
    """Whether the address is that of a published edition of the EPCIS context."""
    return address.startswith(_STANDARD_BASES)
