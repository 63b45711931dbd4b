"""Every query of the files of tickets."""

from sqlalchemy import Select, or_, select

from services.traceability.subjects.scope import readable
from services.traceability.ticket_uploads.models import TicketUpload
from shared.http.auth import Actor


def visible_uploads(actor: Actor) -> Select[TicketUpload]:
    """The actor's own, and those of businesses whose records he reads."""
    of_readable = readable(actor, TicketUpload.business_id, TicketUpload.region_code)
    return select(TicketUpload).where(or_(TicketUpload.uploaded_by == actor.id, of_readable))
