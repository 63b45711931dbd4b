"""The three ways to an access token, as one."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.api_clients import service as api_clients
from gateway.identity.audit.service import Origin
from gateway.identity.sign_in import service
from gateway.identity.sign_in.schemas import ClientGrant, Grant, PasswordGrant, RefreshGrant
from gateway.settings import Settings
from shared.http.auth import Actor


@dataclass(frozen=True, slots=True)
class Granted:
    """Whom the token is for, and what renews it (nothing for a client, which has its key)."""

    actor: Actor
    refresh_token: str | None


async def grant(session: AsyncSession, settings: Settings, origin: Origin, wanted: Grant) -> Granted:
    """Check the proof that `wanted` carries. Raises the refusals of `sign_in.service` and `api_clients.service`."""
    match wanted:
        case PasswordGrant():
            signed_in = await service.sign_in(session, settings, origin, wanted.login, wanted.password, wanted.code)
        case RefreshGrant():
            signed_in = await service.refresh(session, settings, origin, wanted.refresh_token)
        case ClientGrant():
            actor = await api_clients.let_in(session, origin, wanted.client_id, wanted.client_key, wanted.scopes)
            return Granted(actor, None)
    return Granted(signed_in.user.as_actor(), signed_in.refresh_token)
