"""Nothing comes from nowhere and nothing is lost: what was produced is with somebody, sold, used up or destroyed."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.epcis_events.vocabularies import CBV
from services.traceability.traces.custody import (
    Contents,
    EventHead,
    Flow,
    Holder,
    Thing,
    TraceEvent,
    balances,
    handed_on,
    movements,
    voids_beside_records,
    yields,
)
from services.traceability.traces.rules import FOR_EVER, Edge, Stay
from services.traceability.units.codes import converted
from tests.services.traceability.traces.chains import START, lot, sscc

HOLDERS = [Holder(f"place:{n}", f"演示{n}（虚构）", None, None) for n in range(4)]
NOTHING_PACKED = Contents([], {})
L = lot("L")


def event(number: int, holder: Holder | None, things: list[Thing], step: str, kind: str = "ObjectEvent") -> TraceEvent:
    at = START + timedelta(minutes=number)
    action = "ADD" if step == "commissioning" else "OBSERVE"
    head = EventHead(
        UUID(int=number), f"e{number:05d}", "", kind, at, at, action, f"{CBV}BizStep-{step}", None, None, None, None
    )
    return TraceEvent(head, things, holder)


def kilos(amount: Decimal, unit: str) -> Thing:
    return Thing("epc_class", L, converted(amount, "KGM", unit), unit)


def story(random: Random, steps: int) -> tuple[list[TraceEvent], Decimal, Decimal]:
    """A lot that is made, passed on, sold and destroyed in honest amounts; how much was made, how much is gone."""
    has = [Decimal(0)] * len(HOLDERS)
    events: list[TraceEvent] = []
    made = gone = Decimal(0)
    for number in range(0, steps * 2, 2):
        who, other = random.sample(range(len(HOLDERS)), 2)
        unit = random.choice(["KGM", "GRM", "TNE"])
        part = has[who] * random.randint(0, 4) / 4
        match random.randint(0, 3):
            case 0:
                amount = Decimal(random.randint(1, 400)) / 4
                events.append(event(number, HOLDERS[who], [kilos(amount, unit)], "commissioning"))
                has[who], made = has[who] + amount, made + amount
            case 1 | 2:
                events.append(event(number, HOLDERS[who], [kilos(part, unit)], "shipping"))
                events.append(event(number + 1, HOLDERS[other], [kilos(part, "GRM")], "receiving"))
                has[who], has[other] = has[who] - part, has[other] + part
            case _:
                step = random.choice(["retail_selling", "destroying"])
                events.append(event(number, HOLDERS[who], [kilos(part, unit)], step))
                has[who], gone = has[who] - part, gone + part
    return events, made, gone


@given(seed=st.integers(0, 10**9), steps=st.integers(1, 20))
def test_what_was_made_is_with_somebody_or_gone(seed: int, steps: int) -> None:
    events, made, gone = story(Random(seed), steps)
    found = balances(movements(events, NOTHING_PACKED))
    left = [converted(one.remaining, one.unit, "KGM") for one in found if one.remaining is not None]
    assert len(left) == len(found) == len({one.holder for one in found})
    assert sum(left) == made - gone
    assert all(amount >= 0 for amount in left)


@given(seed=st.integers(0, 10**9), steps=st.integers(1, 12))
def test_the_order_of_the_records_changes_no_balance(seed: int, steps: int) -> None:
    events, _, _ = story(Random(seed), steps)
    shuffled = Random(seed).sample(events, len(events))
    one, other = (
        {b.holder.key: (b.unit, b.flows, b.event_ids) for b in balances(movements(many, NOTHING_PACKED))}
        for many in (events, shuffled)
    )
    assert one == other


@given(
    sales=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 50), st.sampled_from(["KGM", "GRM", "TNE"]), st.booleans()),
        max_size=8,
    )
)
def test_what_a_shop_took_in_over_the_counter_is_not_with_consumers_too(
    sales: list[tuple[int, int, str, bool]],
) -> None:
    made, seller, buyer = Decimal(1000), HOLDERS[0], HOLDERS[1]
    events = [event(0, seller, [kilos(made, "KGM")], "commissioning")]
    with_consumers = Decimal(0)
    for number, (sold, counted, unit, received) in enumerate(sales, start=1):
        ticket = frozenset({f"urn:demo:ticket:{number}"})
        events.append(event(2 * number, seller, [kilos(Decimal(sold), unit)], "retail_selling"))
        events[-1].tickets = ticket
        taken = min(sold, counted) if received else 0
        if received:
            events.append(event(2 * number + 1, buyer, [kilos(Decimal(taken), "GRM")], "receiving"))
            events[-1].tickets = ticket
        with_consumers += sold - taken
    found = balances(handed_on(movements(events, NOTHING_PACKED)))
    left = sum((converted(one.remaining or Decimal(0), one.unit, "KGM") for one in found), Decimal(0))
    gone = sum((converted(one.flows.get(Flow.SOLD, Decimal(0)), one.unit, "KGM") for one in found), Decimal(0))
    assert (left + gone, gone) == (made, with_consumers)


def test_what_was_taken_in_without_an_amount_is_all_handed_on() -> None:
    ticket = frozenset({"urn:demo:ticket:1"})
    events = [event(0, HOLDERS[0], [kilos(Decimal(5), "KGM")], "retail_selling")]
    events.append(event(1, HOLDERS[1], [Thing("epc_class", L, None, None)], "receiving"))
    for one in events:
        one.tickets = ticket
    assert [move.flow for move in handed_on(movements(events, NOTHING_PACKED))] == [Flow.SHIPPED, Flow.RECEIVED]


def test_an_amount_that_nobody_told_is_not_nought() -> None:
    events = [event(0, HOLDERS[0], [kilos(Decimal(5), "KGM")], "receiving")]
    events.append(event(1, HOLDERS[0], [Thing("epc_class", L, None, None)], "retail_selling"))
    [found] = balances(movements(events, NOTHING_PACKED))
    assert (found.taken_in, found.remaining, found.untold) == (Decimal(5), None, 1)


def test_a_pallet_moves_what_lies_in_it_then_and_in_crates_within_it() -> None:
    pallet, crate = sscc(1), sscc(2)
    packing = Edge(L, crate, UUID(int=90), START, "aggregated")
    loading = Edge(crate, pallet, UUID(int=91), START, "aggregated")
    contents = Contents(
        [
            Stay(L, crate, START, START + timedelta(minutes=5), (packing,)),
            Stay(crate, pallet, START, FOR_EVER, (loading,)),
        ],
        {packing.event_pk: [Thing("child_class", L, Decimal(7), "KGM")]},
    )
    moved = [event(n, HOLDERS[0], [Thing("epc", pallet, None, None)], "shipping") for n in (1, 9)]
    found = {(m.event.head.event_id, m.key): m.amount for m in movements(moved, contents)}
    assert found["e00001", L] == 7
    assert ("e00009", L) not in found
    assert found["e00009", crate] == 1


def test_a_consignment_that_was_called_off_never_left() -> None:
    sent = [
        event(n, HOLDERS[0], [kilos(Decimal(5), "KGM")], step) for n, step in enumerate(("shipping", "void_shipping"))
    ]
    [found] = balances(movements(sent, NOTHING_PACKED))
    assert found.flows[Flow.SHIPPED] == 0


def test_a_yield_is_told_only_where_all_amounts_are() -> None:
    def turned(output: Thing) -> list[TraceEvent]:
        things = [Thing("input_class", L, Decimal(10), "KGM"), output]
        return [event(0, HOLDERS[0], things, "commissioning", "TransformationEvent")]

    [found] = yields(turned(Thing("output_class", lot("M"), Decimal(7000), "GRM")))
    assert (found.put_in, found.came_out, found.ratio) == tuple(map(Decimal, ("10", "7", "0.7")))
    assert yields(turned(Thing("output_class", lot("M"), None, None))) == []
    assert yields(turned(Thing("output_class", lot("M"), Decimal(7), "LTR"))) == []


@pytest.mark.parametrize(("sent", "void", "idle"), [(True, True, 0), (False, False, 0), (True, False, 1)])
def test_what_left_under_a_ticket_is_taken_back_by_the_ticket_alone(sent: bool, void: bool, idle: int) -> None:
    seller = HOLDERS[0]
    goods = [kilos(Decimal(5), "KGM")]
    events = [event(number, seller, goods, step) for number, step in enumerate(("shipping", "void_shipping"))]
    events[0].of_record, events[1].of_record = sent, void
    assert voids_beside_records(events) == events[1:] * idle
    own = event(2, seller, goods, "shipping")
    own.head = own.head._replace(at=events[0].head.at)
    assert voids_beside_records([own, *events]) == [], "it may be what he had told himself"
