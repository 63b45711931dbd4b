"""Signing batches between units, by the Standard Webhooks scheme: HMAC-SHA256 over id, time and body."""

from collections.abc import Mapping
from uuid import UUID

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shared.times import now

_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def sign(secret: str, message: UUID, body: bytes) -> dict[str, str]:
    """The headers that prove that `body` comes from a unit that knows `secret`, now."""
    sent_at = now()
    signature = Webhook(secret.encode()).sign(str(message), sent_at, body.decode())
    return dict(zip(_HEADERS, (str(message), str(int(sent_at.timestamp())), signature), strict=True))


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether `body` was signed with `secret` within the last five minutes."""
    try:
        Webhook(secret.encode()).verify(body, {name: headers.get(name, "") for name in _HEADERS}, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: the header is not in the scheme's form at all
        return False
    return True
