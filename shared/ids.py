"""Identifiers: UUIDv7 (RFC 9562 §5.7), made by whoever creates the record, a terminal without network included."""

import secrets
import time
from datetime import UTC, datetime
from uuid import UUID


def uuid7(at: datetime | None = None) -> UUID:
    """A new UUIDv7: 48 bits of milliseconds, then 74 random bits, so that ids sort by the time they were made."""
    milliseconds = time.time_ns() // 1_000_000 if at is None else int(at.timestamp() * 1000)
    random = secrets.randbits(74)
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76
    value |= (random >> 62) << 64
    value |= 0b10 << 62
    value |= random & ((1 << 62) - 1)
    return UUID(int=value)


def uuid7_series(count: int) -> list[bytes]:
    """The 16 bytes each of `count` UUIDv7 made now, ascending: a millisecond, a 26-bit counter, 48 random bits."""
    random = secrets.token_bytes(6 * count)
    base = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 32 | 0x7 << 28 | 0b10 << 14
    return [
        (base | (number >> 14 & 0xFFF) << 16 | number & 0x3FFF).to_bytes(10) + random[6 * number : 6 * number + 6]
        for number in range(count)
    ]


def made_at(identifier: UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)
