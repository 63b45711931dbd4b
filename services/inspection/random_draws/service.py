"""The ceremony of a draw: freeze, pledge, commit, outside randomness, draw, announce.

The order is the protection. The secret is made with the commitment and read again only when everything else that goes
into the seed is on record; no witness's nonce is taken before the commitment, and none that does not fit its hash.
"""

import asyncio
import hashlib
import json
import secrets
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.random_draws import repository
from services.inspection.random_draws.codes import (
    DrawEntryKind,
    DrawnVisitState,
    DrawPurpose,
    DrawState,
    EntropyMode,
    PartName,
)
from services.inspection.random_draws.freezing import freeze_rosters
from services.inspection.random_draws.inspectors.repository import accounts_of
from services.inspection.random_draws.models import DrawEntry, DrawNonce, DrawPledge, DrawSecret, RandomDraw
from services.inspection.random_draws.outside import is_ready, outside_of, promised_of, told_of
from services.inspection.random_draws.problems import DrawStepRefused, NotTheWitness, UnknownDraw, refused
from services.inspection.random_draws.schemas import (
    Commit,
    DrawFreeze,
    NonceOpening,
    Outside,
    Pledge,
)
from services.inspection.random_draws.verifier import (
    canonical,
    result_of,
    seed_of,
    sha256,
    sha256_of_text,
)
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.ids import uuid7
from shared.regions.scope import ensure_in_scope
from shared.times import SHANGHAI, in_words, now


async def freeze(session: AsyncSession, actor: Actor, body: DrawFreeze) -> RandomDraw:
    """Freeze the rosters of a draw; one that takes another's place cancels it.

    Raises `OutsideRegion`, and what `freeze_rosters` and `_cancel` raise.
    """
    await ensure_in_scope(session, actor, body.region_code)
    replaced = None if body.replaces_id is None else await draw_for(session, body.replaces_id, actor, lock=True)
    if replaced is not None and replaced.region_code != body.region_code:
        raise refused("/replaces_id", f"代替的是 {replaced.region_code} 的抽取，区划应当相同", "other_region")
    frozen = await freeze_rosters(session, body)
    moment = now()
    draw = RandomDraw(
        id=uuid7(),
        version=1,
        title=body.title,
        purpose=body.purpose,
        region_code=body.region_code,
        state=DrawState.FROZEN,
        replaces_id=body.replaces_id,
        reason=body.reason,
        counts=frozen.counts,
        frozen_at=moment,
        frozen_by=actor.id,
        frozen_by_name=actor.name,
    )
    if replaced is not None:
        await _cancel(session, replaced, draw.id, body.reason, actor)
    session.add(draw)
    await session.flush()
    parts = (PartName.PARAMETERS, frozen.parameters), (PartName.SUBJECTS, frozen.subjects)
    for name, part in (*parts, (PartName.INSPECTORS, frozen.inspectors)):
        await repository.keep_part(session, draw.id, name, 0, canonical(part), sha256(part))
    fit = frozen.counts
    note = f"主体 {fit['subjects_fit']}/{fit['subjects']} 户，检查人员 {fit['inspectors_fit']}/{fit['inspectors']} 人"
    await log(session, draw, DrawEntryKind.FROZEN, actor, note)
    return draw


async def pledge(session: AsyncSession, draw_id: UUID, body: Pledge, actor: Actor) -> RandomDraw:
    """A witness hands in the hash of his nonce, with his own account, once. Raises `NotTheWitness`."""
    draw = await draw_for(session, draw_id, actor, lock=True)
    draw.ensure(DrawState.FROZEN)
    if actor.kind != "user":
        raise NotTheWitness("见证人是人，请用个人账号")
    if actor.id == draw.frozen_by:
        raise NotTheWitness("冻结名单的人不能同时见证")
    known = await repository.pledges_of(session, draw.id)
    if any(one.witness_id == actor.id for one in known):
        raise NotTheWitness("您已交存指纹，不能更换；随机数遗失的，只能另行抽取")
    if any(one.nonce_sha256 == body.nonce_sha256 for one in known):
        raise refused("/nonce_sha256", "与另一位见证人的相同，请各用各的随机数", "copied")
    session.add(
        DrawPledge(
            draw_id=draw.id,
            witness_id=actor.id,
            witness_name=actor.name,
            nonce_sha256=body.nonce_sha256,
            pledged_at=now(),
        )
    )
    await log(session, draw, DrawEntryKind.PLEDGED, actor, body.nonce_sha256)
    return draw


