"""One-time codes by time (RFC 6238 over RFC 4226), as every authenticator program makes them. Pure."""

import base64
import hmac
import secrets
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # as long as the hash, as RFC 4226 recommends
EARLIER_AND_LATER = 1
"""A clock may be one step off, either way."""

RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one step of thirty seconds since 1970."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(secret: bytes, code: str, at_seconds: float, after: int) -> int | None:
    """The step to which the code belongs, near to now and later than `after`; None when it is of no such step.

    A step that was used is not good again, so a code that somebody looked at over a shoulder is worth nothing.
    """
    now = int(at_seconds) // STEP_SECONDS
    found = None
    for step in range(now - EARLIER_AND_LATER, now + EARLIER_AND_LATER + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found


def as_text(secret: bytes) -> str:
    """The secret as people type it."""
    return base64.b32encode(secret).decode().rstrip("=")


def enrolment_uri(secret: bytes, issuer: str, login: str) -> str:
    """What stands in the QR code that an authenticator program scans."""
    label = quote(f"{issuer}:{login}", safe="")
    return f"otpauth://totp/{label}?secret={as_text(secret)}&issuer={quote(issuer, safe='')}"


def recovery_code() -> str:
    """A code of ten characters (49 bits), good once, for whoever has lost the telephone."""
    letters = "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def normalised(typed: str) -> str:
    """A code as it is compared: no blanks, lower case."""
    return "".join(typed.split()).lower()
