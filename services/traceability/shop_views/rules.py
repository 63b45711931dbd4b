"""How a held lot is called where its code was kept as it is compared: without blanks, in upper case. Pure."""

from services.traceability.codes.rules import OWN_KEY
from services.traceability.everyday_events.rules import LOT_KEY, lot_code


def label_of(kept: str) -> str:
    """What people read on the label, from the code of a lot as holds keep it."""
    start = next((key for key in (LOT_KEY, OWN_KEY) if kept.startswith(key.upper())), "")
    return lot_code(start + kept[len(start) :])
