"""Settings of the inspection service."""

from typing import ClassVar

from shared.contracts.codes import Unit
from shared.settings import UnitSettings


class Settings(UnitSettings):
    """What every unit needs, read from `SHIAN_INSPECTION_…` or `SHIAN_…`."""

    unit: ClassVar[Unit] = Unit.INSPECTION
