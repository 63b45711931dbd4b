"""How goods are counted here: what people write, the unit it is kept in, and its code in events. Pure.

Weights are kept in kilograms and volumes in litres, so that what came in as 斤 and went out as 克 can be set against
each other. Whatever is none of these is counted in pieces of its own name (盒, 头) and never converted.
Codes: UN/CEFACT Recommendation 20. 斤, 两: 国务院关于在我国统一实行法定计量单位的命令 (1984), 市制单位.
"""

import unicodedata
from decimal import Decimal
from typing import NamedTuple

from services.traceability.units.codes import comparable_units, converted

LONGEST_UNIT = 10


class Amount(NamedTuple):
    """A quantity in the unit it is kept in."""

    quantity: Decimal
    unit: str

    @property
    def measured(self) -> bool:
        """Weighed or filled, not counted in pieces."""
        return self.unit in _CODES

    @property
    def uom(self) -> str | None:
        """The unit's code in events; None for pieces, which events count without one."""
        return _CODES.get(self.unit)


_CODES = {"kg": "KGM", "L": "LTR"}
_KEPT = {code: kept for kept, unit in _CODES.items() for code in comparable_units(unit)}
_WRITTEN: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("kg", "千克", "公斤"), ("1", "KGM")),
    **dict.fromkeys(("g", "克"), ("1", "GRM")),
    **dict.fromkeys(("t", "吨"), ("1", "TNE")),
    **dict.fromkeys(("斤", "市斤"), ("0.5", "KGM")),
    "两": ("0.05", "KGM"),
    **dict.fromkeys(("l", "升"), ("1", "LTR")),
    **dict.fromkeys(("ml", "毫升"), ("1", "MLT")),
}
"""What people write, as how many of which unit."""


def amount(quantity: Decimal, unit: str) -> Amount:
    """What somebody counted, in the unit it is kept in. Raises `ValueError` in Chinese for a part of a piece."""
    written = unicodedata.normalize("NFKC", unit).strip()
    many, code = _WRITTEN.get(written.lower(), ("1", ""))
    if code:
        kept = _KEPT[code]
        return Amount(converted(quantity * Decimal(many), code, _CODES[kept]), kept)
    if quantity != quantity.to_integral_value():
        raise ValueError(f"按“{written}”计的数量应为整数；称重的请用公斤、斤或克")
    return Amount(quantity, written)
