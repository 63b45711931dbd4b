"""The registry of code grammars: dated rows with their source, corrected by further rows."""

from typing import Any

from sqlalchemy.orm import Mapped

from services.traceability.database import Base
from services.traceability.identifiers.grammars import Characters, Check, Part
from shared.dated_rules.models import DatedRule, dated


class CodeGrammar(DatedRule, Base):
    """One grammar from a day on. `parts` empty: the grammar exists, but its text is not at hand, so nothing is read."""

    __tablename__ = "code_grammars"
    __table_args__ = dated("编码规则", "code")

    code: Mapped[str]
    name: Mapped[str]
    parts: Mapped[list[Any]]
    check_character: Mapped[Check]

    def read_parts(self) -> list[Part]:
        return [Part(**(part | {"characters": Characters(part["characters"])})) for part in self.parts]
