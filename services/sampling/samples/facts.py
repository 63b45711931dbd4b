"""What the columns of a sample repeat of its form: all that is searched, counted or judged by."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.samples.form import SampleForm
from services.sampling.samples.repository import open_businesses_under
from services.sampling.samples.rules import production_date
from services.sampling.sampling_tasks.models import SamplingTask
from shared.contracts.business_numbers import check_uscc
from shared.times import day_of, now


def facts_in_form(form: SampleForm, task: SamplingTask | None, *, region_code: str, bureau_code: str) -> dict[str, Any]:
    """Values by column. Where the form leaves something open, the task says it; its stream and link always hold."""
    basics, party, goods, producer = form.basics, form.sampled_party, form.goods, form.producer
    return {
        "stream": task.stream if task else basics.stream,
        "link": task.link if task else basics.link,
        "task_source": basics.task_source or (task.task_source if task else ""),
        "region_code": region_code,
        "bureau_code": bureau_code,
        "category_code": goods.category_code or (task.category_code if task else None),
        "food_name": goods.name or (task.food_name if task else None) or "",
        "business_id": party.business_id or (task.business_id if task else None),
        "sampled_party_name": party.name or (task.business_name if task else None) or "",
        "sampled_party_uscc": plain_uscc(party.licence_number),
        "producer_name": producer.name,
        "producer_uscc": plain_uscc(producer.uscc),
        "lot_code": goods.lot_code,
        "production_date": production_date(form),
        "sampled_on": basics.sampled_on or day_of(now()),
        "form": form.content(),
    }


async def with_business(session: AsyncSession, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts with the sampled party's business by its USCC, where nobody named one and a single open one has it."""
    if facts["business_id"] is not None or facts["sampled_party_uscc"] is None:
        return facts
    found = await open_businesses_under(session, facts["sampled_party_uscc"])
    return facts | {"business_id": found[0]} if len(found) == 1 else facts


def plain_uscc(text: str | None) -> str | None:
    """The code in its plain form; None for what is none, such as an old registration number."""
    try:
        return check_uscc(text) if text else None
    except ValueError:
        return None
