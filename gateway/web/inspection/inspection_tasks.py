"""What waits of supervision on the home page, by role: lines as in `home_tasks`, told by the inspection service."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.web.home_tasks import Kind, Line
from gateway.web.inspection import grade_words
from gateway.web.inspection.corrections import BADGES as CORRECTION_BADGES
from gateway.web.inspection.inspection import due_badge, moment
from gateway.web.inspection.letters import BADGES as LETTER_BADGES
from gateway.web.inspection.random_draw_words import PURPOSES
from gateway.web.inspection.visits import STATE_BADGES, listed_follow_up
from gateway.web.visitors import OFFICE, VISIT_MAKERS
from shared.contracts.codes import Role, Unit

CORRECTIONS, RECORDS = "/v1/corrections", "/v1/visit-records"
DESK = (*OFFICE, Role.INSPECTOR)


def _follow_up(visit: Mapping[str, Any], now: datetime) -> Line:
    shown = listed_follow_up(visit, now)
    return Line(shown["title"], f"/visits/records/new?task={visit['id']}", shown["goods"], [shown["due"]], shown["due"])


def _record(record: Mapping[str, Any], now: datetime) -> Line:
    badge = (STATE_BADGES.get(record["state"], "unknown"), record["state_label"])
    when = moment(record["began_at"] or record["created_at"])
    name = record["unregistered_place"] or f"{when}的检查"
    return Line(name, f"/visits/records/{record['id']}/form", "" if name.startswith(when) else when, [badge])


def _correction(correction: Mapping[str, Any], now: datetime) -> Line:
    due = due_badge(correction["clock"], now)
    state = (CORRECTION_BADGES[correction["state"]], correction["state_label"])
    badges = [state, *([due] if due[0] in ("danger", "warning") else [])]
    return Line(correction["problem"], f"/corrections/{correction['id']}", correction["party_name"], badges, due)


def _overdue(correction: Mapping[str, Any], now: datetime) -> Line:
    late = ("danger", f"逾期{correction['overdue_days']}天")
    badges = [late]
    if correction["escalation_label"]:
        badges.append(("running", correction["escalation_label"]))
    note = f"{correction['party_name']}；{correction['officer_name']}责令"
    return Line(correction["problem"], f"/corrections/{correction['id']}", note, badges, late)


def _clue(clue: Mapping[str, Any], now: datetime) -> Line:
    return Line(clue["what"], f"/grid/clues/{clue['id']}", f"{clue['place']}；{clue['reporter_name']}上报")


def _delivery(delivery: Mapping[str, Any], now: datetime) -> Line:
    why = "；".join(reason["message"] for reason in delivery["reasons"])
    return Line(f"{delivery['handed_in_name']}上传", f"/visits/quarantine/{delivery['id']}", why)


def _proposal(proposal: Mapping[str, Any], now: datetime) -> Line:
    proposed, present = grade_words.badge(proposal["grade"]), grade_words.badge(proposal["present"])
    note = f"建议{proposed[1]}，现行{present[1]}"
    return Line(proposal["business_name"], f"/businesses/grades/{proposal['id']}", note, [proposed])


def _drawn(visit: Mapping[str, Any], now: datetime) -> Line:
    people = "、".join(one["name"] for one in (*visit["inspectors"], *visit["lent"]))
    note = f"{visit['draw_title']}；同去的：{people}"
    return Line(visit["business_name"], "/random-draws/mine", note, [("running", PURPOSES[visit["purpose"]])])


def _letter(letter: Mapping[str, Any], now: datetime) -> Line:
    badge = (LETTER_BADGES[letter["state"]], letter["state_label"])
    return Line(letter["label"], f"/corrections/letters/{letter['id']}", letter["addressee"], [badge])


KINDS = (
    Kind(
        "要去的跟进检查，最先到期的在前",
        VISIT_MAKERS,
        "/visits",
        "/v1/visits",
        _follow_up,
        {"state": "scheduled"},
        "没有要跟进的检查",
        "快检吹哨引起的跟进检查会出现在这里。",
        "看今天的检查",
        unit=Unit.INSPECTION,
    ),
    Kind(
        "随机抽取派给我的检查",
        (Role.INSPECTOR,),
        "/random-draws/mine",
        "/v1/drawn-visits/mine",
        _drawn,
        {"state": "scheduled"},
        unit=Unit.INSPECTION,
        name="派给我的抽查",
    ),
    Kind("没有结束的检查", VISIT_MAKERS, "/visits", RECORDS, _record, {"state": "draft"}, unit=Unit.INSPECTION),
    Kind("要素不齐的检查", VISIT_MAKERS, "/visits", RECORDS, _record, {"state": "incomplete"}, unit=Unit.INSPECTION),
    Kind(
        "等待复查的整改",
        VISIT_MAKERS,
        "/corrections?state=reported",
        CORRECTIONS,
        _correction,
        {"state": "reported", "order": "due"},
        unit=Unit.INSPECTION,
    ),
    Kind(
        "还没有处理的问题",
        VISIT_MAKERS,
        "/corrections?state=found",
        CORRECTIONS,
        _correction,
        {"state": "found"},
        unit=Unit.INSPECTION,
    ),
    Kind(
        "逾期的整改，最久的在前",
        (*OFFICE, Role.LEADER),
        "/corrections/overdue",
        "/v1/overdue-corrections",
        _overdue,
        {},
        "没有逾期的整改",
        "期限都还没有到，或都在等待复查、已经办结。",
        "看整改",
        unit=Unit.INSPECTION,
    ),
    Kind("待核的上传", OFFICE, "/visits/quarantine", "/v1/quarantined-deliveries", _delivery, unit=Unit.INSPECTION),
    Kind(
        "待确认的风险等级",
        OFFICE,
        "/businesses/grades?differing=true",
        "/v1/risk-proposals",
        _proposal,
        {"state": "proposed", "differing": "true"},
        unit=Unit.INSPECTION,
    ),
    Kind(
        "待办理的线索",
        DESK,
        "/grid/clues?state=received",
        "/v1/clues",
        _clue,
        {"state": "received"},
        unit=Unit.INSPECTION,
    ),
    Kind(
        "待签发的文书",
        (Role.LEADER,),
        "/corrections/letters?state=submitted",
        "/v1/supervision-letters",
        _letter,
        {"state": "submitted"},
        unit=Unit.INSPECTION,
    ),
    Kind(
        "要整改的",
        (Role.BUSINESS,),
        "/corrections",
        CORRECTIONS,
        _correction,
        {"order": "due"},
        "没有要整改的",
        "检查发现的问题、责令改正的期限会出现在这里。",
        "看整改",
        unit=Unit.INSPECTION,
    ),
)
"""Every kind, in the order of the page."""
