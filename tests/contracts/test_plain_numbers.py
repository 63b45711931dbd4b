"""No schema of any service takes `true` or `1_0` for a number, and each says where and how to mend it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import Field, ValidationError

from shared.contracts.plain_numbers import with_plain_numbers
from shared.contracts.schema import Schema
from shared.http.validation_messages import explain
from tests.conftest import MODULES, app_module

NUMBERS = (int, float, Decimal)


def _schemas(kind: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for each in kind.__subclasses__():
        yield each
        yield from _schemas(each)


def _kinds(annotation: Any) -> set[Any]:
    """What a field may be, without what is said of it besides."""
    if get_origin(annotation) is Annotated:
        return _kinds(get_args(annotation)[0])
    if get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        return set().union(*(_kinds(each) for each in get_args(annotation)))
    return {annotation}


def _number_fields() -> list[tuple[type[Schema], str, str]]:
    """Every field of every schema that is a number and nothing else, under the name by which it is sent."""
    for unit in MODULES:
        app_module(unit)
    return [
        (schema, name, field.alias or name)
        for schema in set(_schemas())
        if schema.__module__.startswith(("services.", "gateway.", "shared."))
        for name, field in schema.model_fields.items()
        if (kinds := _kinds(field.annotation) - {type(None)}) and kinds <= set(NUMBERS)
    ]


def test_no_schema_of_any_service_takes_true_or_an_underscored_text_for_a_number() -> None:
    fields, taken = _number_fields(), []
    assert len(fields) > 300, "the services have hundreds of them; fewer means that they were not found"
    for schema, name, sent_as in fields:
        for sent in (True, "1_0"):
            with pytest.raises(ValidationError) as refused:  # the other fields are missing, which is said besides
                schema.model_validate({sent_as: sent, "no such field": 0})
            if not any(error["loc"][:1] == (sent_as,) for error in refused.value.errors()):
                taken.append(f"{schema.__module__}.{schema.__name__}.{name}: {sent!r}")
    assert taken == [], "\n".join(taken)


class Amount(Schema):
    kind: Literal["amount"]
    value: Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2)]


class Share(Schema):
    kind: Literal["share"]
    of: dict[str, float] = Field(default={})


class Everything(Schema):
    """A number in every place a schema can have one."""

    plain: int | None = None
    listed: list[Decimal] = Field(default=[])
    named: dict[str, int | None] = Field(default={})
    paired: tuple[int, Decimal] | None = None
    either: bool | Decimal | str | None = None
    nested: Amount | None = None
    one_of: Annotated[Amount | Share, Field(discriminator="kind")] | None = None
    again: list["Everything"] = Field(default=[])


@pytest.mark.parametrize("sent", [True, False, "1_0", "0_0.5"])
@pytest.mark.parametrize(
    ("place", "body"),
    [
        (("plain",), lambda sent: {"plain": sent}),
        (("listed", 1), lambda sent: {"listed": ["1", sent]}),
        (("named", "铅"), lambda sent: {"named": {"铅": sent}}),
        (("paired", 1), lambda sent: {"paired": [1, sent]}),
        (("nested", "value"), lambda sent: {"nested": {"kind": "amount", "value": sent}}),
        (("one_of", "share", "of", "铅"), lambda sent: {"one_of": {"kind": "share", "of": {"铅": sent}}}),
        (("again", 0, "again", 0, "plain"), lambda sent: {"again": [{"again": [{"plain": sent}]}]}),
    ],
)
def test_wherever_a_number_stands_it_is_refused_with_its_place(place: tuple[Any, ...], body: Any, sent: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate(body(sent))
    [error] = refused.value.errors()
    assert error["loc"] == place
    assert explain(error).startswith(("应为整数", "应为数字"))


def test_what_reads_as_a_number_is_taken_and_what_is_none_stays_what_it_is() -> None:
    found = Everything.model_validate(
        {
            "plain": "12",
            "listed": ["4.50", 3, 4.5, " 7 "],
            "named": {"铅": None, "镉": 2},
            "paired": ["1", "0.1"],
            "nested": {"kind": "amount", "value": "4.50"},
            "one_of": {"kind": "share", "of": {"铅": 0.5}},
        }
    )
    assert (found.plain, found.listed) == (12, [Decimal("4.50"), Decimal(3), Decimal("4.5"), Decimal(7)])
    assert str(found.nested.value if found.nested else "") == "4.50", "the text is kept to its last digit"
    assert (found.named, found.paired) == ({"铅": None, "镉": 2}, (1, Decimal("0.1")))
    for said in (True, "1_0", Decimal("4.5")):
        either = Everything.model_validate({"either": said}).either
        assert either == said and type(either) is type(said)


def test_a_schema_is_described_to_callers_as_before_and_checked_once() -> None:
    amount = Amount.model_json_schema()["properties"]["value"]
    assert {"type": "number", "minimum": 0.0}.items() <= amount["anyOf"][0].items()
    described = Amount.__pydantic_core_schema__
    assert str(with_plain_numbers(described, Amount)).count("function-before") == 1