async def publish_commitment(
    session: AsyncSession, draw_id: UUID, body: Commit, version: int, actor: Actor
) -> RandomDraw:
    """Make the secret and publish the commitment. Raises `DrawStepRefused`, `InvalidRequest`."""
    draw = await draw_for(session, draw_id, actor, lock=True)
    ensure_version(draw, version)
    draw.ensure(DrawState.FROZEN)
    entropy = await promised_of(session, draw, body)
    secret = secrets.token_hex(32)
    session.add(DrawSecret(draw_id=draw.id, secret=secret))
    hashes = {}
    for name in (PartName.PARAMETERS, PartName.SUBJECTS, PartName.INSPECTORS):
        content = await repository.part_of(session, draw.id, name)
        assert content is not None  # kept with the freeze
        hashes[f"{name.value}_sha256"] = hashlib.sha256(content).hexdigest()
    commitment = {**hashes, "secret_sha256": sha256_of_text(secret), "entropy": entropy}
    draw.promise(EntropyMode(body.entropy.mode), commitment, sha256(commitment), now())
    await log(session, draw, DrawEntryKind.COMMITTED, actor, f"承诺的指纹 {draw.commitment_sha256}")
    return draw


async def open_nonce(session: AsyncSession, draw_id: UUID, body: NonceOpening, actor: Actor) -> RandomDraw:
    """A witness hands in what his hash was made of. Raises `NotTheWitness`, `InvalidRequest` where it does not fit."""
    draw = await draw_for(session, draw_id, actor, lock=True)
    draw.ensure(DrawState.COMMITTED)
    mine = next((one for one in await repository.pledges_of(session, draw.id) if one.witness_id == actor.id), None)
    if mine is None or draw.entropy_mode is not EntropyMode.WITNESSES:
        raise NotTheWitness("您没有为这次抽取交存指纹")
    if actor.id in await repository.openers_of(session, draw.id):
        raise NotTheWitness("您的随机数已经交出，不能更换")
    if sha256_of_text(body.nonce) != mine.nonce_sha256:
        raise refused("/nonce", "与您事先交存的指纹不符，请核对是否一字不差（含空格）", "mismatch")
    session.add(DrawNonce(draw_id=draw.id, witness_id=actor.id, nonce=body.nonce, opened_at=now()))
    await log(session, draw, DrawEntryKind.OPENED, actor, "与交存的指纹相符")
    return draw


async def tell_outside(session: AsyncSession, draw_id: UUID, body: Outside, version: int, actor: Actor) -> RandomDraw:
    """Put on record what the beacon or public number gave, once it can be known; once."""
    draw = await draw_for(session, draw_id, actor, lock=True)
    ensure_version(draw, version)
    draw.ensure(DrawState.COMMITTED)
    assert draw.commitment is not None  # committed
    promised = draw.commitment["entropy"]
    if promised["mode"] == EntropyMode.WITNESSES:
        raise DrawStepRefused("这次抽取用见证人的随机数，由见证人各自交出")
    if now().astimezone(SHANGHAI).isoformat(timespec="seconds") < promised["not_before"]:
        raise DrawStepRefused(f"承诺的外部随机数 {promised['not_before']} 才产生，到时再登记")
    if (body.signature is not None) != (promised["mode"] == EntropyMode.BEACON):
        wanted = "signature" if promised["mode"] == EntropyMode.BEACON else "number"
        raise refused(f"/{wanted}", "与承诺的来源不符，请按承诺填写", "other_source")
    draw.tell(await told_of(promised, body))
    await log(session, draw, DrawEntryKind.TOLD, actor, "登记一次，不能更改")
    return draw


async def draw_now(session: AsyncSession, draw_id: UUID, version: int, actor: Actor) -> RandomDraw:
    """Open the secret, make the seed, draw, and give out the visits. Raises `DrawStepRefused`."""
    draw = await draw_for(session, draw_id, actor, lock=True)
    ensure_version(draw, version)
    draw.ensure(DrawState.COMMITTED)
    outside = await outside_of(session, draw)
    if outside is None:
        raise DrawStepRefused("外部随机数还没有齐：见证人都交出随机数，或登记信标、号码之后才能抽取")
    reveal = {"secret": await repository.secret_of(session, draw.id), "entropy": outside}
    assert draw.commitment is not None  # committed
    seed = seed_of(draw.commitment, reveal)
    rosters = await rosters_of(session, draw)
    result = await asyncio.to_thread(result_of, *rosters, seed)  # seconds, during which others are answered
    moment = now()
    draw.draw(reveal, seed.hex(), moment)
    await repository.keep_part(session, draw.id, PartName.RESULT, 0, canonical(result), sha256(result))
    await _give_out(session, draw, rosters, result)
    short = sum(len(one["inspectors"]) < _wanted(rosters[0]) for one in result["assignments"])
    said = f"抽中 {len(result['assignments'])} 户"
    said += f"；其中 {short} 户能派的检查人员不足，报上级机关调派" if short else ""
    await log(session, draw, DrawEntryKind.DRAWN, actor, said)
    return draw


