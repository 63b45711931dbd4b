"""A small invented year of statutory sampling in a jurisdiction, through the routes that everybody uses.

Safe to repeat: what is there is found, not made again, and once the last of it is there nothing is asked any more, for
from then on it is the visitor's.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from deploy.demo import disposal_scripts, sampling_scripts
from deploy.demo.gateway_client import Caller, DemoError, demo_uuid
from deploy.demo.invented import Market
from deploy.demo.sampling_scripts import PICTURE, PICTURE_SHA256, Goal, Script, form_of, item_of, moment, sample_id
from gateway.identity.demo_users import demo_id, demo_name, demo_organisation_id
from gateway.settings import Settings
from shared.contracts.codes import Role
from shared.times import SHANGHAI, day_of

API = "/api/sampling/v1"
SUPERVISION, ASSESSMENT = "（演示）本级监督抽检", "（演示）本级评价性抽检"
QUALIFIED, UNQUALIFIED = "食品安全抽检合格样品信息（演示，虚构）", "食品安全抽检不合格样品信息（演示，虚构）"
FOREVER = {"valid_from": "2024-01-01", "valid_to": "2099-12-31"}

EQUIPMENT = (
    *(("液相色谱—串联质谱仪", 6, 6), ("气相色谱—串联质谱仪", 5, 5), ("电感耦合等离子体质谱仪", 5, 4)),
    *(("原子荧光光度计", 5, 5), ("离子色谱仪", 5, 4), ("实时荧光 PCR 仪", 5, 5)),
    *(("微生物鉴定系统", 5, 4), ("快速溶剂萃取仪", 5, 4)),
)
"""Item, sets required, sets in place: 37 of 41."""


@dataclass(frozen=True, slots=True)
class Place:
    """A jurisdiction, its markets, and which samples are shown there."""

    code: str
    name: str
    markets: Sequence[Market]
    scripts: Sequence[Script]

    @property
    def laboratory(self) -> str:
        return str(demo_organisation_id(Role.LABORATORY, self.code))

    @property
    def title(self) -> str:
        return f"{self.name}食品安全监督抽检计划（演示，虚构）"


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works in the jurisdiction."""

    office: Caller
    handler: Caller
    leader: Caller
    sampler: Caller
    tester: Caller
    signatory: Caller


def load(settings: Settings, place: Place) -> None:
    """Make everything that is not there yet."""
    with ExitStack() as stack:

        def caller(role: Role, *, second: bool = False) -> Caller:
            return stack.enter_context(Caller(settings, role, place.code, second=second))

        crew = Crew(
            office=caller(Role.FOOD_SAFETY_OFFICE),
            handler=caller(Role.CASE_HANDLER),
            leader=caller(Role.LEADER),
            sampler=caller(Role.SAMPLER),
            tester=caller(Role.LABORATORY),
            signatory=caller(Role.LABORATORY, second=True),
        )
        tables = {table["title"]: table for table in crew.office.pages(f"{API}/publications", region=place.code)}
        if tables.get(QUALIFIED, {}).get("state") == "published":
            return
        _keep_rosters(crew.office, place)
        _keep_capacity(crew.office, place)
        plan = _plan(crew.office, place)
        anchor = day_of(datetime.fromisoformat(plan["created_at"]))
        _take(crew, place, anchor, list(_tasks(crew.office, place, plan, anchor)))
        _report(crew, place, anchor)
        disposal_scripts.work_on_cases(crew.handler, crew.office, crew.leader, place.code, _ids(place, anchor), anchor)
        _publish(crew.office, place, anchor)


def _ids(place: Place, anchor: date) -> dict[str, Script]:
    return {str(sample_id(place.code, script, anchor)): script for script in place.scripts}


