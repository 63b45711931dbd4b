"""The query language: what is read, and what is refused by name.

Cases of public implementations and their tests are here by what they ask (OpenEPCIS test resources, FasTnT's query
tests, Oliot's converters, the examples of the standard's REST description).
"""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.traceability.epcis_queries import patterns
from services.traceability.epcis_queries.asking import asked_in_body
from services.traceability.epcis_queries.conditions import (
    Comparison,
    Condition,
    Declared,
    Direction,
    FactAmong,
    FactCompared,
    FactExists,
    HasAttribute,
    HasThing,
    Measured,
    Moment,
    OneOf,
    Order,
    Pattern,
    Quantity,
    Within,
)
from services.traceability.epcis_queries.rules import read_condition, read_query
from services.traceability.epcis_queries.values import BadParameter, Given, TooManyValues
from services.traceability.identifiers import match_key
from services.traceability.units.codes import comparable_units, converted

NAMESPACES = {"example": ["https://ns.example.com/epcis/"]}
CBV = "https://ref.gs1.org/cbv/"


def read(name: str, value: str) -> Condition | None:
    return read_condition(Given(name, tuple(value.split("|"))), NAMESPACES)


@pytest.mark.parametrize(
    ("name", "value", "condition"),
    [
        ("eventType", "ObjectEvent|epcis:AggregationEvent", OneOf("event_type", ("ObjectEvent", "AggregationEvent"))),
        ("EQ_action", "ADD|OBSERVE", OneOf("action", ("ADD", "OBSERVE"))),
        ("EQ_bizStep", "shipping", OneOf("biz_step", (f"{CBV}BizStep-shipping",))),
        ("EQ_bizStep", "urn:epcglobal:cbv:bizstep:shipping", OneOf("biz_step", (f"{CBV}BizStep-shipping",))),
        ("EQ_bizStep", f"{CBV}BizStep-shipping", OneOf("biz_step", (f"{CBV}BizStep-shipping",))),
        ("EQ_disposition", "cbv:Disp-in_transit", OneOf("disposition", (f"{CBV}Disp-in_transit",))),
        (
            "GE_eventTime",
            "2015-03-15T00:00:00.000-04:00",
            Moment("event_time", Comparison.GE, datetime(2015, 3, 15, 4, tzinfo=UTC)),
        ),
        (
            "LT_recordTime",
            "2015-03-15T00:00:00 08:00",
            Moment("record_time", Comparison.LT, datetime(2015, 3, 14, 16, tzinfo=UTC)),
        ),
        (
            "GE_errorDeclaration_Time",
            "2026-01-01T00:00:00Z",
            Moment("error_declared_at", Comparison.GE, datetime(2026, 1, 1, tzinfo=UTC)),
        ),
        (
            "EQ_bizLocation",
            "urn:epc:id:sgln:9521141.12345.0",
            OneOf("biz_location", ("https://id.gs1.org/414/9521141123454",)),
        ),
        (
            "WD_readPoint",
            "https://x.example/414/9521141123454",
            Within("read_point", ("https://id.gs1.org/414/9521141123454",)),
        ),
        ("EXISTS_errorDeclaration", "true", Declared()),
        ("EXISTS_errorDeclaration", "false", None),
        ("EXISTS_sensorElementList", "", FactExists(frozenset({"sensor_metadata", "sensor_report"}), ())),
        ("GE_quantity", "1", Quantity(Comparison.GE, (Decimal(1),))),
        ("EQ_quantity_KGM", "1|2.5", Quantity(Comparison.EQ, (Decimal(1), Decimal("2.5")), "KGM")),
        ("GE_value_CEL", "15.5", Measured("value", Comparison.GE, (Decimal("15.5"),), "CEL")),
        (
            "EQ_bizTransaction_po",
            "http://transaction.acme.com/po/12345678",
            FactAmong(frozenset({"biz_transaction"}), (f"{CBV}BTT-po",), ("http://transaction.acme.com/po/12345678",)),
        ),
        (
            "EQ_source_urn:epcglobal:cbv:sdt:possessing_party",
            "urn:epc:id:pgln:4012345.00000",
            FactAmong(
                frozenset({"source"}), (f"{CBV}SDT-possessing_party",), ("https://id.gs1.org/417/4012345000009",)
            ),
        ),
        (
            "GT_ILMD_example:count",
            "5",
            FactCompared(
                frozenset({"ilmd"}),
                ("example:count", "https://ns.example.com/epcis/count"),
                Comparison.GT,
                Decimal(5),
            ),
        ),
        (
            "EXISTS_INNER_ILMD_https://ns.example.com/epcis/lot",
            "",
            FactExists(frozenset({"inner_ilmd"}), ("https://ns.example.com/epcis/lot",)),
        ),
        (
            "EQ_INNER_SENSORELEMENT_example:a",
            "b",
            FactAmong(frozenset({"inner_sensor_extension"}), ("example:a", "https://ns.example.com/epcis/a"), ("b",)),
        ),
        (
            "EQATTR_readPoint_cbvmda:sst",
            "201",
            HasAttribute(
                "read_point",
                (),
                ("cbvmda:sst", "urn:epcglobal:cbv:mda:sst", "urn:epcglobal:cbv:mda:sst"),
                ("201",),
            ),
        ),
    ],
)
def test_a_parameter_says_what_the_standard_means(name: str, value: str, condition: Condition | None) -> None:
    assert read(name, value) == condition


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("foo", "1"),
        ("GE_eventDate", "2026-01-01T00:00:00+01:00"),
        ("EQ_bizstep", "shipping"),
        ("MATCH_epcs", "urn:epc:id:sgtin:4012345.098765.1"),
        ("GT_eventTime", "2026-01-01T00:00:00Z"),
        ("GE_eventTime", "not-a-date"),
        ("GE_eventTime", "2026-01-01T00:00:00"),
        ("GE_eventTime", "0001-01-01T00:00:00+14:00"),
        ("GE_eventTime", "2026-01-01T00:00:00Z|2026-01-02T00:00:00Z"),
        ("EQ_action", "SHIPPED"),
        ("EQ_action", "add"),
        ("EQ_bizStep", ""),
        ("EQ_bizStep", "shiping"),
        ("eventType", "FooEvent"),
        ("GE_quantity", "many"),
        ("GE_quantity", "NaN"),
        ("GE_quantity", "1e99999"),
        ("EQ_booleanValue", "maybe"),
        ("EQ_source_seller", "urn:x:1"),
        ("EQ_bizTransaction", "urn:x:1"),
        ("HASATTR_eventTime", "x"),
        ("EQATTR_bizLocation", "x"),
        ("EQ_example:\x00", "x"),
        ("EQ_example:a", "\ud800"),
        ("EXISTS_bizStep", "true"),
        ("MATCH_epc", "nonsense"),
        ("MATCH_epc", "urn:epc:id:sgtin:4012345.098765"),
        ("MATCH_epc", "urn:epc:idpat:sgtin:4012345.*.8"),
        ("MATCH_anyEPCClass", "urn:epc:class:lgtin:*.*.8"),
        ("MATCH_anyEPCClass", "urn:epc:idpat:sgtin:40x.*.*"),
        ("EQ_readPoint", "后门"),
        ("WD_bizLocation", "urn:epc:id:sgln:4012345"),
        ("EQ_source_owning_party", "urn:epc:id:pgln:4012345"),
        ("EQ_eventID", "7"),
    ],
)
def test_what_the_language_does_not_know_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadParameter) as refused:
        read_query([Given(name, tuple(value.split("|")))], NAMESPACES)
    assert refused.value.name == name


