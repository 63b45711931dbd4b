"""How units call each other and the outside: aiohttp's connections under httpx, which are the quicker of the two."""

import ssl
from functools import cache

import httpx
from httpx_aiohttp import AiohttpTransport


def make_transport() -> AiohttpTransport:
    """A transport with connections of its own."""
    return AiohttpTransport(verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates of the world's authorities takes longer than all the rest of a client's making."""
    return httpx.create_ssl_context()