def _keep_rosters(office: Caller, place: Place) -> None:
    """The jurisdiction's laboratory, one that only tests again, and two samplers."""
    retests = demo_uuid("retest-laboratory", place.code)
    for number, (house, name) in enumerate(((place.laboratory, "检验所"), (retests, "复检所"))):
        laboratory = {
            "name": f"演示{place.name}{name}（虚构）",
            "region_code": place.code,
            "cma_number": f"演示-CMA-{place.code[:6]}-{number + 1}",
            "cma_valid_from": FOREVER["valid_from"],
            "cma_valid_to": FOREVER["valid_to"],
            "scope": [{"category_code": None, "items": None}],
            "serves": [] if number else [place.code],
            "on_retest_roster": bool(number),
        }
        office.put_new(f"{API}/laboratories/{house}", laboratory)
    for second in (False, True):
        sampler = {
            "name": demo_name(Role.SAMPLER, place.name, second=second),
            "organisation_id": str(demo_organisation_id(Role.SAMPLER, place.code)),
            "organisation_name": f"演示{place.name}抽样队（虚构）",
            "region_code": place.code,
            **FOREVER,
        }
        office.put_new(f"{API}/samplers/{demo_id(Role.SAMPLER, place.code, second=second)}", sampler)


def _keep_capacity(office: Caller, place: Place) -> None:
    """Equipment against its list, and a meeting with minutes."""
    known = {row["item_name"] for row in office.pages(f"{API}/laboratory-equipment", region=place.code)}
    for item, required, owned in EQUIPMENT if place.scripts is sampling_scripts.FULL else EQUIPMENT[:1]:
        if item not in known:
            body = {
                "region_code": place.code,
                "laboratory_name": f"演示{place.name}检验所（虚构）",
                "item_name": item,
                "list_name": "演示配置清单（虚构）",
                "day": "2026-01-05",
                "required": required,
                "owned": owned,
                "basis": "演示清单〔2026〕1 号（虚构）",
            }
            office.create(f"{API}/laboratory-equipment", body, place.code, item)
    if not any(office.pages(f"{API}/meetings", region=place.code)):
        meeting = {
            "kind": "risk_consultation",
            "region_code": place.code,
            "held_on": "2026-03-20",
            "attendees": 12,
            "topics": ["豇豆农药残留风险研判（演示，虚构）"],
            "minutes_sha256": PICTURE_SHA256,
        }
        office.create(f"{API}/meetings", meeting, place.code)


def _plan(office: Caller, place: Place) -> Any:
    """The plan with its targets, issued. The day on which it was drawn up is the day all others are counted from."""
    drawn_up = office.pages(f"{API}/sampling-plans", region=place.code)
    plan = next((plan for plan in drawn_up if plan["title"] == place.title), None)
    if plan is None:
        counted = ["supervision", "assessment", "special"]
        year = datetime.now(SHANGHAI).year
        target = {
            "region_code": place.code,
            "rate": "4.5",
            "rate_unit": "batches_per_thousand",
            "population_year": year,
            "counted_streams": counted,
        }
        markets = {
            "title": "集中交易市场全覆盖",
            "place": "site",
            "kinds": ["farmers_market", "wholesale_market"],
            "counted_streams": counted,
        }
        body = {
            "title": place.title,
            "year": year,
            "region_code": place.code,
            "stream": "supervision",
            "task_source": SUPERVISION,
            "quantity": 40,
            "note": "演示规模；目标批次须先登记人口才能折算",
            "region_targets": [target],
            "category_targets": [{"link": "circulation", "category_code": "33", "quantity": 20}],
            "coverage_duties": [markets],
        }
        plan = office.create(f"{API}/sampling-plans", body, place.code)
    if plan["state"] == "draft":
        plan = office.step(f"{API}/sampling-plans/{plan['id']}/issue", {}, plan["version"])
    return plan


