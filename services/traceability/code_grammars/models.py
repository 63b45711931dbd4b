"""The registry of code grammars: dated rows with their source, corrected by further rows."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.traceability.database import Base
from services.traceability.identifiers.grammars import Characters, Check, Part
from shared.ids import uuid7
from shared.unverified_rules.law import law


class CodeGrammar(Base):
    """One grammar from a day on. `parts` empty: the grammar exists, but its text is not at hand, so nothing is read."""

    __tablename__ = "code_grammars"
    __table_args__ = (Index(None, "code", "valid_from"), law("编码规则", "code", "valid_from"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    name: Mapped[str]
    parts: Mapped[list[Any]]
    check_character: Mapped[Check]
    valid_from: Mapped[date]
    source: Mapped[str]
    verified: Mapped[bool]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    def read_parts(self) -> list[Part]:
        return [Part(**(part | {"characters": Characters(part["characters"])})) for part in self.parts]
