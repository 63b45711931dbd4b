"""What the columns of a sample repeat of its form: all that is searched, counted or judged by."""

from typing import Any

from services.sampling.samples.form import SampleForm
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
        "sampled_party_uscc": _uscc(party.licence_number),
        "producer_name": producer.name,
        "producer_uscc": _uscc(producer.uscc),
        "lot_code": goods.lot_code,
        "production_date": production_date(form),
        "sampled_on": basics.sampled_on or day_of(now()),
        "form": form.content(),
    }


def _uscc(text: str | None) -> str | None:
    """The code in its plain form; None for what is none, such as an old registration number."""
    try:
        return check_uscc(text) if text else None
    except ValueError:
        return None
