"""Settings of the traceability service: those of every unit."""

from typing import ClassVar

from shared.contracts.codes import Unit
from shared.settings import UnitSettings


class Settings(UnitSettings):
    unit: ClassVar[Unit] = Unit.TRACEABILITY
