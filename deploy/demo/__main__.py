"""`python -m deploy.demo` loads the demo through the gateway; `--logins` prints how to sign in. Safe to repeat."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx

from deploy.demo import chains, evaluations, invented, registered, statutory, supervision
from deploy.demo.gateway_client import Caller, DemoError, demo_uuid
from deploy.demo.invented import Market
from deploy.demo.sampling_scripts import FULL, SMALL
from gateway.identity.demo_users import DemoLogin, demo_market_operator_id, seed_demo_users
from gateway.settings import Settings
from shared.contracts.codes import Role, Unit
from shared.database import create_engine, create_sessions
from shared.times import day_of, now

MARKETS_A_JURISDICTION = 3
SHOWN_ROLES = (
    *(Role.LEADER, Role.FOOD_SAFETY_OFFICE, Role.INSPECTOR, Role.CASE_HANDLER, Role.SAMPLER, Role.LABORATORY),
    *(Role.MARKET_OPERATOR, Role.ADMINISTRATOR),
)


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    code: str
    name: str


JURISDICTIONS = (
    Jurisdiction("330203000000", "海曙区"),
    Jurisdiction("440605000000", "南海区"),
    Jurisdiction("441700000000", "阳江市"),
    Jurisdiction("440784000000", "鹤山市"),
    Jurisdiction("320600000000", "南通市"),
)


async def users(settings: Settings) -> list[DemoLogin]:
    """Make the demo's users where they are missing, and tell all of them."""
    engine = create_engine(settings)
    try:
        async with create_sessions(engine)() as session, session.begin():
            return await seed_demo_users(session, settings, [place.code for place in JURISDICTIONS])
    finally:
        await engine.dispose()


def load(settings: Settings, places: Sequence[Jurisdiction] = JURISDICTIONS) -> None:
    """Load these jurisdictions; statutory sampling is shown in full in the first one only."""
    stated = registered.by_region()
    for place in places:
        say(f"{place.name}：登记公开数据")
        with Caller(settings, Role.FOOD_SAFETY_OFFICE, place.code) as office:
            for unit, figure in stated.get(place.code, []):
                base = "/api/v1" if unit is Unit.GATEWAY else f"/api/{unit.value}/v1"
                office.create(f"{base}/registered-figures", figure, figure["code"])
            say(f"{place.name}：建立演示市场与摊位")
            markets = _markets(office, place)
            operator_id = demo_market_operator_id(place.code)
            operator_name = f"演示{place.name}市场经营公司（虚构）"
            _business(office, operator_id, operator_name, "market", markets[0].region_code, number=0)
            made = [(market, _market(office, market, operator_id, operator_name)) for market in markets]
        with Caller(settings, Role.MARKET_OPERATOR, place.code) as operator:
            for market, site_id in made:
                _upload(operator, market, site_id)
        _work_on_whistles(settings, place)
        say(f"{place.name}：建立演示监督抽检")
        scripts = FULL if place is JURISDICTIONS[0] else SMALL
        statutory.load(settings, statutory.Place(place.code, place.name, markets, scripts))
        if place is JURISDICTIONS[0]:
            say(f"{place.name}：建立演示监督检查")
            supervision.load(settings, place.code, place.name, markets[0])
            say(f"{place.name}：建立演示追溯链条")
            chains.load(settings, place.code, markets[0])
            say(f"{place.name}：建立演示评价")
            evaluations.load(settings, place.code, place.name, markets)


def _markets(office: Caller, place: Jurisdiction) -> list[Market]:
    """Markets in the first towns of the jurisdiction, of different counties where it has several."""
    below = list(office.pages(f"/api/inspection/v1/regions/{place.code}/children"))
    if below[0]["level"] < 4:
        counties = [county for county in below if county["kind"] == "official"]  # zones of one's own come and go
        towns_of = (office.pages(f"/api/inspection/v1/regions/{county['code']}/children") for county in counties)
        below = [first for towns in towns_of if (first := next(towns, None))]
    towns = [(town["code"], town["name"]) for town in below[:MARKETS_A_JURISDICTION]]
    return invented.markets(place.name, towns)


