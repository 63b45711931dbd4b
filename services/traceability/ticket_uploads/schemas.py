"""What senders of files of tickets say and are told."""

from uuid import UUID

from pydantic import Field

from shared.contracts.codes import RowOutcome
from shared.contracts.schema import Schema
from shared.http.problems import FieldError
from shared.uploads.schemas import TableForm, TableUploadRead


class TicketUploadForm(TableForm):
    """The fields beside the file."""

    business_id: UUID | None = Field(default=None, description="谁的票据；不填即调用者自己的主体")


class TicketUploadRead(TableUploadRead):
    """A file of tickets: how far it is, what became of its rows."""

    business_id: UUID
    accepted: int = Field(examples=[1188])
    duplicate: int = Field(examples=[0])
    rejected: int = Field(examples=[10])


class TicketUploadRowRead(Schema):
    """What became of one row."""

    row_number: int = Field(examples=[17])
    outcome: RowOutcome
    ticket_id: UUID | None = Field(description="收下的（或与之重复的）票据")
    errors: list[FieldError]
