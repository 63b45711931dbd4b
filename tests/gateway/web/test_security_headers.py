"""Headers that every answer carries, whatever it is."""

import httpx
import pytest

from tests.gateway.identity.conftest import Gateway, gateway, identity_database

__all__ = ["gateway", "identity_database"]


@pytest.mark.parametrize("path", ["/login", "/api/v1/audit/heads", "/api/v1/me", "/nowhere", "/static/site.css"])
async def test_no_answer_goes_out_without_them_and_tls_is_kept_once_it_was_used(gateway: Gateway, path: str) -> None:
    plain = await gateway.http.get(path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway.app), base_url="https://test") as http:
        over_tls = await http.get(path)
    for answer in (plain, over_tls):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in plain.headers
    assert over_tls.headers["strict-transport-security"] == "max-age=31536000"
