"""What an external system may be allowed besides its role: reading or changing, unit by unit."""

from shared.contracts.codes import SERVICES, Unit

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing."""

SCOPES = (*(f"{unit.value}:{act}" for unit in (*SERVICES, Unit.GATEWAY) for act in ("read", "write")),)
"""All there are. `write` does not include `read`; `gateway:read` opens the composed pages, whose parts each service
still refuses to whom it would refuse them directly, and `gateway:write` the system's own webhooks. Nothing else in the
gateway is a system's to change.
"""


def needed_scope(unit: Unit, method: str) -> str:
    """The scope without which a system may not send a request of this method to `unit`."""
    return f"{unit.value}:{'read' if method in READING else 'write'}"
