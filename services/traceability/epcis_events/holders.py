"""Whose a place is that an event names: the business for which an office has registered its shop code.

A code that a business has entered by itself is only its own word, and what it sees must not hang on that. A stall
within another's GLN is known in events by that GLN alone, so it counts only under a number of the platform's own.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from services.traceability.codes.models import TraceCode
from services.traceability.codes.rules import CodeKind, CodeState
from services.traceability.identifiers import CANONICAL_ORIGIN
from shared.regions.repository import codes_within

_GLN_START = f"{CANONICAL_ORIGIN}/414/"
_GLN_DIGITS = 13


def held_by(business_id: UUID | ColumnElement[Any]) -> Select[Any]:
    """The `gln_key`s of the places that a business holds; the business may be a column of the enclosing query."""
    return _places().where(TraceCode.business_id == business_id)


def held_within(regions: Sequence[str]) -> Select[Any]:
    """The `gln_key`s of the places at or below the regions."""
    return _places().where(TraceCode.region_code.in_(codes_within(regions)))


def _places() -> Select[Any]:
    is_gln = TraceCode.key.startswith(_GLN_START, autoescape=True)
    gln_key = case((is_gln, func.substr(TraceCode.key, len(_GLN_START) + 1, _GLN_DIGITS)), else_=TraceCode.key)
    return select(gln_key).where(
        TraceCode.state == CodeState.ACTIVE,
        TraceCode.issuer_business_id.is_(None),
        or_(
            TraceCode.kind == CodeKind.SHOP,
            and_(TraceCode.kind == CodeKind.STALL, ~is_gln),
        ),
    )
