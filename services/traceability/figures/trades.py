"""The figures of trades: how many leave no paper, carry certificate, ticket and code, and are received.

A ticket counts in the period in which the goods were handed over, whenever it was received or voided.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, literal, select

from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.rules import GoodsCategory, TicketChannel, TicketKind, TicketState
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.figures.definition import Figure, day_in_shanghai
from shared.figures.service import Change
from shared.times import day_of

_AGRICULTURAL = [category for category in GoodsCategory if category.is_agricultural]


class Count(NamedTuple):
    """What one ticket adds to a figure, and where."""

    region_code: str
    numerator: int
    denominator: int


def _rate(code: str, name: str, numerator: str, denominator: str, note: str) -> FigureDefinition:
    return FigureDefinition(
        code=code,
        name=name,
        kind=FigureKind.FLOW,
        unit="%",
        numerator=numerator,
        denominator=denominator,
        higher_is_better=True,
        decimals=1,
        version=1,
        note=note,
    )


PAPERLESS = _rate(
    "traceability.paperless_trades",
    "票据无纸化率",
    "当期扫码、电子秤、手工在线开具的批发销售票据数",
    "当期批发销售票据与向未入网供货者进货的票据数之和",
    "文件补传的、向未入网供货者进货的，交易时仍凭纸票，不算无纸化；零售与已作废的不计",
)
PAPERLESS_MEAT = _rate(
    "traceability.paperless_meat_trades",
    "畜禽肉无纸化追溯率",
    "其中含畜禽肉的无纸化票据数",
    "当期含畜禽肉的批发销售与进货票据数",
    "同“票据无纸化率”，只数含畜禽肉的票据",
)
COMPLETE = _rate(
    "traceability.complete_trades",
    "一证一票一码齐全率",
    "随货有证、买方已扫码收货、货上有批号或追溯码的行数",
    "当期批发销售食用农产品、畜禽肉的票据行数",
    "按行计；已作废的不计",
)
RECEIVED = _rate(
    "traceability.received_trades",
    "入网购货者收货登记率",
    "其中买方已扫码收货的票据数",
    "当期售给入网购货者的批发票据数",
    "按购货者所在区划计；没有登记收货的即断链，见追溯的“发出后没有人登记收货”",
)


def counts_of(ticket: Ticket) -> dict[str, Count]:
    """What the ticket, with its lines, adds to each figure as it stands."""
    if ticket.state is TicketState.VOIDED or ticket.kind is TicketKind.RETAIL:
        return {}
    found = {}
    is_sale, is_received = ticket.kind is TicketKind.SALE, ticket.state is TicketState.RECEIVED
    region = (ticket.seller_region if is_sale else ticket.buyer_region) or ""
    paperless = Count(region, int(is_sale and ticket.channel is not TicketChannel.FILE), 1)
    found[PAPERLESS.code] = paperless
    if any(line.category is GoodsCategory.MEAT for line in ticket.lines):
        found[PAPERLESS_MEAT.code] = paperless
    lines = [line for line in ticket.lines if line.category.is_agricultural]
    if is_sale and lines:
        complete = sum(is_received and line.has_code and bool(line.certificates) for line in lines)
        found[COMPLETE.code] = Count(region, complete, len(lines))
    if is_sale and ticket.buyer_region is not None:
        found[RECEIVED.code] = Count(ticket.buyer_region, int(is_received), 1)
    return found


def changes_of(ticket: Ticket, before: Mapping[str, Count], after: Mapping[str, Count]) -> list[Change]:
    """What is to be added to the figures where a ticket counted as `before` and now counts as `after`."""
    numerators: Counter[tuple[str, str]] = Counter()
    denominators: Counter[tuple[str, str]] = Counter()
    for sign, counts in ((-1, before), (1, after)):
        for code, count in counts.items():
            numerators[code, count.region_code] += sign * count.numerator
            denominators[code, count.region_code] += sign * count.denominator
    day = day_of(ticket.sold_at)
    places = list(numerators)
    return [Change(code, region, day, numerators[code, region], denominators[code, region]) for code, region in places]


def _of_lines(counted: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    lines = select(counted).where(TicketLine.ticket_id == Ticket.id, *conditions)
    return lines.correlate(Ticket).scalar_subquery()


_IS_SALE = Ticket.kind == TicketKind.SALE
_IS_RECEIVED = Ticket.state == TicketState.RECEIVED
_OWN_REGION = case((_IS_SALE, Ticket.seller_region), else_=Ticket.buyer_region)
_HAS_MEAT = select(TicketLine.ticket_id).where(
    TicketLine.ticket_id == Ticket.id, TicketLine.category == GoodsCategory.MEAT
)
_LINES = _of_lines(func.count(), TicketLine.category.in_(_AGRICULTURAL))
_COMPLETE_LINES = _of_lines(
    func.count(),
    TicketLine.category.in_(_AGRICULTURAL),
    TicketLine.has_code.is_(True),
    func.jsonb_array_length(TicketLine.certificates) > 0,
)


def _rows(
    region: ColumnElement[Any],
    numerator: ColumnElement[Any],
    denominator: ColumnElement[Any],
    *where: ColumnElement[bool],
) -> Select[*tuple[Any, ...]]:
    return select(
        Ticket.id.label("id"),
        ("票据 " + Ticket.number).label("label"),
        region.label("region_code"),
        day_in_shanghai(Ticket.sold_at).label("day"),
        numerator.label("numerator"),
        denominator.label("denominator"),
        Ticket.recorded_at.label("recorded_at"),
        (literal("/v1/tickets/") + cast(Ticket.id, Text)).label("link"),
    ).where(Ticket.state != TicketState.VOIDED, Ticket.kind != TicketKind.RETAIL, *where)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _paperless(*where: ColumnElement[bool]) -> Callable[[], Select[*tuple[Any, ...]]]:
    is_paperless = and_(_IS_SALE, Ticket.channel != TicketChannel.FILE)
    return lambda: _rows(_OWN_REGION, _flag(is_paperless), literal(1), *where)


TRADE_FIGURES = (
    Figure(PAPERLESS, _paperless()),
    Figure(PAPERLESS_MEAT, _paperless(_HAS_MEAT.exists())),
    Figure(
        COMPLETE,
        lambda: _rows(
            Ticket.seller_region.expression,
            case((_IS_RECEIVED, _COMPLETE_LINES), else_=0),
            _LINES,
            _IS_SALE,
            _LINES > 0,
        ),
    ),
    Figure(
        RECEIVED,
        lambda: _rows(
            Ticket.buyer_region.expression, _flag(_IS_RECEIVED), literal(1), _IS_SALE, Ticket.buyer_region.is_not(None)
        ),
    ),
)
