"""Samples, reports and cases for tests of pages: taken, tested and reported over the services, nothing is faked."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4, uuid5

import httpx

from gateway.identity.demo_users import demo_id, demo_organisation_id
from shared.contracts.codes import Role
from shared.ids import uuid7
from tests.gateway.web.platform import DISTRICT, TOWN, Market
from tests.services.sampling.apart import PHOTO, laboratory_body
from tests.services.sampling.factories import key
from tests.services.sampling.samples.factory import FILES, form_of

SAMPLING = "/api/sampling/v1"
SAMPLER = demo_id(Role.SAMPLER, DISTRICT)
COLLEAGUE = uuid5(SAMPLER, "colleague")
LEAD = {
    "item": "铅（以Pb计）",
    "result": "0.35",
    "unit": "mg/kg",
    "requirement": "≤0.3",
    "requirement_unit": "mg/kg",
    "stated_verdict": "unqualified",
    "method": "GB 5009.12-2023 第一法",
    "lod_value": "0.02",
    "lod_unit": "mg/kg",
    "lod_kind": "detection",
}


@dataclass(frozen=True)
class Taken:
    """A sample on its way to the laboratory of the demo."""

    id: str
    blind_code: str
    number: str
    food: str
    party: str
    seal: str

    @property
    def desk(self) -> str:
        return f"/laboratory/samples/{self.blind_code}"


async def take_sample(market: Market, food: str = "豇豆") -> Taken:
    """A sample that an inspector took from an invented stall, sent to the demo's laboratory."""
    laboratory_id = demo_organisation_id(Role.LABORATORY, DISTRICT)
    party = f"演示蔬菜摊{uuid4().hex[:6]}（虚构）"
    async with market.caller(Role.FOOD_SAFETY_OFFICE) as office:
        known = await office.get(f"{SAMPLING}/laboratories/{laboratory_id}")
        if known.status_code == 404:
            _ok(await office.put(f"{SAMPLING}/laboratories/{laboratory_id}", json=laboratory_body()))
    async with market.caller(Role.INSPECTOR) as officer:
        for sha256, content in FILES.items():
            _ok(await officer.put(f"{SAMPLING}/sample-attachments/{sha256}", content=content))
        form = form_of(
            SAMPLER,
            COLLEAGUE,
            basics={"region_code": TOWN, "stream": "supervision", "link": "circulation"},
            sampled_party={"name": party},
            goods={"name": food, "lot_code": "DEMO-LOT-1"},
            producer={"name": "演示农场（虚构）"},
        )
        path = f"{SAMPLING}/samples/{uuid7()}"
        _ok(await officer.put(path, json={"form": form}))
        sample = _ok(await officer.post(f"{path}/submission", json={"revision": 1}))
        choice = {"laboratory_id": str(laboratory_id), "items": ["铅（以Pb计）"], "reason": "演示：仅此一家"}
        headers = {"If-Match": f'"{sample["version"]}"'}
        _ok(await officer.put(f"{path}/laboratory", json=choice, headers=headers))
    return Taken(sample["id"], sample["blind_code"], sample["number"], food, party, form["sealing"]["test_seals"][0])


async def receive(market: Market, sample: Taken) -> None:
    async with market.caller(Role.LABORATORY) as laboratory:
        body = {"seal_intact": True, "contents_match": True, "photos": [PHOTO], "seal_number": sample.seal}
        path = f"{SAMPLING}/laboratory/samples/{sample.blind_code}/reception"
        _ok(await laboratory.post(path, json=body, headers=key()))


async def issue(market: Market, sample: Taken, *items: dict[str, Any], **head: Any) -> dict[str, Any]:
    """A report on its way through the laboratory, reviewed by a second person; as the laboratory sees it."""
    path = f"{SAMPLING}/laboratory/reports/{sample.blind_code}"
    async with market.caller(Role.LABORATORY) as tester, market.colleague(Role.LABORATORY) as signatory:
        body = {"number": f"DEMO-{uuid4().hex[:8]}", "items": list(items or (LEAD,))} | head
        report: dict[str, Any] = _ok(await tester.put(path, json=body))
        for client, step in ((tester, "conclusion"), (signatory, "review"), (signatory, "issue")):
            headers = {"If-Match": f'"{report["version"]}"'}
            report = _ok(await client.post(f"{path}/{step}", json={}, headers=headers))
    return report


async def fail(market: Market, food: str = "豇豆") -> tuple[Taken, dict[str, Any]]:
    """A sample with too much lead whose report the bureau has accepted; with its cases by side."""
    sample = await take_sample(market, food)
    await receive(market, sample)
    report = await issue(market, sample, LEAD, stated_conclusion="unqualified")
    async with market.caller(Role.CASE_HANDLER) as handler:
        headers = {"If-Match": f'"{report["version"]}"'}
        _ok(await handler.post(f"{SAMPLING}/reports/{report['id']}/acceptance", json={}, headers=headers))
        found = _ok(await handler.get(f"{SAMPLING}/disposal-cases", params={"sample_id": sample.id}))
    return sample, {case["side"]: case for case in found["items"]}


def _ok(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.url}: {answer.text}"
    return answer.json()
