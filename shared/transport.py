"""How units call each other and the outside: aiohttp's connections under httpx, which are the quicker of the two."""

import ssl
from functools import cache

import httpx
from httpx_aiohttp import AiohttpTransport

# Below uvicorn's five seconds, so that no connection is taken up in the moment in which the other side closes it.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0)


def make_transport() -> AiohttpTransport:
    """A transport with connections of its own."""
    return AiohttpTransport(verify=_trusted(), limits=_LIMITS)


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates of the world's authorities takes longer than all the rest of a client's making."""
    return httpx.create_ssl_context()