def test_order_and_limits() -> None:
    def ask(**given: str) -> object:
        return read_query([Given(name, (value,)) for name, value in given.items()], NAMESPACES)

    query = read_query([Given("orderBy", ("example:count",)), Given("orderDirection", ("ASC",))], NAMESPACES)
    assert query.order == Order("extension", Direction.ASC, ("example:count", "https://ns.example.com/epcis/count"))
    for wrong, named in [
        ({"eventCountLimit": "5"}, "eventCountLimit"),
        ({"orderBy": "eventTime", "eventCountLimit": "5", "maxEventCount": "5"}, "maxEventCount"),
        ({"orderBy": "quantity"}, "orderBy"),
        ({"orderDirection": "SIDEWAYS"}, "orderDirection"),
        ({"maxEventCount": "0"}, "maxEventCount"),
        ({"maxEventCount": "-1"}, "maxEventCount"),
    ]:
        with pytest.raises(BadParameter) as refused:
            ask(**wrong)
        assert refused.value.name == named


def test_a_query_of_the_openepcis_test_resources_is_read() -> None:
    asked = asked_in_body(
        {
            "@context": "https://ref.gs1.org/standards/epcis/2.0.0/query-schema.json",
            "eventType": ["ObjectEvent", "AggregationEvent"],
            "GE_eventTime": "2026-01-01T00:00:00+01:00",
            "LT_eventTime": "2026-12-31T23:59:59+01:00",
            "EQ_action": ["ADD", "OBSERVE"],
            "EQ_bizStep": ["https://ref.gs1.org/cbv/BizStep-shipping"],
            "EQ_disposition": ["https://ref.gs1.org/cbv/Disp-in_transit"],
            "EQ_bizLocation": ["https://id.gs1.org/414/9521141123452"],
            "MATCH_epc": ["https://id.gs1.org/01/09521141012345/21/2017"],
            "GE_quantity": 1,
            "LT_quantity": 500,
            "orderBy": "eventTime",
            "orderDirection": "DESC",
            "eventCountLimit": 100,
        },
        None,
    )
    query = read_query(asked.parameters, {})
    assert len(query.conditions) == 10
    assert (query.order, query.first) == (Order("event_time", Direction.DESC), 100)


