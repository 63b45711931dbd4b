"""What identity needs while the process runs: the key ring, the issuer, the gateway's own verifier, the window of
sign-in attempts.
"""

from fastapi import FastAPI

from gateway.identity.keys import open_key_ring
from gateway.identity.oidc.provider import Provider
from gateway.identity.rate_limit import Window
from gateway.identity.tokens import RingVerifier, TokenIssuer
from gateway.settings import Settings


def start_identity(app: FastAPI) -> None:
    """Put them on the app. Raises `KeysError` when there is no signing key: nothing starts with a default secret."""
    settings: Settings = app.state.settings
    ring = open_key_ring(settings)
    app.state.token_issuer = TokenIssuer(ring, settings.token_issuer)
    app.state.token_verifier = RingVerifier(ring, settings.token_issuer)
    app.state.sign_in_window = Window()
    app.state.identity_provider = Provider(settings, app.state.client)