def _tasks(office: Caller, place: Place, plan: Any, anchor: date) -> Iterator[Any]:
    """The tasks on which samples are taken, the assessment's last. One more stays as it is: nobody was drawn for it."""
    allocations = f"{API}/sampling-plans/{plan['id']}/allocations"
    allocation = next(office.pages(allocations), None)
    if allocation is None:
        cells = [
            {"region_code": market.region_code, "link": "circulation", "category_code": "33"}
            for market in place.markets
        ]
        body = {
            "method": "supervision",
            "quarter": f"{anchor.year}-Q{(anchor.month + 2) // 3}",
            "quantity": len(place.scripts),
            "seed": "演示种子",
            "cells": cells,
        }
        allocation = office.create(allocations, body, place.code)
    if allocation["dispatched_at"] is None:
        office.create(f"{allocations}/{allocation['id']}/dispatch", {}, place.code)
    *drawn, _ = sorted(office.pages(f"{API}/sampling-tasks", plan_id=plan["id"]), key=lambda task: task["number"])
    for task in [*drawn[: 4 if place.scripts is sampling_scripts.FULL else 1], _assessment(office, place)]:
        if not task["samplers"]:
            path = f"{API}/sampling-tasks/{task['id']}/assignment-draws"
            office.create(path, {"sampling_on": str(anchor)}, place.code)
        yield task


def _assessment(office: Caller, place: Place) -> Any:
    tasks = office.pages(f"{API}/sampling-tasks", region=place.code, stream="assessment")
    known = next((task for task in tasks if task["task_source"] == ASSESSMENT), None)
    body = {
        "stream": "assessment",
        "link": "circulation",
        "task_source": ASSESSMENT,
        "region_code": place.markets[0].region_code,
        "quantity": 8,
    }
    return known or office.create(f"{API}/sampling-tasks", body, place.code, "assessment")


def _take(crew: Crew, place: Place, anchor: date, tasks: Sequence[Any]) -> None:
    """Samples on the samplers' phones, and those that have reached the laboratory at its desk."""
    *supervision, assessment = tasks
    crew.sampler.put_file(f"{API}/sample-attachments/{PICTURE_SHA256}", PICTURE)
    known = {sample["id"]: sample for sample in crew.office.pages(f"{API}/samples", region=place.code)}
    for id_, script in _ids(place, anchor).items():
        task = assessment if script.assessment else supervision[script.number % len(supervision)]
        if known.get(id_, {"state": "draft"})["state"] == "draft":
            sample = _sampled(crew.sampler, place, anchor, script, task, f"{API}/samples/{id_}")
        else:
            sample = crew.office.get(f"{API}/samples/{id_}")
        if sample["state"] == "taken" and (script.goal.reached_laboratory or script.goal is Goal.REJECTED):
            _arrive(crew.tester, anchor, script, sample)


def _sampled(phone: Caller, place: Place, anchor: date, script: Script, task: Any, path: str) -> Any:
    market = next(market for market in place.markets if market.region_code == task["region_code"])
    stall = market.stalls[script.number % len(market.stalls)]
    samplers = [
        (demo_id(Role.SAMPLER, place.code, second=second), demo_name(Role.SAMPLER, place.name, second=second))
        for second in (False, True)
    ]
    seller_id = demo_uuid("seller", market.code, stall.number)
    form = form_of(script, anchor, samplers, market, stall, seller_id)
    sample = phone.put(path, {"task_id": task["id"], "form": form})
    done = {"revision": 1, "at": moment(anchor, script.days).isoformat()}
    if script.goal is Goal.DRAFT:
        return sample
    if script.goal is Goal.REFUSED:
        return phone.create(f"{path}/refusal", done | {"reason": "（演示）拒不开启冷库"})
    return phone.create(f"{path}/submission", done)


