"""Samples: what other features ask of them."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples import repository
from services.sampling.samples.models import Sample
from services.sampling.samples.problems import SampleNotFound
from shared.http.auth import Actor


async def sample_for(session: AsyncSession, sample_id: UUID, actor: Actor, *, lock: bool = False) -> Sample:
    """The sample with its history, if the actor's regions hold it. Raises SampleNotFound."""
    sample = await repository.visible_sample(session, sample_id, actor, lock=lock)
    if sample is None:
        raise SampleNotFound(f"没有编号为 {sample_id} 的样品，或不在您的管辖区域内")
    return sample


def facts_of(sample: Sample) -> dict[str, Any]:
    """What every event about a sample says of it: the fields of `SampleFacts`."""
    return {
        "sample_id": sample.id,
        "version": sample.version,
        "number": sample.number,
        "stream": sample.stream,
        "link": sample.link,
        "region_code": sample.region_code,
        "food_name": sample.food_name,
        "category_code": sample.category_code,
        "sampled_on": sample.sampled_on,
        "business_id": sample.business_id,
        "sampled_party_name": sample.sampled_party_name,
        "sampled_party_uscc": sample.sampled_party_uscc,
        "producer_name": sample.producer_name,
        "producer_uscc": sample.producer_uscc,
        "lot_code": sample.lot_code,
        "production_date": sample.production_date,
    }
