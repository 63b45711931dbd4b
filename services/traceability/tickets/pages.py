"""A ticket for people: one page of HTML that stands alone, without scripts, to show on a phone or to print."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape

from services.traceability.codes import qr
from services.traceability.lots.rules import Refusal
from services.traceability.tickets.models import Ticket, TicketLine
from services.traceability.tickets.rules import TicketState, in_words
from services.traceability.units.goods import Amount
from shared.times import in_words as moment_in_words

_STYLE = """
@page { size: 80mm auto; margin: 4mm }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 4mm; max-width: 120mm; color: #000;
  font: 16px/1.5 "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif }
h1 { font-size: 1.2em; margin: 0 }
table { width: 100%; border-collapse: collapse; margin: 3mm 0 }
th, td { text-align: left; padding: 1.5mm 1mm; border-bottom: 1px solid #ccc; vertical-align: top;
  overflow-wrap: anywhere }
.held { border: 3px solid #b00020; color: #b00020; padding: 2mm; font-weight: 700 }
svg { width: 40mm; height: 40mm; display: block; margin: 2mm auto }
small { color: #444 }
.act { display: block; margin: 3mm 0; padding: 3mm; border: 2px solid; text-align: center; color: #000 }
@media print { .act { display: none } }
"""

_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'"
"""What a browser may do with the page: show it, with its own styles, and nothing else."""


def ticket_page(ticket: Ticket, address: str, held: Mapping[str, Refusal]) -> str:
    """What everybody may know of a ticket: who sold what and when, and whether a lot is held by now. Not who bought it,
    and not for how much.
    """
    rows = "".join(map(_row, ticket.lines))
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>票据 {escape(ticket.number)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(ticket.seller.get('name') or '')}</h1>"
        f"<div>{escape(moment_in_words(ticket.sold_at))} · 票号 {escape(ticket.number)}</div>"
        f"{_warning(ticket, held)}<table><tr><th>品名</th><th>数量</th><th>批号</th></tr>{rows}</table>"
        f"{_way_in(ticket)}{qr.svg(address)}<small>由销售者录入，{escape(moment_in_words(ticket.recorded_at))}记录；扫码收货即为进货查验记录</small>"
        "</body></html>"
    )


def _way_in(ticket: Ticket) -> str:
    """For the buyer, who has scanned it: the shop's own page, where he receives the goods."""
    if ticket.state is not TicketState.ISSUED:
        return ""
    return f'<a class="act" href="/shop/tickets/{ticket.id}">进货的店家：登录收货</a>'


def _row(line: TicketLine) -> str:
    papers = "".join(f"<br><small>{escape(one['kind'])} {escape(one['number'])}</small>" for one in line.certificates)
    origin = f"<br><small>产地 {escape(line.origin)}</small>" if line.origin else ""
    lot = escape(line.lot_code) if line.has_code else "<small>货上没有批号</small>"
    counted = escape(in_words(Amount(line.printed_quantity, line.printed_unit)))
    return f"<tr><td>{escape(line.product_name)}{origin}{papers}</td><td>{counted}</td><td>{lot}</td></tr>"


def _warning(ticket: Ticket, held: Mapping[str, Refusal]) -> str:
    if ticket.state is TicketState.VOIDED:
        return '<p class="held">这张票据已作废</p>'
    found = [line.lot_code for line in ticket.lines if line.lot_key in held]
    if not found:
        return ""
    return f'<p class="held">批次 {escape("、".join(found))} 已停止销售，请勿食用，可联系销售者退回</p>'