def _arrive(desk: Caller, anchor: date, script: Script, sample: Any) -> None:
    """The laboratory looks at the seal, and takes the sample in or does not."""
    seen = {"at": moment(anchor, script.received, 15).isoformat(), "contents_match": True, "photos": [PICTURE_SHA256]}
    path = f"{API}/laboratory/samples/{sample['blind_code']}"
    if script.goal is Goal.REJECTED:
        desk.create(f"{path}/rejection", seen | {"seal_intact": False, "reason": "（演示）封条破损"})
        return
    seal = sample["form"]["sealing"]["test_seals"][0]
    desk.create(f"{path}/reception", seen | {"seal_intact": True, "seal_number": seal})
    if script.goal not in (Goal.DRAFTED, Goal.ISSUED):
        return
    path = f"{API}/laboratory/reports/{sample['blind_code']}"
    body = {"number": f"DEMO-R-{script.number}", "items": [item_of(script)], "stated_conclusion": "qualified"}
    desk.put(path, body)


def _report(crew: Crew, place: Place, anchor: date) -> None:
    """Reports: one through the laboratory's desk, the others as a file of results that the office takes in."""
    scripts = _ids(place, anchor)
    for report in crew.tester.pages(f"{API}/laboratory/reports", state="draft"):
        if report["number"] == f"DEMO-R-{next((s.number for s in place.scripts if s.goal is Goal.ISSUED), None)}":
            path = f"{API}/laboratory/reports/{report['blind_code']}"
            concluded = crew.tester.step(f"{path}/conclusion", {}, report["version"])
            reviewed = crew.signatory.step(f"{path}/review", {}, concluded["version"])
            crew.signatory.step(f"{path}/issue", {}, reviewed["version"])
    received = crew.office.pages(f"{API}/samples", region=place.code, state="received")
    told = [(scripts[sample["id"]], sample["number"]) for sample in received if sample["id"] in scripts]
    told = sorted(((s, n) for s, n in told if s.goal.is_told_on_paper), key=lambda pair: pair[0].number)
    if told:
        content = sampling_scripts.results_file(told, anchor)
        upload = crew.office.upload(f"{API}/result-uploads", "演示检验结果.csv", content)
        done = crew.office.wait_for(f"{API}/result-uploads/{upload['id']}", frozenset({"done", "failed"}))
        if done["reports_accepted"] != len(told):
            raise DemoError(f"检验结果没有全部收下：{done}")
    for report in crew.handler.pages(f"{API}/reports", region=place.code, state="issued"):
        script, path = scripts.get(report["sample_id"]), f"{API}/reports/{report['id']}"
        if script is None:
            continue
        if script.goal in (Goal.PASSED, Goal.FAILED):
            crew.handler.step(f"{path}/acceptance", {"note": "演示"}, report["version"])
        elif script.goal is Goal.RETURNED and report["edition"] == 1:
            crew.handler.step(f"{path}/return", {"reason": "第 1 项判定与数值矛盾，请复核"}, report["version"])


def _publish(office: Caller, place: Place, anchor: date) -> None:
    """A table of samples that passed is published; one of samples that failed is being put together. Last of all."""
    tables = {table["title"]: table for table in office.pages(f"{API}/publications", region=place.code)}
    for kind, title, goal in (("unqualified", UNQUALIFIED, Goal.FAILED), ("qualified", QUALIFIED, Goal.PASSED)):
        body = {
            "kind": kind,
            "region_code": place.code,
            "number": f"演示〔{anchor.year}〕第 {1 if kind == 'qualified' else 2} 号",
            "title": title,
            "period_from": str(moment(anchor, 150).date()),
            "period_to": str(anchor),
        }
        table = tables.get(title) or office.create(f"{API}/publications", body, place.code, kind)
        entries = [{"sample_id": id_} for id_, script in _ids(place, anchor).items() if script.goal is goal]
        office.create(f"{API}/publications/{table['id']}/rows", {"samples": entries}, place.code)
        if goal is Goal.PASSED:
            office.step(
                f"{API}/publications/{table['id']}/publication",
                {},
                office.get(f"{API}/publications/{table['id']}")["version"],
            )