def _market(office: Caller, market: Market, operator_id: UUID, operator_name: str) -> str:
    """Register the market, its sellers and its device; returns the test site's id."""
    site = office.create(
        "/api/sampling/v1/test-sites",
        {
            "code": market.code,
            "name": market.name,
            "kind": market.kind,
            "region_code": market.region_code,
            "address": "演示路 1 号（虚构）",
            "operator_name": operator_name,
            "operator_business_id": str(operator_id),
        },
        market.code,
    )
    stalls = []
    for number, stall in enumerate(market.stalls, start=1):
        seller_id = demo_uuid("seller", market.code, stall.number)
        is_new = _business(
            office, seller_id, stall.seller, "sales", market.region_code, number=number, site=(site["id"], stall.number)
        )
        if is_new:
            relation = {"kind": "stall_of", "other_id": str(operator_id), "valid_from": "2026-01-01"}
            office.create(f"/api/inspection/v1/businesses/{seller_id}/relations", relation, "stall")
        stalls.append(
            {
                "number": stall.number,
                "seller_name": stall.seller,
                "seller_business_id": str(seller_id),
                "valid_from": "2026-01-01",
            }
        )
    office.create(f"/api/sampling/v1/test-sites/{site['id']}/stalls", {"stalls": stalls}, market.code, "stalls")
    device = {
        "maker": invented.MAKER,
        "serial": market.device_serial,
        "methods": ["enzyme_inhibition", "colloidal_gold", "colorimetric"],
        "site_id": site["id"],
    }
    office.create("/api/sampling/v1/devices", device, market.code, "device")
    return str(site["id"])


def _business(
    office: Caller,
    business_id: UUID,
    name: str,
    kind: str,
    region_code: str,
    *,
    number: int,
    site: tuple[str, str] | None = None,
) -> bool:
    """Enter a business; False where it is on file already."""
    return office.put_new(
        f"/api/inspection/v1/businesses/{business_id}",
        {
            "uscc": invented.demo_uscc(region_code, int(region_code[6:9]) * 1000 + number),
            "name": name,
            "kind": kind,
            "region_code": region_code,
            "address": "演示路 1 号（虚构）",
            "licences": [],
            "site_id": site[0] if site else None,
            "stall_number": site[1] if site else None,
        },
    )


def _upload(operator: Caller, market: Market, site_id: str) -> None:
    """Upload the market's month as a file and wait until every row has its answer."""
    content = invented.rapid_test_file(market, day_of(now()))
    upload = operator.upload("/api/sampling/v1/rapid-test-uploads", f"{market.code}.csv", content, site_id=site_id)
    path = f"/api/sampling/v1/rapid-test-uploads/{upload['id']}"
    done = operator.wait_for(path, frozenset({"done", "failed", "cancelled"}))
    say(f"{market.name}：收下 {done['accepted']} 条，退回 {done['rejected']} 条，疑似阳性 {done['positives']} 条")


def _work_on_whistles(settings: Settings, place: Jurisdiction) -> None:
    """Bring the older half of the whistles to an end, so that every stage can be seen; once only, for after that
    they are the visitor's.
    """
    with Caller(settings, Role.INSPECTOR, place.code) as inspector:
        whistles = list(inspector.pages("/api/sampling/v1/whistles"))[::-1]
        if any(whistle["state"] != "open" for whistle in whistles):
            return
        for number, whistle in enumerate(whistles[: (len(whistles) + 1) // 2]):
            steps = f"/api/sampling/v1/whistles/{whistle['id']}"
            told = inspector.step(f"{steps}/notice", {"note": "演示：已告知销售者"}, whistle["version"])
            sample = {"sample_number": f"XBJ26{place.code[:6]}{number + 1:06d}", "same_lot": True, "note": "演示"}
            sampled = inspector.step(f"{steps}/statutory-sample", sample, told["version"])
            if number % 2:
                continue
            verdict = {"outcome": "unconfirmed", "note": "演示：同批检验合格"}
            concluded = inspector.step(f"{steps}/outcome", verdict, sampled["version"])
            lifted = inspector.step(f"{steps}/stop-sale-release", {"note": "演示：同批检验合格"}, concluded["version"])
            inspector.step(f"{steps}/closure", {"note": "演示：办结"}, lifted["version"])


def say(text: str) -> None:
    print(text, flush=True)


def show_logins(settings: Settings) -> None:
    """How to sign in, a line a person."""
    for login in asyncio.run(users(settings)):
        if login.role in SHOWN_ROLES and login.region_code == JURISDICTIONS[0].code:
            say(f"{login.role.label}\t{login.login}\t{login.password}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./shian demo", description="装入演示数据（虚构），或打印演示账号")
    parser.add_argument("--logins", action="store_true", help="只打印演示账号")
    options = parser.parse_args()
    settings = Settings()
    try:
        if options.logins:
            show_logins(settings)
            return
        asyncio.run(users(settings))
        load(settings)
    except DemoError as error:
        sys.exit(f"演示数据没有装完：{error}。已装入的都保留，可以再次运行 ./shian demo。")
    except (httpx.TransportError, OSError) as error:
        sys.exit(f"连不上平台（{error}）。请先运行 ./shian up，等它就绪后再试。")


if __name__ == "__main__":
    main()
