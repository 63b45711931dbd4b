"""Conditions as SQL over the tables of events. Every clause is about `EpcisEvent`.

`Seen.WHOLE` is for events that concern the actor, `Seen.LINKED` for those of a partner, of which some things and the
whole dealings are hidden: a condition on what is hidden never holds there, or a query would tell what an answer does
not.
"""

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, String, Uuid, and_, any_, false, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, aliased

from services.traceability.epcis_events.facts import index_text
from services.traceability.epcis_events.models import EpcisEvent, EpcisEventFact, EpcisEventThing
from services.traceability.epcis_events.visibility import Only, shown
from services.traceability.epcis_queries.conditions import (
    Comparison,
    Condition,
    Declared,
    FactAmong,
    FactCompared,
    FactExists,
    HasAttribute,
    HasThing,
    Measured,
    Moment,
    OneOf,
    Pattern,
    Quantity,
    Within,
)
from services.traceability.master_data.models import MasterDataAttribute, MasterDataElement
from services.traceability.master_data.repository import visible as may_read
from services.traceability.master_data.repository import within
from services.traceability.units.codes import in_each_unit
from shared.http.auth import Actor


class Seen(Enum):
    WHOLE = "whole"
    LINKED = "linked"


HIDDEN_FAMILIES = frozenset({"biz_transaction", "source", "destination", "extension", "inner_extension"})

_OPERATORS: dict[Comparison, Callable[[Any, Any], Any]] = {
    Comparison.EQ: operator.eq,
    Comparison.GT: operator.gt,
    Comparison.GE: operator.ge,
    Comparison.LT: operator.lt,
    Comparison.LE: operator.le,
}
_WORDS = frozenset({"biz_step", "disposition", "error_reason"})
_CLASS_ROLES = ("epc_class", "child_class", "input_class", "output_class")


def clause(condition: Condition, actor: Actor, seen: Seen) -> ColumnElement[bool]:
    """The condition as a clause on `EpcisEvent`."""
    match condition:
        case OneOf(field, values):
            sought = [index_text(value) for value in values] if field in _WORDS else values
            return _column(field) == (sought[0] if len(sought) == 1 else _any(sought))  # one: in the index's order
        case Within(field, keys):
            return _column(field).in_(within(keys))
        case Moment(field, comparison, at):
            return compared(_column(field), comparison, at)
        case Declared():
            return EpcisEvent.error_declared_at.is_not(None)
        case HasThing(roles, patterns):
            thing = aliased(EpcisEventThing)
            asked = and_(thing.role.in_(sorted(roles)), _matches(thing.key, patterns))
            few = all(not pattern.like for pattern in patterns)
            return _thing(thing, asked, actor, seen, lambda key: _matches(key, patterns), few=few)
        case Quantity():
            return _quantity(condition, actor, seen)
        case FactAmong():
            return _fact(condition.families, condition.names, _among(condition), seen)
        case FactCompared(families, names, comparison, operand):
            column = EpcisEventFact.value_time if isinstance(operand, datetime) else EpcisEventFact.value_number
            return _fact(families, names, compared(column, comparison, operand), seen)
        case Measured(name, comparison, numbers, uom):
            measured = _in_units(EpcisEventFact.value_number, EpcisEventFact.uom, comparison, numbers, uom)
            return _fact(frozenset({"sensor_report"}), (name,), measured, seen)
        case FactExists(families, names):
            return _fact(families, names, None, seen)
        case HasAttribute():
            return _attribute(condition, actor, seen)


def _column(field: str) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = getattr(EpcisEvent, field)
    return column


def _any(values: Sequence[str]) -> ColumnElement[Any]:
    return any_(literal(list(values), ARRAY(String)))


def compared(column: Any, comparison: Comparison, operand: Decimal | datetime) -> ColumnElement[bool]:
    """A column compared with a value of its type."""
    result: ColumnElement[bool] = _OPERATORS[comparison](column, operand)
    return result


