"""Region codes as every service writes them.

A region code is always stored and sent with 12 digits (GB/T 2260 county part + 统计用区划代码). People type fewer: 6
digits for a county, 9 for a street. `RegionCode` takes 6, 9 or 12 and gives 12; anything else is refused with a Chinese
sentence.
"""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from shared.contracts.event import EventData

ACCEPTED_LENGTHS = (6, 9, 12)


def normalise_region_code(text: str) -> str:
    """Return the 12-digit form of a code of 6, 9 or 12 digits: `330203` → `330203000000`.

    Raises ValueError (Chinese, says how to mend) for anything else, including a code that does not begin with a
    province.
    """
    code = text.strip()
    if not (code.isascii() and code.isdigit()) or len(code) not in ACCEPTED_LENGTHS:
        raise ValueError(f"区划代码「{text}」应为 6、9 或 12 位数字，例如 330203、330203009、330203009001")
    padded = code.ljust(12, "0")
    if padded.startswith("00"):
        raise ValueError(f"区划代码「{text}」没有省级部分，前两位不能是 00")
    return padded


RegionCode = Annotated[
    str,
    AfterValidator(normalise_region_code),
    Field(description="区划代码，12 位；输入 6 或 9 位时自动补零", examples=["330203000000"]),
]


class RegionChanged(EventData):
    """The whole state of a region after a change in the gateway. A unit keeps it when it is newer than its own."""

    type: ClassVar[str] = "gateway.region.changed.v1"

    code: str
    name: str
    short_name: str
    level: int
    kind: str
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None
    successor_code: str | None
    source: str
    source_version: str
    verified: bool
    version: int


class RegionPopulationStated(EventData):
    """The population of a region, year and basis as the gateway holds it; the latest statement wins."""

    type: ClassVar[str] = "gateway.region_population.stated.v1"

    code: str
    year: int
    basis: str
    persons: int
    source: str
    verified: bool
    version: int
