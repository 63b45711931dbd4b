"""What may be wrong about a ticket."""

from shared.http.problems import Conflict, Forbidden, InvalidRequest, NotFound


class UnknownTicket(NotFound):
    slug, title = "unknown-ticket", "没有这张票据"


class TicketIdReused(Conflict):
    slug, title = "ticket-id-reused", "这个票据编号已用于另一份内容"


class ReceiptIdReused(Conflict):
    slug, title = "receipt-already-made", "这张票据已经收过货，内容不同"


class TicketTaken(Conflict):
    slug, title = "ticket-taken", "这张票据已由别家收货"


class TicketRefused(InvalidRequest):
    slug, title = "ticket-refused", "票据的内容有误"


class LotOnHold(Conflict):
    """The sale of a held lot. `errors` names each line and why its lot is held."""

    slug, title = "lot-on-hold", "批次已被锁定，不能销售"


class TicketStepRefused(Conflict):
    slug, title = "ticket-step-refused", "这张票据不能这样办理"


class ScaleNotRegistered(Forbidden):
    slug, title = "scale-not-registered", "电子秤没有登记在这个主体名下"


class UnknownScale(NotFound):
    slug, title = "unknown-scale", "没有这台电子秤"