def _thing(
    thing: type[EpcisEventThing],
    asked: ColumnElement[bool],
    actor: Actor,
    seen: Seen,
    only: Only | None = None,
    *,
    few: bool = False,
) -> ColumnElement[bool]:
    """The event has a thing as `asked`. `few`: the events are better found by the thing than by their order, which the
    planner cannot know, since it takes the events of a lot to be spread over all times.
    """
    found = select(thing.event_pk).where(asked)
    at_once = EpcisEvent.id == any_(func.array(found.scalar_subquery(), type_=ARRAY(Uuid)))
    if seen is Seen.LINKED:
        seen_of_it = found.where(thing.event_pk == EpcisEvent.id, shown(actor, thing, only)).correlate(EpcisEvent)
        return and_(seen_of_it.exists(), at_once if only else true())
    return at_once if few else EpcisEvent.id.in_(found)


def _matches(key: ColumnElement[str] | InstrumentedAttribute[str], patterns: Sequence[Pattern]) -> ColumnElement[bool]:
    keys = [pattern.key for pattern in patterns if pattern.key is not None]
    likes = [like for pattern in patterns for like in pattern.like]
    return or_(*([key == _any(keys)] if keys else []), *(key.like(like, escape="\\") for like in likes), false())


def _quantity(condition: Quantity, actor: Actor, seen: Seen) -> ColumnElement[bool]:
    thing = aliased(EpcisEventThing)
    if condition.uom is None:
        asked = or_(*(compared(thing.quantity, condition.comparison, number) for number in condition.numbers))
    else:
        asked = _in_units(thing.quantity, thing.uom, condition.comparison, condition.numbers, condition.uom)
    return _thing(thing, and_(thing.role.in_(_CLASS_ROLES), asked), actor, seen)


def _in_units(
    column: Any, unit: Any, comparison: Comparison, numbers: Sequence[Decimal], uom: str
) -> ColumnElement[bool]:
    """One comparison for each unit in which the same quantity may have been written."""
    return or_(
        *(
            and_(unit == code, compared(column, comparison, value))
            for number in numbers
            for code, value in in_each_unit(number, uom)
        )
    )


def _fact(
    families: frozenset[str], names: Sequence[str], value: ColumnElement[bool] | None, seen: Seen
) -> ColumnElement[bool]:
    if seen is Seen.LINKED:
        families -= HIDDEN_FAMILIES
    if not families:
        return false()
    asked: list[ColumnElement[bool]] = [EpcisEventFact.family.in_(sorted(families))]
    if names:
        asked.append(EpcisEventFact.name == _any(names))
    if value is not None:
        asked.append(value)
    return EpcisEvent.id.in_(select(EpcisEventFact.event_pk).where(*asked))


def _among(condition: FactAmong) -> ColumnElement[bool]:
    options: list[Any] = []
    if condition.texts:
        options.append(EpcisEventFact.value_text == _any([index_text(text) for text in condition.texts]))
    if condition.numbers:
        options.append(EpcisEventFact.value_number.in_(condition.numbers))
    if condition.times:
        options.append(EpcisEventFact.value_time.in_(condition.times))
    return or_(*options)


def _attribute(condition: HasAttribute, actor: Actor, seen: Seen) -> ColumnElement[bool]:
    described = (
        select(MasterDataAttribute.key)
        .join(MasterDataElement, MasterDataElement.id == MasterDataAttribute.element_id)
        .where(may_read(actor), MasterDataAttribute.name == _any(condition.attributes))
    )
    if condition.values is not None:
        described = described.where(
            MasterDataAttribute.value_text == _any([index_text(value) for value in condition.values])
        )
    match condition.field:
        case "place":
            return or_(EpcisEvent.read_point.in_(described), EpcisEvent.biz_location.in_(described))
        case "biz_location" | "read_point" | "biz_step" | "disposition" as column:
            return _column(column).in_(described)
        case "epc_class":
            thing = aliased(EpcisEventThing)
            return _thing(thing, and_(thing.role.in_(_CLASS_ROLES), thing.key.in_(described)), actor, seen)
        case "source_or_destination":
            families = frozenset({"source", "destination"})
        case family:
            families = frozenset({family})
    return _fact(families, condition.field_names, EpcisEventFact.value_text.in_(described), seen)