def test_a_query_is_bounded() -> None:
    with pytest.raises(TooManyValues):
        read_query([Given("EQ_eventID", tuple(f"urn:x:{n}" for n in range(1001)))], {})
    with pytest.raises(TooManyValues):
        read_query([Given("EQ_eventID", ("urn:x:1",)) for _ in range(101)], {})


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3))
def test_any_parameter_is_read_or_refused_by_name(name: str, values: list[str]) -> None:
    try:
        read_query([Given(name, tuple(values))], NAMESPACES)
    except BadParameter as refused:
        assert refused.name == name


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        (
            "urn:epc:idpat:sgtin:4012345.098765.*",
            Pattern("https://id.gs1.org/01/04012345987652", ("https://id.gs1.org/01/04012345987652/21/%",)),
        ),
        (
            "https://example.com/01/04012345987652",
            Pattern("https://id.gs1.org/01/04012345987652", ("https://id.gs1.org/01/04012345987652/21/%",)),
        ),
        ("https://example.com/01/04012345987652/21/*", Pattern(like=("https://id.gs1.org/01/04012345987652/21/%",))),
        ("urn:epc:id:sgtin:4012345.098765.1", Pattern("https://id.gs1.org/01/04012345987652/21/1")),
        ("urn:example:own%thing_*", Pattern("urn:example:own%thing_*")),
        (
            "urn:epc:idpat:sscc:4012345.*",
            Pattern(like=tuple(f"https://id.gs1.org/00/{first}4012345{'_' * 10}" for first in range(10))),
        ),
    ],
)
def test_instances_that_a_value_matches(value: str, pattern: Pattern) -> None:
    assert patterns.instances(value) == pattern


def test_a_class_matches_itself_and_an_open_one_all_its_lots() -> None:
    assert patterns.classes("urn:epc:idpat:sgtin:4012345.098765.*") == Pattern("https://id.gs1.org/01/04012345987652")
    assert patterns.classes("urn:epc:class:lgtin:4012345.098765.*") == Pattern(
        like=("https://id.gs1.org/01/04012345987652/10/%",)
    )


SERIAL = st.text("ABCabc019-_.%", min_size=1, max_size=8)


@given(SERIAL)
def test_both_spellings_of_one_thing_are_one_pattern(serial: str) -> None:
    urn = f"urn:epc:id:sgtin:4012345.098765.{serial.replace('%', '%25')}"
    link = f"https://example.com/01/04012345987652/21/{serial.replace('%', '%25')}"
    assert patterns.instances(urn) == patterns.instances(link) == Pattern(match_key(urn))


@pytest.mark.parametrize(
    ("value", "unit", "into", "result"),
    [
        ("5", "KGM", "GRM", "5000"),
        ("0", "CEL", "KEL", "273.15"),
        ("32", "FAH", "CEL", "0"),
        ("288.65", "KEL", "CEL", "15.5"),
        ("1", "LBR", "GRM", "453.59237"),
        ("36", "KMH", "MTS", "10"),
        ("1", "P1", "59", "10000"),
        ("760", "MBR", "KPA", "76"),
    ],
)
def test_units_of_the_un_are_converted_exactly(value: str, unit: str, into: str, result: str) -> None:
    assert converted(Decimal(value), unit, into) == Decimal(result)


@given(st.decimals(-1000, 1000, places=3), st.sampled_from(["KGM", "CEL", "FAH", "KMH", "HUR", "P1", "KWH", "XYZ"]))
def test_there_and_back_is_the_same_number(value: Decimal, unit: str) -> None:
    for other in comparable_units(unit):
        back = converted(converted(value, unit, other), other, unit)
        assert abs(back - value) < Decimal("1e-40")


def test_a_kind_of_thing_is_a_condition_on_things() -> None:
    assert read("MATCH_anyEPC", "urn:epc:id:sscc:4012345.0000000001") == HasThing(
        frozenset({"epc", "child", "parent", "input", "output"}), (Pattern("https://id.gs1.org/00/040123450000000016"),)
    )
