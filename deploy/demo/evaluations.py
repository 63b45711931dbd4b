"""An invented self-evaluation of a jurisdiction, with what hangs on it: tasks, a list, credit, a report of its own
published figures. Safe to repeat: once the report is there, all is the visitor's.
"""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.demo.gateway_client import Caller, demo_uuid
from deploy.demo.invented import Market, demo_uscc
from gateway.settings import Settings
from shared.contracts.codes import Role
from shared.times import day_of, now

API = "/api/scoring/v1"
SCHEME, TEMPLATE = "guangdong-shape", "self-report-haishu-shape"
STAGES = (("self", 60), ("desk", 30), ("site", 30), ("publicity", 20), ("panel", 15))
MARKS = (
    *(("D01", "6.2", ""), ("D02", "5.8", "（演示）两个镇的责任清单没有更新"), ("D03", "6.2", "")),
    *(("D04", "5.6", "（演示）快检室设备还缺两台"), ("D05", "6.0", "（演示）一次会商没有纪要"), ("D06", "6.2", "")),
    ("D07", "5.0", "（演示）核查处置有两件超期"),
)
"""Clause, points, why less than all. The last three clauses are still to be assessed."""

PLAN = """一、健全责任体系（演示）
（一）落实属地管理责任。各镇（街道）每季度研究一次食品安全工作。〔责任单位：各镇（街道），区食安办、区市场监管局〕
（二）落实“两个责任”。包保干部按季督导。（牵头单位：区食安办；参与单位：区教育局、区农业农村局、各镇（街道））
二、提升风险防控能力（演示）
（一）抽检不合格的，三个月内核查处置完毕。〔责任单位：区市场监管局、区农业农村局〕
"""
RESULTS = ("95.5", "90", "72")
"""Points of the markets in an assessment."""

CREDIT = (
    ("演示面馆甲（虚构）", ("general_low", "inspected", "field_checked")),
    ("演示面馆乙（虚构）", ("general_low", "inspected_failed", "field_checked")),
    ("演示面馆丙（虚构）", ("general_middle",)),
)
"""Businesses of their own, of which no rapid test tells, and what is entered of them; the third has too little."""

FIRST_NUMBER = 900
"""Of their codes, beyond those of the market's sellers."""


@dataclass(frozen=True, slots=True)
class Run:
    """The evaluation that is told of, and who works on it."""

    office: Caller
    colleague: Caller
    code: str
    today: date
    path: str


def load(settings: Settings, code: str, name: str, markets: Sequence[Market]) -> None:
    """Make everything for one jurisdiction."""
    with ExitStack() as stack:
        office = stack.enter_context(Caller(settings, Role.FOOD_SAFETY_OFFICE, code))
        colleague = stack.enter_context(Caller(settings, Role.FOOD_SAFETY_OFFICE, code, second=True))
        if next(office.pages(f"{API}/self-reports", region=code, template=TEMPLATE), None) is not None:
            return
        today = day_of(now())
        run = Run(office, colleague, code, today, f"{API}/evaluations/{_begun(office, code, name, today)}")
        _tasks(run)
        _assessed(run)
        _list(run, markets)
        _credit(run, markets[0])
        report = {"template_code": TEMPLATE, "region_code": code, "period": str(today.year)}
        office.create(f"{API}/self-reports", report, code)


def _begun(office: Caller, code: str, name: str, today: date) -> str:
    body = {
        "scheme_code": SCHEME,
        "scheme_number": 1,
        "title": f"{name}{today.year - 1}年度示范创建自评（演示）",
        "region_code": code,
        "period": str(today.year - 1),  # of this year a visitor begins his own
        "stages": [{"stage": stage, "days": days} for stage, days in STAGES],
    }
    return str(office.create(f"{API}/evaluations", body, code)["id"])


def _tasks(run: Run) -> None:
    """Tasks of the scheme and of a plan's text; one done, one handed in, one sent back."""
    by_scheme = run.office.create(f"{run.path}/tasks/by-scheme", {"days": 45}, run.code)
    by_text = {"text": PLAN, "source": "创建工作方案（演示）", "days": 20}
    given = by_scheme + run.office.create(f"{run.path}/tasks/by-text", by_text, run.code)
    for place, (step, body) in enumerate(
        (("acceptance", {"note": "（演示）材料齐全"}), ("return", {"reason": "（演示）还差签到表"}), ("", {}))
    ):
        task = f"{API}/evaluation-tasks/{given[place]['id']}"
        if (current := run.office.get(task))["state"] != "open" or len(current["entries"]) > 0:
            continue  # a run before came as far as this
        reported = run.office.step(f"{task}/report", {"note": "（演示）已完成"}, current["version"])
        if step:
            run.colleague.step(f"{task}/{step}", body, reported["version"])


def _assessed(run: Run) -> None:
    """Evidence that was accepted, marks with their reasons, figures read from the services, and the score."""
    for clause in ("D01", "D03"):
        content = f"%PDF-1.7 {run.code} {clause} 演示（虚构）".encode()
        path = f"{run.path}/clauses/{clause}/evidence/{hashlib.sha256(content).hexdigest()}"
        headers = {"Content-Type": "application/octet-stream"}
        sent = run.office.put_bytes(f"{path}?name={clause}%20材料（演示）.pdf&requirement=资料", content, headers)
        if sent["state"] == "submitted":
            review = {"accepted": True, "reason": ""}
            run.colleague.step(f"{run.path}/evidence/{sent['id']}/review", review, sent["version"])
    marks = {clause: {"points": points, "reason": reason} for clause, points, reason in MARKS}
    run.office.create(f"{run.path}/statements", {"marks": marks, "reason": "自评台账（演示）"}, run.code)
    run.office.create(f"{run.path}/snapshots", {}, run.code)
    run.office.create(f"{run.path}/scorings", {}, run.code)


def _list(run: Run, markets: Sequence[Market]) -> None:
    """A round of the markets' red and black list, which may still be objected to."""
    candidates: list[dict[str, Any]] = [
        {
            "subject_id": str(demo_uuid("market", market.code)),
            "name": market.name,
            "region_code": market.region_code,
            "low": points,
            "high": points,
            "passed": None,
            "events": [],
            "evidence": "第三方测评报告（演示，虚构）",
        }
        for market, points in zip(markets, RESULTS, strict=False)
    ]
    body = {"code": "market-red-black", "title": f"{run.today.year}年农贸市场测评（演示）", "region_code": run.code}
    held = body | {"held_on": run.today.isoformat(), "candidates": candidates}
    run.office.create(f"{API}/list-rounds", held, run.code)


def _credit(run: Run, market: Market) -> None:
    """Accounts of three businesses: one graded well, one less so, one of which too little is known."""
    region = market.region_code
    for place, (name, facts) in enumerate(CREDIT):
        business = str(demo_uuid("credit", run.code, place))
        uscc = demo_uscc(region, int(region[6:9]) * 1000 + FIRST_NUMBER + place)
        known = {"uscc": uscc, "name": name, "region_code": region}
        file = known | {"kind": "catering", "address": "演示路 9 号（虚构）", "licences": []}
        run.office.put_new(f"/api/inspection/v1/businesses/{business}", file)
        run.office.create(f"{API}/credit-accounts", known | {"business_id": business}, business)
        for fact in facts:
            happened = (run.today - timedelta(days=30 + place)).isoformat()
            entry = {"code": fact, "happened_on": happened, "evidence": "演示记录（虚构）"}
            run.office.create(f"{API}/credit-accounts/{business}/entries", entry, business, fact)
