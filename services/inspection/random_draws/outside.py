"""Where a draw's outside randomness comes from, and what it was."""

import asyncio
import hashlib
import unicodedata
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.random_draws import beacon, repository
from services.inspection.random_draws.codes import DrawState, EntropyMode
from services.inspection.random_draws.models import RandomDraw
from services.inspection.random_draws.problems import DrawStepRefused, refused
from services.inspection.random_draws.schemas import ByBeacon, ByWitnesses, Commit, Outside
from services.inspection.random_draws.verifier import FEWEST_WITNESSES
from shared.times import SHANGHAI, in_words, now

SOONEST = timedelta(minutes=1)
"""A round or number that is as near as this may be known already to somebody."""


async def promised_of(session: AsyncSession, draw: RandomDraw, body: Commit) -> dict[str, Any]:
    """What the commitment says of the outside randomness."""
    asked = body.entropy
    if isinstance(asked, ByWitnesses):
        hashes = [one.nonce_sha256 for one in await repository.pledges_of(session, draw.id)]
        if len(hashes) < FEWEST_WITNESSES:
            raise DrawStepRefused(f"至少 {FEWEST_WITNESSES} 位见证人先交存随机数的指纹，现有 {len(hashes)} 位")
        return {"mode": asked.mode, "nonce_sha256": hashes}
    if asked.not_before < now() + SOONEST:
        raise refused("/entropy/not_before", "外部随机数须在公布承诺一分钟以后才产生，请换将来的一轮或一期", "past")
    if isinstance(asked, ByBeacon):
        _ensure_round_to_come(asked)
    moment = asked.not_before.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return asked.model_dump(mode="json") | {"not_before": moment}


def _ensure_round_to_come(asked: ByBeacon) -> None:
    """A round of the known beacon that is out already is no chance; its number says when it comes."""
    if "drand" in unicodedata.normalize("NFKC", asked.name).casefold() and asked.name != beacon.QUICKNET:
        raise refused("/entropy/name", f"drand 的信标请写「{beacon.QUICKNET}」，平台会核对轮次和签名", "other_drand")
    if asked.name == beacon.QUICKNET and beacon.time_of(asked.round) < asked.not_before:
        come = in_words(beacon.time_of(asked.round))
        raise refused("/entropy/round", f"第 {asked.round} 轮 {come} 产生，早于 not_before，请换一轮", "past")


async def told_of(promised: dict[str, Any], body: Outside) -> dict[str, Any]:
    """What a beacon or public number gave, as it goes into the seed. Raises `InvalidRequest`."""
    if body.signature is None:
        return {"number": body.number}
    if promised["name"] == beacon.QUICKNET:
        try:
            await asyncio.to_thread(beacon.check, promised["round"], body.signature)  # seconds
        except beacon.NotOfTheBeacon as fault:
            raise refused("/signature", f"{fault}：请照信标第 {promised['round']} 轮公布的填", "forged") from None
    randomness = hashlib.sha256(bytes.fromhex(body.signature)).hexdigest()
    return {"round": promised["round"], "randomness": randomness, "signature": body.signature}


async def outside_of(session: AsyncSession, draw: RandomDraw) -> dict[str, Any] | None:
    """The outside randomness when all of it is on record, else None."""
    if draw.entropy_mode is not EntropyMode.WITNESSES:
        return draw.outside
    nonces = await repository.nonces_of(session, draw.id)
    pledges = await repository.pledges_of(session, draw.id)
    return {"nonces": [nonces[one.witness_id].nonce for one in pledges]} if len(nonces) == len(pledges) else None


async def is_ready(session: AsyncSession, draw: RandomDraw) -> bool:
    """Whether everything that the seed follows from is on record."""
    if draw.state is not DrawState.COMMITTED:
        return False
    if draw.entropy_mode is not EntropyMode.WITNESSES:
        return draw.outside is not None
    openers = await repository.openers_of(session, draw.id)
    return len(openers) == len(await repository.pledges_of(session, draw.id))
