"""A scan: what it says of the code, what it says against the label, and what the scanner is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.traceability.code_scans import repository
from services.traceability.code_scans.models import CodeFinding
from services.traceability.code_scans.problems import NothingScanned, UnknownFinding
from services.traceability.code_scans.rules import (
    Found,
    ScanPurpose,
    Threshold,
    bad_signature,
    coarse,
    copied,
    never_issued,
    sold_again,
    state_finding,
)
from services.traceability.code_scans.schemas import (
    FindingSettlement,
    PublicCode,
    PublicLevel,
    Signature,
)
from services.traceability.codes import repository as codes
from services.traceability.codes.masking import masked
from services.traceability.codes.models import TraceCode
from services.traceability.codes.rules import CodeState
from services.traceability.codes.service import key_of, note_sale
from services.traceability.codes.signing import PARAMETER, open_code_keys
from services.traceability.identifiers import as_link, class_key, match_key, read_identifier
from services.traceability.identifiers.digital_link import CANONICAL_ORIGIN
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.regions.repository import get_region
from shared.times import day_of, now

UNREGISTERED = "码的写法可能没有错，但本平台没有登记；可能是别的平台发的，或不是真的"

MOST_ROWS_A_DAY = 200
"""Rows a day that scans of one code may take; beyond that their place is no longer kept apart."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What somebody scanned: the codes registered for it, the nearest first, and how its signature stands. `levels` are
    the keys from it up to its product, whether registered or not.
    """

    key: str
    levels: Sequence[str]
    codes: Sequence[TraceCode]
    signature: Signature

    @property
    def exact(self) -> bool:
        return bool(self.codes) and self.codes[0].key == self.key


async def read_scanned(session: AsyncSession, text: str, code_keys: Path) -> Scanned:
    """What is registered for a scanned text. Raises `NothingScanned`."""
    scanned = await look_up(session, text, code_keys)
    if not scanned.codes:
        raise NothingScanned(UNREGISTERED)
    return scanned


async def look_up(session: AsyncSession, text: str, code_keys: Path) -> Scanned:
    """What is registered for a scanned text, which may be nothing."""
    key, levels, path = _spelled_out(text)
    registered = await codes.by_keys(session, levels)
    found = [registered[level] for level in levels if level in registered]
    return Scanned(key, levels, found, _signature(text, path, code_keys))


def _spelled_out(text: str) -> tuple[str, list[str], str]:
    """The key of a scanned text, the keys from it up to its product, and the path that a signature would be of."""
    key = key_of(text)
    link = read_identifier(as_link(text.strip()))
    if link is None:
        return key, [key], f"/q/{key.rpartition(':')[2]}"
    above = [match_key(CANONICAL_ORIGIN + path) for path in link.levels()]
    return key, list(dict.fromkeys([key, *above])), link.path


def _signature(text: str, path: str, code_keys: Path) -> Signature:
    try:
        given = parse_qs(urlsplit(text.strip()).query).get(PARAMETER, [])
    except ValueError:
        given = []
    if not given:
        return Signature.NONE
    return Signature.GOOD if open_code_keys(code_keys).verify(path, given[0]) else Signature.BAD


async def record_scan(
    session: AsyncSession,
    scanned: Scanned,
    purpose: ScanPurpose,
    latitude: Decimal | None,
    longitude: Decimal | None,
    actor: Actor | None,
) -> list[str]:
    """Count a scan and put on record what it brings to light; returns what the scanner should know."""
    at = now()
    code = scanned.codes[0]
    if scanned.exact:
        await _count(session, code, purpose, latitude, longitude, at)
        findings = await _findings_of(session, code, purpose, actor, at)
    else:
        issued_singly = code.key == class_key(scanned.key) and await codes.items_exist(session, code.key)
        findings = [never_issued(scanned.key, at)] if issued_singly else []
    if scanned.signature is Signature.BAD:
        findings.append(bad_signature(at))
    for found in findings:
        await repository.note_finding(session, code, found, at)
    return [found.says for found in findings]


async def _count(
    session: AsyncSession,
    code: TraceCode,
    purpose: ScanPurpose,
    latitude: Decimal | None,
    longitude: Decimal | None,
    at: datetime,
) -> None:
    cell = ""
    if latitude is not None and longitude is not None:
        rows = await repository.cells_since(session, code.id, at - timedelta(days=1))
        if rows < MOST_ROWS_A_DAY:
            place = coarse(latitude, longitude)
            cell = f"{place.latitude},{place.longitude}"
    hour = at.replace(minute=0, second=0, microsecond=0)
    await repository.count_scan(session, {"code_id": code.id, "hour": hour, "cell": cell, "purpose": purpose}, at)


async def _findings_of(
    session: AsyncSession, code: TraceCode, purpose: ScanPurpose, actor: Actor | None, at: datetime
) -> list[Found]:
    findings = [found] if (found := state_finding(code.kind, code.state, at)) else []
    if not code.kind.names_one_thing:
        return findings
    limits = await repository.thresholds_on(session, day_of(at))
    window = timedelta(hours=max(float(limits[Threshold.WINDOW]), 24.0))
    findings += copied(await repository.scans_since(session, code.id, at - window), limits)
    if purpose is ScanPurpose.SELL and actor is not None:
        locked = await codes.by_key_for_update(session, code.key)
        assert locked is not None
        if not note_sale(session, locked, actor):
            assert locked.sold_at is not None
            findings.append(sold_again(locked.sold_at, at))
    return findings


async def public_view(session: AsyncSession, scanned: Scanned, warnings: list[str]) -> PublicCode:
    """What anybody may know: no owner's data beyond the name on the label, and no telephone in that."""
    own = scanned.codes[0].region_code if scanned.codes else None
    region = await get_region(session, f"{own[:6]}000000") if own else None
    missing = [] if scanned.exact else ["这一个序号的登记"]
    missing += ["检验报告", "进货来源与流向"]
    return PublicCode(
        exact=scanned.exact,
        levels=[_level(code, scanned.codes) for code in scanned.codes],
        region=region.name if region else None,
        signature=scanned.signature,
        warnings=warnings,
        missing=missing,
    )


def _level(code: TraceCode, levels: Sequence[TraceCode]) -> PublicLevel:
    return PublicLevel(
        kind=code.kind,
        label=code.kind.label,
        name=masked(code.name),
        claimed="/01/" in code.key
        and not any(one.verified_at and one.business_id == code.business_id for one in levels),
        text=code.text,
        state=code.state,
        state_label=code.state.label,
        issued_on=day_of(code.issued_at),
        activated_on=day_of(code.activated_at) if code.activated_at else None,
        sold_on=day_of(code.sold_at) if code.sold_at else None,
        voided_on=day_of(code.voided_at) if code.state is CodeState.VOIDED and code.voided_at else None,
    )


async def settle(
    session: AsyncSession, actor: Actor, finding_id: UUID, wanted: FindingSettlement, version: int
) -> CodeFinding:
    """Say what came of looking into a finding."""
    finding = await repository.visible_finding(session, finding_id, actor)
    if finding is None:
        raise UnknownFinding("请核对编号；只能办理辖区内的")
    ensure_version(finding, version)
    finding.settle(outcome=wanted.outcome, note=wanted.note, at=now(), by=actor.id, name=actor.name)
    await session.flush()
    return finding
