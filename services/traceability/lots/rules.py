"""What makes a lot one lot. Pure."""

from uuid import UUID

MAX_CODE = 100


def normalise_code(code: str) -> str:
    """A lot code as it is compared: without the spaces and line breaks that copying adds, letters in upper case."""
    return "".join(code.split()).upper()


def holder_key(business_id: UUID | None, uscc: str | None, name: str | None) -> str:
    """Whose goods a lot is, by the best that is known: registered business, then USCC, then name, else nobody's."""
    if business_id is not None:
        return f"business:{business_id}"
    if uscc:
        return f"uscc:{uscc}"
    return f"name:{name.strip()}" if name and name.strip() else "unknown"
