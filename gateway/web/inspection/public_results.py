"""检查结果公示: the page behind the code on a shop's door. For everybody, without signing in, scripts or cookies."""

from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import HTMLResponse

from gateway.clients import ServicesHere, caller_of
from gateway.web.pages import ENVIRONMENT
from gateway.web.words import day_words, full_time, number
from shared.contracts.codes import Unit
from shared.http.auth import Anyone

router = APIRouter(include_in_schema=False)

BUDGET_SECONDS = 3.0
KEPT = "public, max-age=300"
BADGES = {"符合": "ok", "基本符合": "warning", "不符合": "danger"}
"""How the usual verdicts look; what another list calls its verdict is told without a colour."""


@router.get("/results/{business}")
async def public_results_page(
    request: Request, _: Anyone, services: ServicesHere, business: Annotated[str, Path(max_length=36)]
) -> HTMLResponse:
    named = quote(business, safe="")
    told = await services.get(Unit.INSPECTION, f"/v1/public-results/{named}", caller_of(request, ""), BUDGET_SECONDS)
    page = ENVIRONMENT.get_template("inspection/public_results.html").render(
        businesses=[_business(each) for each in told["businesses"]],
        withheld=told["withheld"],
        licence=told["licence"],
        publisher=told["publisher"],
        as_of=full_time(datetime.fromisoformat(told["as_of"])),
        address=request.url.path,
        data=f"/api/inspection/v1/public-results/{named}",
        demo=request.app.state.settings.demo,
    )
    return HTMLResponse(page, headers={"cache-control": KEPT})


def _business(business: dict[str, Any]) -> dict[str, Any]:
    facts = [
        ("统一社会信用代码", business["uscc"]),
        ("类别", business["kind_label"]),
        ("经营状态", business["status_label"]),
        ("地址", business["address"] or "不公布（可能是住址）"),
    ]
    return {
        "id": business["id"],
        "name": business["name"],
        "facts": [(name, value) for name, value in facts if value],
        "results": [_result(result) for result in business["results"]],
        "older": business["older_results"],
    }


def _result(result: dict[str, Any]) -> dict[str, Any]:
    score = f"{number(result['score'])} 分" if result["score"] is not None else ""
    return {
        "title": f"{_day(result['visited_on'])}{result['kind_label']}",
        "badge": (BADGES.get(result["verdict"] or "", "unknown"), result["verdict"] or "未作结论"),
        "facts": [
            (name, value)
            for name, value in (
                ("处理", result["handling"]),
                ("得分", "，".join(part for part in (score, result["band"]) if part)),
                ("检查机关所在地", result["authority_name"]),
                ("所用要点表", result["checklist"]),
                ("公布日期", _day(result["published_on"])),
                ("公布期限", _day(result["due_on"]) if result["due_on"] else ""),
                ("更正原因", result["note"]),
            )
            if value
        ],
        "failed": [
            {
                "number": f"{item['number']}{'（重点项目）' if item['key'] else ''}",
                "text": item["text"] or "条目原文不在平台上",
                "corrected": f"{_day(item['corrected_on'])}已整改" if item["corrected_on"] else "没有整改完成的记录",
            }
            for item in result["failed"]
        ],
        "earlier": [
            f"{_day(one['published_on'])}公布：{one['verdict'] or '未作结论'}"
            + (f"，不符合的条目 {'、'.join(one['failed'])}" if one["failed"] else "")
            for one in result["earlier"]
        ],
    }


def _day(text: str) -> str:
    return day_words(date.fromisoformat(text))
