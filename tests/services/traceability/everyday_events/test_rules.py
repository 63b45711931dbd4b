"""Everyday acts become events that the standard's own rules accept, whose amounts are those that were counted."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.codes.rules import CodeKind, own_codes
from services.traceability.epcis_events.formats import write_json
from services.traceability.epcis_events.reading import ReadEvent, read_event
from services.traceability.everyday_events import rules
from services.traceability.everyday_events.rules import Act, Event, Goods, Label, Reading, Sensing
from services.traceability.units.goods import Amount, amount

OWNER = UUID("0199f3a0-0000-7000-8000-000000000001")
MOMENTS = st.integers(1_700_000_000_000, 1_900_000_000_000).map(lambda at: datetime.fromtimestamp(at / 1000, tz=UTC))
CODES = st.text("ABCXYZ0123456789-/.%中文", min_size=1, max_size=20)
WEIGHTS = st.decimals(Decimal("0.0001"), Decimal(100_000), places=4).map(lambda number: Amount(number, "kg"))
PIECES = st.integers(1, 100_000).map(lambda number: Amount(Decimal(number), "盒"))
LOTS = st.builds(Goods, CODES.map(lambda code: rules.lot_key(code, OWNER)), st.one_of(WEIGHTS, PIECES))
SOME_LOTS = st.lists(LOTS, min_size=1, max_size=6)
ACTS = st.builds(
    Act, st.uuids(version=4), MOMENTS, st.just(rules.place_key(OWNER, None)), st.just("urn:shian:ticket:1")
)


def read(value: Event) -> ReadEvent:
    event, faults = read_event(value, write_json(value))
    assert faults == []
    assert event is not None
    return event


@given(ACTS, SOME_LOTS, SOME_LOTS)
def test_every_act_is_an_event_that_the_standard_accepts(act: Act, goods: list[Goods], made: list[Goods]) -> None:
    label = Label("DEMO-1", date(2026, 7, 1), date(2026, 8, 1))
    seller, buyer = rules.place_key(OWNER, None), rules.place_key(uuid4(), None)
    events = [
        rules.commissioning(act, goods, label),
        rules.shipping(act, goods, seller, buyer),
        rules.receiving(act, goods, None, buyer),
        rules.retail_selling(act, goods, seller),
        rules.void_shipping(act, goods),
        rules.inspecting(act, goods, passed=True),
        rules.destroying(act, goods),
        rules.transformation(act, "creating_class_instance", goods, made, label),
        rules.packing(act, "urn:epc:id:sscc:6901234.0000000001", goods),
        rules.unpacking(act, "urn:epc:id:sscc:6901234.0000000001", []),
        rules.observation(act, goods, [Sensing("urn:shian:device:1", [Reading(act.at, Decimal("-18.5"))])]),
    ]
    found = [read(event) for event in events]
    assert len({event.event_id for event in found}) == len(found), "each step of an act is an event of its own"
    assert [read(event).event_id for event in events] == [event.event_id for event in found]
    assert all(event.event_time == act.at.replace(microsecond=act.at.microsecond // 1000 * 1000) for event in found)


@given(ACTS, SOME_LOTS)
def test_an_event_counts_what_was_counted(act: Act, goods: list[Goods]) -> None:
    event = read(rules.retail_selling(act, goods, act.place))
    told: dict[tuple[str, str | None], Decimal] = {}
    for item in goods:
        assert item.amount is not None
        place = (item.key, item.amount.uom)
        told[place] = told.get(place, Decimal(0)) + item.amount.quantity
    assert {(thing.key, thing.uom): thing.quantity for thing in event.things} == told


@given(CODES, st.sampled_from(["", " ", "\n"]))
def test_two_devices_name_one_lot_alike_and_people_read_its_number(code: str, blank: str) -> None:
    key = rules.lot_key(code + blank, OWNER)
    assert rules.lot_key(blank + code.lower(), OWNER) == key
    assert rules.lot_code(key) == code.upper()
    assert rules.lot_key(code, uuid4()) != key, "the same number at another owner is another lot"


@pytest.mark.parametrize("kind", list(CodeKind))
def test_a_label_of_the_platform_is_its_own_key_wherever_it_was_scanned(kind: CodeKind) -> None:
    [code] = own_codes(kind, "330203000000", 1)
    for written in (code.text, code.text.lower(), f"https://example.cn{code.path}?s=1"):
        assert rules.lot_key(written, OWNER) == code.key
    assert rules.is_one_thing(code.key) is kind.names_one_thing
    assert rules.lot_code(code.key) == code.text


def test_a_gs1_lot_is_the_same_in_both_spellings() -> None:
    link = "https://id.gs1.org/01/09520123456788/10/L7"
    assert rules.lot_key("https://shop.example/01/09520123456788/10/L7?x=1", OWNER) == link
    assert rules.lot_code(link) == "L7"


@pytest.mark.parametrize(
    ("quantity", "unit", "kept"),
    [
        ("3", "斤", Amount(Decimal("1.5"), "kg")),
        ("250", "克", Amount(Decimal("0.250"), "kg")),
        ("250", "G", Amount(Decimal("0.250"), "kg")),
        ("0.2", "吨", Amount(Decimal("200.0"), "kg")),
        ("500", "ml", Amount(Decimal("0.500"), "L")),
        ("12", "盒", Amount(Decimal(12), "盒")),
    ],
)
def test_weights_are_kept_in_kilograms_and_pieces_as_they_are(quantity: str, unit: str, kept: Amount) -> None:
    assert amount(Decimal(quantity), unit) == kept


def test_there_is_no_half_piece() -> None:
    with pytest.raises(ValueError, match="整数"):
        amount(Decimal("0.5"), "头")


def test_goods_given_twice_are_one_entry_and_things_are_listed_by_themselves() -> None:
    [item] = own_codes(CodeKind.ITEM, "330203000000", 1)
    lot = rules.lot_key("A1", OWNER)
    act = Act(uuid4(), datetime(2026, 7, 24, tzinfo=UTC), rules.place_key(OWNER, None))
    half = Amount(Decimal("0.5"), "kg")
    event = rules.retail_selling(act, [Goods(lot, half), Goods(item.key), Goods(lot, half)], act.place)
    assert event["epcList"] == [item.key]
    assert event["quantityList"] == [{"epcClass": lot, "quantity": Decimal("1"), "uom": "KGM"}]


@pytest.mark.parametrize("kind", [CodeKind.LOT, CodeKind.ITEM])
def test_however_a_code_is_typed_scanned_or_copied_it_names_the_same_goods(kind: CodeKind) -> None:
    code = next(iter(own_codes(kind, "330203", 1))).text
    full_width = "".join(chr(ord(char) + 0xFEE0) for char in code)
    spellings = [
        code.lower(),
        full_width,
        f"{code}\u200b",
        f"HTTP://127.0.0.1:8000/Q/{code}",
        f"https://x.cn/c/q/{code}?a=1",
        f"https://x.cn/c/q/{code}#top",
        f"https://x.cn/c/q/{code}/",
        f"https://x.cn/c/q/%{ord(code[0]):X}{code[1:]}",
        f"urn%3Ashian%3Acode%3A{code}",
        f"{code[:7]}——{code[7:]}",
        f"{code}\ufe0f",
        f"{code}。",
    ]
    spellings += [f"urn:shian:code:{code}", f"urn:shian:lot:{OWNER}:{code}", f" {code} "]
    assert {rules.lot_key(one, OWNER) for one in spellings} == {f"urn:shian:code:{code}"}
    for written in ("ＤEMO-Q１\u200b", "demo—q1", "DEMO——Q1", "demo‐q1", "demo−q1\u3164"):
        assert rules.lot_key(written, OWNER) == rules.lot_key("demo-q1", OWNER), written
    assert rules.lot_key("demo--q1", OWNER) != rules.lot_key("demo-q1", OWNER)


def test_a_serial_scanned_with_its_lot_names_the_lot_too() -> None:
    product = "https://id.gs1.org/01/09520123456788"
    lot = f"{product}/10/L%2F7"
    for written in (f"{lot}/21/S1", "(01)09520123456788(10)L/7(21)S1", "]d2010952012345678810L/7\x1d21S1"):
        key = rules.lot_key(written, OWNER)
        assert rules.lots_named(written, key) == {f"{product}/21/S1", lot}
    assert rules.lots_named(lot, lot) == {lot}
    assert rules.lots_named(f"{product}/21/S1", f"{product}/21/S1") == {f"{product}/21/S1"}
    assert rules.lots_named(None, "urn:x") == {"urn:x"}


@pytest.mark.parametrize(
    "scanned",
    [
        "(01)09520123456788(10)COOKED1",
        "（01）09520123456788（17）261201（10）COOKED1",
        "]d20109520123456788\x1d10COOKED1",
        "]C101095201234567881726120110COOKED1",
        "0109520123456788\u241d10COOKED1",
        "010952012345678810COOKED1\x1d17261201",
        "(02)09520123456788(37)48(10)COOKED1",
    ],
)
def test_what_a_scanner_gives_of_a_gs1_barcode_is_the_lot_that_its_web_address_names(scanned: str) -> None:
    assert rules.lot_key(scanned, OWNER) == "https://id.gs1.org/01/09520123456788/10/COOKED1"


@pytest.mark.parametrize("own", ["011726", "(2026)A1", "0109520123456788", "010952012345678910X", "批次(01)"])
def test_a_number_of_ones_own_is_not_taken_for_a_scan(own: str) -> None:
    assert rules.lot_key(own, OWNER).startswith(f"urn:shian:lot:{OWNER}:")
