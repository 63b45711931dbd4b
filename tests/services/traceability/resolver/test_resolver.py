"""The resolver, statement by statement of GS1's conformance list."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from shared.contracts.codes import Role, Unit
from tests.conftest import ClientOf
from tests.services.traceability.codes.issuing import GTIN, HAISHU, issued

VOC = "https://ref.gs1.org/voc/"
ORIGIN = "http://127.0.0.1:8000"
PRODUCT = f"/01/{GTIN}"
LOT = f"{PRODUCT}/10/L1"
SERIAL = f"{LOT}/21/S1"


@dataclass
class Shop:
    """A business with a registered product and lot, and anybody who scans its codes."""

    owner: httpx.AsyncClient
    anyone: httpx.AsyncClient
    id: UUID

    async def add(self, code: str, link_type: str, href: str, **more: Any) -> httpx.Response:
        body = {"code": f"https://id.gs1.org{code}", "link_type": link_type, "href": href, "title": "演示"} | more
        return await self.owner.post("/v1/resolver-links", json=body, headers={"Idempotency-Key": str(uuid4())})

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.anyone.get(
            f"/resolver{path}", headers={name.replace("_", "-"): v for name, v in headers.items()}
        )


@pytest_asyncio.fixture
async def shop(client_of: ClientOf) -> AsyncIterator[Shop]:
    own = uuid4()
    owner = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=own)
    await issued(owner, kind="product", scheme="gs1", gtin=GTIN, name="演示牛奶（虚构）")
    await issued(owner, kind="lot", scheme="gs1", gtin=GTIN, lot="L1", name="演示牛奶（虚构）")
    yield Shop(owner, await client_of(Unit.TRACEABILITY), own)


async def test_a_code_leads_to_its_page_by_default(shop: Shop) -> None:
    answer = await shop.get(PRODUCT)
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{ORIGIN}/c{PRODUCT}"


async def test_a_serial_nobody_registered_leads_by_way_of_its_lot_to_a_page_that_says_so(shop: Shop) -> None:
    assert (await shop.get(SERIAL)).headers["location"] == f"{ORIGIN}/c{SERIAL}"
    assert (await shop.get(f"{PRODUCT}/21/X")).headers["location"] == f"{ORIGIN}/c{PRODUCT}/21/X"


async def test_links_are_found_on_the_way_up_the_nearest_first(shop: Shop) -> None:
    assert (await shop.add(PRODUCT, "gs1:pip", "https://example.com/product")).status_code == 201
    assert (await shop.add(LOT, "gs1:certificationInfo", "https://example.com/lot")).status_code == 201
    for path in (PRODUCT, LOT, SERIAL):
        assert (
            (await shop.get(f"{path}?linkType=gs1:pip")).headers["location"].startswith("https://example.com/product")
        )
    assert (await shop.get(f"{SERIAL}?linkType=gs1:certificationInfo")).status_code == 307
    assert (await shop.get(f"{PRODUCT}?linkType=gs1:certificationInfo")).status_code == 404


@pytest.mark.parametrize("wanted", ["linkset", "all"])
async def test_a_linkset_is_given_and_not_led_away_from(shop: Shop, wanted: str) -> None:
    await shop.add(PRODUCT, "gs1:pip", "https://example.com/p", media_type="text/html", hreflang=["zh-CN", "en"])
    answer = await shop.get(f"{SERIAL}?linkType={wanted}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/linkset+json"
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in answer.headers["link"]
    levels = answer.json()["linkset"]
    assert [level["anchor"] for level in levels] == [ORIGIN + LOT, ORIGIN + PRODUCT], "each level up to the key"
    assert levels[1][VOC + "pip"] == [
        {"href": "https://example.com/p", "title": "演示", "type": "text/html", "hreflang": ["zh-CN", "en"]}
    ]
    for level in levels:
        [default] = level[VOC + "defaultLink"]
        assert set(default) == {"href", "title"}, "the default bears no optional attributes"
        described = [link["href"] for name, links in level.items() if name.startswith(VOC) for link in links]
        assert described.count(default["href"]) == 2, "it is described by a type of its own as well"
        for name, links in level.items():
            if name.startswith("https://"):
                assert all(link["href"] and link["title"] for link in links)


async def test_who_accepts_linksets_gets_one(shop: Shop) -> None:
    answer = await shop.get(PRODUCT, accept="application/linkset+json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/linkset+json")
    assert "accept" in answer.headers["vary"].lower()


async def test_every_link_of_the_linkset_is_where_its_type_leads(shop: Shop) -> None:
    await shop.add(LOT, "gs1:recipeInfo", "https://example.com/recipe")
    for level in (await shop.get(f"{LOT}?linkType=linkset")).json()["linkset"]:
        path = urlsplit(level["anchor"]).path
        for name, links in level.items():
            if name.startswith(VOC) and not name.endswith("defaultLink"):
                answer = await shop.get(f"{path}?linkType={name}")
                assert answer.headers["location"].partition("?")[0] == links[0]["href"].partition("?")[0]


async def test_a_redirect_tells_where_all_links_are(shop: Shop) -> None:
    link = (await shop.get(PRODUCT)).headers["link"]
    assert link.startswith(f'<{ORIGIN}{PRODUCT}?linkType=linkset>; rel="linkset"; type="application/linkset+json"')


@pytest.mark.parametrize("unknown", ["gs1:recallStatus", "gs1:nothing", "", "schema:url"])
async def test_a_type_it_has_not_is_not_found(shop: Shop, unknown: str) -> None:
    answer = await shop.get(f"{PRODUCT}?linkType={unknown}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/no-such-link"


async def test_languages_and_formats_are_told_apart_and_a_tie_is_put_to_the_reader(shop: Shop) -> None:
    for language in ("zh", "en"):
        await shop.add(PRODUCT, "gs1:instructions", f"https://example.com/{language}", hreflang=[language])
    path = f"{PRODUCT}?linkType=gs1:instructions"
    assert (
        (await shop.get(path, accept_language="en-US,zh;q=0.5"))
        .headers["location"]
        .startswith("https://example.com/en")
    )
    tie = await shop.get(path)
    assert tie.status_code == 300
    [level] = tie.json()["linkset"]
    assert [link["href"] for link in level[VOC + "instructions"]] == [
        "https://example.com/zh",
        "https://example.com/en",
    ]


async def test_the_whole_query_is_passed_on(shop: Shop) -> None:
    await shop.add(PRODUCT, "gs1:pip", "https://example.com/p?a=1#top")
    answer = await shop.get(f"{PRODUCT}?17=260131&x=%E6%B5%B7&linkType=gs1:pip")
    assert answer.headers["location"] == "https://example.com/p?a=1&17=260131&x=%E6%B5%B7&linkType=gs1:pip#top"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/01/09520123456789", "#path/2"),
        ("/01/9520123456788", "#path/2"),
        (f"{PRODUCT}/badrequest", "#path"),
        (f"{PRODUCT}/21/1/10/2", "#path/1"),
        (f"{PRODUCT}?10=A", "#query/10"),
        (f"{PRODUCT}?17=261340", "#query/17"),
        (f"{PRODUCT}/21/%00", "#path/4"),
        ("/99/ABC", "#path"),
        ("/q/S330203", "#path/2"),
        ("/", "#host"),
    ],
)
async def test_a_bad_address_is_a_bad_request_with_its_place(shop: Shop, path: str, place: str) -> None:
    answer = await shop.get(path)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [place]
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_code_nobody_knows_is_not_found(shop: Shop) -> None:
    answer = await shop.get("/01/09506000134352")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/nothing-known-of-code"


async def test_one_slash_too_many_is_borne(shop: Shop) -> None:
    assert (await shop.get(f"{PRODUCT}/")).headers["location"] == f"{ORIGIN}/c{PRODUCT}"


async def test_head_says_what_get_says_without_a_body(shop: Shop) -> None:
    for path in (PRODUCT, f"{PRODUCT}?linkType=linkset", "/.well-known/gs1resolver"):
        got, head = await shop.get(path), await shop.anyone.head(f"/resolver{path}")
        assert head.status_code == got.status_code
        assert head.headers.get("location") == got.headers.get("location")
        assert head.headers.get("link") == got.headers.get("link")


async def test_options_and_cors_let_any_page_ask(shop: Shop) -> None:
    options = await shop.anyone.options(f"/resolver{PRODUCT}")
    assert options.status_code == 204
    assert options.headers["allow"] == "GET, HEAD, OPTIONS"
    for answer in (options, await shop.get(PRODUCT), await shop.get("/01/1"), await shop.get(f"{PRODUCT}?linkType=x")):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert {"GET", "HEAD", "OPTIONS"} <= set(answer.headers["access-control-allow-methods"].split(", "))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_code_can_only_be_read(shop: Shop, method: str) -> None:
    answer = await shop.anyone.request(method, f"/resolver{PRODUCT}")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_it_describes_itself(shop: Shop) -> None:
    described = (await shop.get("/.well-known/gs1resolver")).json()
    assert described["resolverRoot"] == ORIGIN
    assert {"00", "01", "414", "8004"} <= set(described["supportedPrimaryKeys"])
    assert described["supportedLinkType"] == [{"namespace": VOC, "prefix": "gs1:"}]


async def test_an_own_code_is_resolved_too(shop: Shop) -> None:
    [code] = await issued(shop.owner, kind="shop", name="演示小店（虚构）")
    path = urlsplit(code["uri"]).path
    assert path.startswith("/q/S330203")
    assert (await shop.get(path.lower())).headers["location"] == f"{ORIGIN}/c{path}"


async def test_a_new_default_takes_the_place_of_the_old_one_which_stays_on_record(shop: Shop) -> None:
    for number in (1, 2):
        href = f"https://example.com/{number}"
        refused = await shop.add(PRODUCT, "gs1:defaultLink", href)
        assert refused.status_code == 422, "it must be there under a type of its own first"
        await shop.add(PRODUCT, "gs1:pip", href)
        assert (await shop.add(PRODUCT, "gs1:defaultLink", href)).status_code == 201
        assert (await shop.get(PRODUCT)).headers["location"] == href
    history = (await shop.owner.get("/v1/resolver-links", params={"anchor": PRODUCT, "ended": "true"})).json()["items"]
    defaults = [link for link in history if link["link_type"].endswith("defaultLink")]
    assert [link["end_reason"] for link in defaults] == [None, "由新的默认链接取代"]
    [level] = (await shop.get(f"{PRODUCT}?linkType=linkset")).json()["linkset"]
    assert len(level[VOC + "defaultLink"]) == 1


async def test_an_ended_link_leads_nowhere_and_is_kept(shop: Shop) -> None:
    link = (await shop.add(PRODUCT, "gs1:pip", "https://example.com/p")).json()
    ending = f"/v1/resolver-links/{link['id']}/ending"
    assert (await shop.owner.post(ending, json={"reason": "证书已换"})).status_code == 428
    ended = await shop.owner.post(ending, json={"reason": "证书已换"}, headers={"If-Match": '"1"'})
    assert ended.json()["end_reason"] == "证书已换"
    assert (await shop.get(f"{PRODUCT}?linkType=gs1:pip")).status_code == 404
    again = await shop.owner.post(ending, json={"reason": "证书已换"}, headers={"If-Match": '"2"'})
    assert again.json()["type"] == "/problems/resolver-link-ended"


@pytest.mark.parametrize(
    "href",
    [
        "http://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "/\\example.com",
        "https://user:pw@example.com/",
        "https:///path",
        "https://example.com/a b",
        "https://example.com/\r\nSet-Cookie: a=b",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://example.com:99999/",
    ],
)
async def test_a_code_leads_to_no_unsafe_place(shop: Shop, href: str) -> None:
    assert (await shop.add(PRODUCT, "gs1:pip", href)).status_code == 422


async def test_an_address_in_the_query_leads_nowhere(shop: Shop) -> None:
    answer = await shop.get(f"{PRODUCT}?url=https://evil.example&redirect=//evil.example")
    assert urlsplit(answer.headers["location"]).netloc == urlsplit(ORIGIN).netloc


async def test_nobody_sets_links_of_somebody_elses_codes(shop: Shop, client_of: ClientOf) -> None:
    link = (await shop.add(PRODUCT, "gs1:pip", "https://example.com/p")).json()
    rival = await client_of(Unit.TRACEABILITY, Role.BUSINESS, regions=[HAISHU], business_id=uuid4())
    far = await client_of(Unit.TRACEABILITY, Role.INSPECTOR, regions=["440605000000"])
    for caller in (rival, far):
        other = Shop(caller, shop.anyone, shop.id)
        assert (await other.add(PRODUCT, "gs1:pip", "https://evil.example/")).status_code == 403
        assert (await caller.get("/v1/resolver-links")).json()["items"] == []
        ending = await caller.post(
            f"/v1/resolver-links/{link['id']}/ending", json={"reason": "捣乱"}, headers={"If-Match": '"1"'}
        )
        assert ending.status_code == 404
    assert (await shop.add("/01/09506000134352", "gs1:pip", "https://example.com/")).status_code == 403


@pytest.mark.parametrize("number", ["13812345678", "１３８１２３４５６７８", "138\u200b12345678", "330203199001011234"])
async def test_a_linkset_and_a_scan_tell_no_number_that_the_name_holds(shop: Shop, number: str) -> None:
    [code] = await issued(shop.owner, kind="lot", name=f"王小五{number}自产鸡蛋（虚构）")
    linkset = await shop.get(code["uri"].removeprefix(ORIGIN) + "?linkType=linkset")
    assert linkset.status_code == 200
    scan = await shop.anyone.post("/v1/public-codes/scans", json={"code": code["uri"]})
    for told in (linkset.json(), scan.json()):
        assert "王小五（号码略）自产鸡蛋（虚构）" in str(told)
        assert number not in str(told)
