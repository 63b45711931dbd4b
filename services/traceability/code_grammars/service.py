"""Reading a code by every grammar there is, and correcting the registry."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.code_grammars.models import CodeGrammar
from services.traceability.code_grammars.schemas import Reading, ReadPart
from services.traceability.codes.rules import OWN_KEY
from services.traceability.codes.service import key_of
from services.traceability.identifiers import match_key, read_identifier
from services.traceability.identifiers.application_identifiers import application_identifier
from services.traceability.identifiers.grammars import read
from shared.dated_rules.repository import in_force

_OWN_PARTS = (
    ("kind", "种类", 0, 1),
    ("county", "县（市、区）", 1, 7),
    ("serial", "随机序号", 7, 19),
    ("check", "校验字符", 19, 20),
)


async def readings_of(session: AsyncSession, text: str, day: date) -> Sequence[Reading]:
    """Every way to read `text`; empty when no grammar in force fits."""
    plain = text.strip()
    readings = [reading for reading in (_as_gs1(plain), _as_own(plain)) if reading is not None]
    for grammar in await in_force(session, CodeGrammar, day):
        parts = grammar.read_parts()
        found = read(plain.upper(), parts, grammar.check_character) if parts else None
        if found is not None:
            readings.append(
                Reading(
                    grammar=grammar.code,
                    name=grammar.name,
                    parts=[ReadPart(name=part.name, label=part.label, value=found[part.name]) for part in parts],
                    key=None,
                    source=grammar.source,
                    verified=grammar.verified,
                )
            )
    return readings


def _as_gs1(text: str) -> Reading | None:
    link = read_identifier(text)
    if link is None:
        return None
    described = [(ai, application_identifier(ai), value) for ai, value in (*link.elements, *link.attributes)]
    return Reading(
        grammar="gs1",
        name="GS1 标识",
        parts=[
            ReadPart(name=ai, label=known.description if known else ai, value=value) for ai, known, value in described
        ],
        key=match_key(text),
        source="GS1 General Specifications、GS1 Digital Link URI Syntax、EPC Tag Data Standard",
        verified=True,
    )


def _as_own(text: str) -> Reading | None:
    key = key_of(text)
    if not key.startswith(OWN_KEY):
        return None
    code = key.removeprefix(OWN_KEY)
    return Reading(
        grammar="shian",
        name="平台编号",
        parts=[ReadPart(name=name, label=label, value=code[start:end]) for name, label, start, end in _OWN_PARTS],
        key=key,
        source="本平台",
        verified=True,
    )
