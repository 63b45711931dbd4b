"""A query, read: what each parameter of the EPCIS query language asks of an event. Pure values.

All conditions of a query must hold; within one, any of its values will do (EPCIS 2.0 §8.2.7.1).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Comparison(StrEnum):
    EQ = "EQ"
    GT = "GT"
    GE = "GE"
    LT = "LT"
    LE = "LE"


class Direction(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A field of the event (a column's name) has one of the values, as they are stored."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """A place of the event (`read_point` or `biz_location`) is one of the keys or lies within one of them."""

    field: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the event (a column's name) compared with an instant."""

    field: str
    comparison: Comparison
    at: datetime


@dataclass(frozen=True, slots=True)
class Declared:
    """The event carries an error declaration."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which identifiers match: this very key, or those that are LIKE one of the patterns (escaped by a backslash)."""

    key: str | None = None
    like: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HasThing:
    """An identifier in one of these roles matches one of the patterns."""

    roles: frozenset[str]
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity element's number; of a unit that can be converted into `uom` unless that is None."""

    comparison: Comparison
    numbers: tuple[Decimal, ...]
    uom: str | None = None


@dataclass(frozen=True, slots=True)
class FactAmong:
    """A value in one of the families under one of the names is one of these: as text, as number or as instant."""

    families: frozenset[str]
    names: tuple[str, ...]
    texts: tuple[str, ...] = ()
    numbers: tuple[Decimal, ...] = ()
    times: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class FactCompared:
    """A number or an instant in one of the families under one of the names compares so with the operand."""

    families: frozenset[str]
    names: tuple[str, ...]
    comparison: Comparison
    operand: Decimal | datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """A number of a sensor report (`name`: value, minValue, …) in a unit that can be converted into `uom`."""

    name: str
    comparison: Comparison
    numbers: tuple[Decimal, ...]
    uom: str


@dataclass(frozen=True, slots=True)
class FactExists:
    """A field in one of the families under one of the names is there; without names, any."""

    families: frozenset[str]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasAttribute:
    """Master data of what stands in `field` has one of the attributes; with `values`, one of these as its value."""

    field: str
    field_names: tuple[str, ...]
    attributes: tuple[str, ...]
    values: tuple[str, ...] | None = None


Condition = (
    OneOf
    | Within
    | Moment
    | Declared
    | HasThing
    | Quantity
    | FactAmong
    | FactCompared
    | Measured
    | FactExists
    | HasAttribute
)


@dataclass(frozen=True, slots=True)
class Order:
    """By `event_time` or `record_time`, or by an extension field of one of the `names`."""

    field: str
    direction: Direction
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventQuery:
    """A whole query. `first` is `eventCountLimit`, `at_most` is `maxEventCount`; never both."""

    conditions: tuple[Condition, ...] = ()
    order: Order | None = None
    first: int | None = None
    at_most: int | None = None
