"""Codes at the root of the site, and EPCIS beside `/v1`: what is let through, for whom, and what is not."""

import pytest

from tests.gateway.proxy.conftest import Way


async def test_a_code_is_resolved_for_anybody_as_it_was_written(way: Way) -> None:
    address = "/01/09520123456788/21/a%2Fb?linkType=gs1:pip&x=%E6%B5%B7"
    async with way.http.get(way.address + address) as answer:
        assert answer.status == 200
        told = await answer.json()
    assert told["raw_path"] == "/resolver/01/09520123456788/21/a%2Fb"
    assert told["query"] == "linkType=gs1:pip&x=%E6%B5%B7"
    assert way.seen.headers[-1]["x-forwarded-prefix"] == ""


@pytest.mark.parametrize("name", ["gtin", "sscc", "gln", "cpid", "gsrnp"])
async def test_a_withdrawn_name_is_the_resolvers_to_explain(way: Way, name: str) -> None:
    async with way.http.get(f"{way.address}/{name}/09520123456788") as answer:
        assert (await answer.json())["raw_path"] == f"/resolver/{name}/09520123456788"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST"])
async def test_every_method_reaches_the_resolver_which_decides(way: Way, method: str) -> None:
    async with way.http.request(method, way.address + "/414/9520123456788") as answer:
        assert answer.status == 200


async def test_what_the_resolver_points_to_is_not_moved_under_the_interface(way: Way) -> None:
    async with way.http.get(way.address + "/00/created", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/v1/samples/7"


@pytest.mark.parametrize("path", ["/01/../v1/echo", "/01/%2e%2e/%2e%2e/v1/echo", "/01/..%5c..%5cv1"])
async def test_no_code_leads_into_the_service(way: Way, path: str) -> None:
    import yarl  # noqa: PLC0415 (the client would tidy the address)

    async with way.http.get(yarl.URL(way.address + path, encoded=True)) as answer:
        assert answer.status == 404
    assert way.seen.headers == []


async def test_epcis_stands_beside_v1_and_needs_a_token(way: Way) -> None:
    for path in ("/epcis", "/epcis/events/urn:uuid:1?perPage=3"):
        async with way.request("GET", f"/api/traceability{path}") as answer:
            assert answer.status == 200
        async with way.http.get(way.address + f"/api/traceability{path}") as answer:
            assert answer.status == 401
    for path in ("/api/traceability/epcisX", "/api/sampling/epcis", "/api/traceability/resolver/01/1"):
        async with way.request("GET", path) as answer:
            assert answer.status == 404, path
