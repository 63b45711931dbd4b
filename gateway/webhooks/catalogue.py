"""The public events: which of the platform's events leave it, and which of their fields.

An event may be public only when it names its region, because that decides who may hear it. Of its data only fields
leave that say nothing of a person: ids, codes, numbers, states, quantities and times. Names (a stall's holder is a
person) and free text do not; who may see them reads the record by its id, with its own rights. What is sold and what it
was tested for is named as it was typed, with what looks like somebody's number masked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.clocks import BREACHED
from shared.contracts.codes import SERVICES, Unit
from shared.contracts.event import EventData
from shared.contracts.inspection import (
    BusinessChanged,
    BusinessFacts,
    BusinessMerged,
    BusinessRegistered,
    VisitCompleted,
)
from shared.contracts.sampling import RapidTestFailed, WhistleClosed, WhistleFacts
from shared.contracts.statutory_sampling import DisposalClosed, SampleConcluded, SampleFacts
from shared.contracts.traceability import (
    DoubtRaised,
    LotHeld,
    LotHoldFacts,
    LotReleased,
    RecallClosed,
    RecallFacts,
    RecallOpened,
)
from shared.personal_data.masking import masked_numbers

TEST_TYPE = "gateway.webhook.tested.v1"
"""The event that a subscriber orders to try the way. It concerns no region and goes to that one subscriber."""


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """An event type that outside systems may subscribe to, and the fields of its data that they get."""

    data: type[EventData]
    label: str
    fields: tuple[str, ...]

    @property
    def type(self) -> str:
        return self.data.type

    @property
    def publisher(self) -> Unit:
        return Unit(self.type.partition(".")[0])

    def payload(self, data: EventData) -> dict[str, Any]:
        """What is sent of `data`, as JSON."""
        sent = data.model_dump(mode="json", include=set(self.fields))
        return sent | {name: masked_numbers(sent[name]) for name in _TYPED if sent.get(name)}


_TYPED = ("product_name", "food_name", "item_name")
_WHISTLE = (
    *("whistle_id", "version", "rapid_test_id", "site_id", "region_code", "seller_business_id", "product_name"),
    *("item_code", "item_name", "quantity", "unit", "banned"),
)
_SAMPLE = (
    *("sample_id", "version", "number", "stream", "link", "region_code", "food_name", "category_code"),
    *("sampled_on", "business_id"),
)
_BUSINESS = ("business_id", "version", "uscc", "kind", "status", "region_code", "site_id")
_HOLD = ("hold_id", "lot_id", "lot_code", "product_name", "holder_business_id", "region_code", "whistle_id")
_RECALL = (
    *("recall_id", "version", "level", "code", "lots", "product_name", "region_code", "case_id", "business_ids"),
)
_CLOCK = (
    *("clock_id", "version", "code", "name", "authority", "state", "object_type", "object_id", "region_code"),
    *("triggered_at", "due_at", "provisional", "statutory"),
)


def _whistle(data: type[WhistleFacts], label: str, *more: str) -> PublicEvent:
    return PublicEvent(data, label, (*_WHISTLE, *more))


def _sample(data: type[SampleFacts], label: str, *more: str) -> PublicEvent:
    return PublicEvent(data, label, (*_SAMPLE, *more))


def _business(data: type[BusinessFacts], label: str, *more: str) -> PublicEvent:
    return PublicEvent(data, label, (*_BUSINESS, *more))


def _hold(data: type[LotHoldFacts], label: str, *more: str) -> PublicEvent:
    return PublicEvent(data, label, (*_HOLD, *more))


def _recall(data: type[RecallFacts], label: str, *more: str) -> PublicEvent:
    return PublicEvent(data, label, (*_RECALL, *more))


_EVENTS = (
    _whistle(RapidTestFailed, "快检不合格（吹哨）", "verdict", "tested_at", "blown_at"),
    _whistle(WhistleClosed, "快检吹哨了结", "outcome", "same_lot", "stop_sale", "destroyed_quantity", "closed_at"),
    _sample(SampleConcluded, "抽检样品有结论", "conclusion", "report_class", "report_number", "concluded_at"),
    _sample(DisposalClosed, "核查处置办结", "case_id", "side", "conclusion", "closed_at"),
    _hold(LotHeld, "批次锁定", "quantity", "unit", "held_at"),
    _hold(LotReleased, "批次解除锁定", "released_at"),
    _recall(RecallOpened, "召回启动", "opened_at"),
    _recall(RecallClosed, "召回终结", "state", "holders", "acknowledged", "closed_at"),
    PublicEvent(DoubtRaised, "消费者对码提出疑问", ("doubt_id", "code", "business_id", "region_code", "raised_at")),
    _business(BusinessRegistered, "主体登记"),
    _business(BusinessChanged, "主体变更"),
    _business(BusinessMerged, "主体合并", "merged_into"),
    PublicEvent(
        VisitCompleted,
        "吹哨回访完成",
        (
            *("visit_id", "version", "business_id", "site_id", "region_code", "whistle_id", "due_at", "outcome"),
            *("completed_at", "on_time"),
        ),
    ),
    *(PublicEvent(BREACHED[unit], f"{unit.label}的期限已过", _CLOCK) for unit in SERVICES),
)

CATALOGUE: Mapping[str, PublicEvent] = {event.type: event for event in _EVENTS}
"""Event type → what is public of it."""