async def announce(session: AsyncSession, draw_id: UUID, version: int, actor: Actor) -> RandomDraw:
    """Show everybody everything; an unannounced inspection only when no visit of it is left to make."""
    draw = await draw_for(session, draw_id, actor, lock=True)
    ensure_version(draw, version)
    draw.ensure(DrawState.DRAWN)
    if draw.purpose is DrawPurpose.FLIGHT and (left := await repository.count_open_visits(session, draw.id)):
        raise DrawStepRefused(f"飞行检查不事先告知：还有 {left} 户没有检查，检查完再公布")
    draw.announce(now())
    for replaced in await repository.replaced_by(session, draw):
        if replaced.is_secret:
            replaced.open(now())
    await log(session, draw, DrawEntryKind.ANNOUNCED, actor, "名单、秘密、外部随机数与结果全部公开")
    return draw


async def draw_for(session: AsyncSession, draw_id: UUID, actor: Actor, *, lock: bool = False) -> RandomDraw:
    """A draw of the actor's regions. Raises `UnknownDraw`."""
    draw = await repository.visible_draw(session, draw_id, actor, lock=lock)
    if draw is None:
        raise UnknownDraw("请核对编号；只能查看辖区内的抽取")
    return draw


async def rosters_of(
    session: AsyncSession, draw: RandomDraw
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """Parameters, businesses and inspectors as frozen."""
    contents = [
        await repository.part_of(session, draw.id, name)
        for name in (PartName.PARAMETERS, PartName.SUBJECTS, PartName.INSPECTORS)
    ]
    parameters, subjects, inspectors = (json.loads(content or b"null") for content in contents)
    return parameters, subjects, inspectors


async def log(session: AsyncSession, draw: RandomDraw, kind: DrawEntryKind, actor: Actor, note: str) -> None:
    """Append to the history; whoever calls holds the draw locked."""
    number = await repository.count_entries(session, draw.id) + 1
    entry = DrawEntry(draw_id=draw.id, number=number, kind=kind, at=now(), note=note)
    entry.actor_id, entry.actor_name = actor.id, actor.name
    session.add(entry)
    await session.flush()


async def _cancel(session: AsyncSession, draw: RandomDraw, by_id: UUID, reason: str, actor: Actor) -> None:
    """Another draw takes its place. What is already certain must be seen first: nobody may throw away a result that he
    could have reckoned in secret.
    """
    if await is_ready(session, draw):
        raise DrawStepRefused("外部随机数已经齐了，结果已定：请先抽取，让所有人看见，再写明理由另行抽取")
    moment = now()
    draw.cancel(moment)
    for visit in await repository.open_visits(session, draw.id):
        visit.end(DrawnVisitState.CANCELLED, moment)
    await log(session, draw, DrawEntryKind.CANCELLED, actor, f"由 {by_id} 代替：{reason}（{in_words(moment)}）")


async def _give_out(session: AsyncSession, draw: RandomDraw, rosters: Any, result: dict[str, Any]) -> None:
    """The drawn visits, each with who is sent."""
    parameters, subjects, inspectors = rosters
    sent = await people_of(session, inspectors)
    by_id = {row["id"]: row for row in subjects}
    ids = [UUID(one["subject"]) for one in result["assignments"]]
    regions = await repository.regions_of_businesses(session, ids)
    rows = [
        {
            "id": uuid7(),
            "version": 1,
            "draw_id": draw.id,
            "place": place,
            "business_id": business_id,
            "business_name": by_id[one["subject"]]["name"],
            "region_code": regions[business_id],
            "stratum": by_id[one["subject"]]["stratum"],
            "inspectors": [sent[person][0] for person in one["inspectors"]],
            "user_ids": [sent[person][1] for person in one["inspectors"]],
            "wanted": _wanted(parameters),
            "lent": [],
            "state": DrawnVisitState.SCHEDULED,
            "scheduled_at": draw.drawn_at,
            "changed_at": draw.drawn_at,
        }
        for place, (business_id, one) in enumerate(zip(ids, result["assignments"], strict=True))
    ]
    await repository.add_visits(session, rows)


async def people_of(session: AsyncSession, inspectors: list[dict[str, Any]]) -> dict[str, tuple[dict[str, str], UUID]]:
    """By id on the roster: how an inspector was frozen, and his account."""
    accounts = await accounts_of(session, [UUID(row["id"]) for row in inspectors])
    return {
        row["id"]: ({name: row[name] for name in ("id", "name", "team")}, accounts[UUID(row["id"])])
        for row in inspectors
    }


def _wanted(parameters: dict[str, Any]) -> int:
    return sum(team["each"] for team in parameters["teams"])
