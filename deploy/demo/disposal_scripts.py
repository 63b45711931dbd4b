"""What happens to the invented samples that failed: cases at every stage, an objection, a re-test under way."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from deploy.demo.gateway_client import Caller
from deploy.demo.sampling_scripts import Script, moment

API = "/api/sampling/v1"

Move = tuple[str, str, int, Mapping[str, Any]]
"""The kind under which the timeline tells it, the step's path, how many days ago, and its body."""

_NOTE = {"note": "演示，虚构"}
_PROOF = {"method": "in_person", "evidence": ["送达回证 演示"]}
_STOPPED: Mapping[str, Any] = {"quantity": "40", "unit": "kg", "sealed": True}


def _moves(script: Script, side: str) -> Sequence[Move]:
    """The steps of one side's case so far, by how long ago its result came in."""
    told = script.told
    begun: list[Move] = [("started", "start", told - 3, {}), ("served", "service", told - 4, _PROOF)]
    if told > 90:  # the seller's case is closed, the producer's overdue
        worked: list[Move] = [
            *begun,
            ("sealed", "stop-sales", told - 3, _STOPPED),
            ("cause_found", "causes", told - 20, _NOTE),
            ("rectified", "rectifications", told - 25, _NOTE),
            ("case_requested", "case-request", told - 26, _NOTE),
        ]
        if side == "producer":
            return [*worked, ("recall_requested", "recall", told - 5, _NOTE)]
        closure = {"evidence": ["核查处置报告 演示"]}
        not_filed = {"note": "不予立案审批表 演示"}
        return [*worked, ("not_filed", "filing", told - 40, not_filed), ("closed", "closure", told - 60, closure)]
    if told > 30:
        return [*begun, ("sealed", "stop-sales", told - 3, _STOPPED)]
    if script.food.producer is None:
        return []  # nobody has started: overdue
    if side == "producer" and told < 14:
        notice = {"to": "演示市某区市场监督管理局（虚构）", "channel": "国家抽检信息系统"}
        return [begun[0], ("region_notified", "region-notice", told - 5, notice)]
    return begun


def work_on_cases(
    handler: Caller, office: Caller, leader: Caller, place_code: str, samples: Mapping[str, Script], anchor: date
) -> None:
    """Bring every case of the demo's samples to where it is to be shown."""
    for listed in list(handler.pages(f"{API}/disposal-cases", region=place_code)):
        script = samples.get(listed["sample_id"])
        if script is None:
            continue
        path = f"{API}/disposal-cases/{listed['id']}"
        case = handler.get(path)
        done = {entry["kind"] for entry in case["entries"]}
        for kind, name, days, body in _moves(script, case["side"]):
            if kind not in done:
                step = f"result-notices/{case['notices'][0]['id']}/service" if name == "service" else name
                case = handler.step(f"{path}/{step}", {**body, **_at(anchor, days)}, case["version"])
        if script.told > 90 and "service_confirmed" not in done:
            # The demo writes it down today; somebody else vouches for the day, else nothing could be published.
            confirmation = {"note": "演示：已核对送达回证上的签收日期"}
            office.step(f"{path}/result-notices/{case['notices'][0]['id']}/confirmation", confirmation, case["version"])
        elif 30 < script.told <= 90:
            _contest(handler, leader, case, path, script, anchor)
        elif script.told < 14 and case["side"] == "seller":
            _object(handler, case, path, script, anchor)


def _object(handler: Caller, case: Any, path: str, script: Script, anchor: date) -> None:
    """The seller says that the food is none of his."""
    if not any(handler.pages(f"{API}/objections", sample_id=case["sample_id"])):
        body = {"kind": "authenticity", "note": "演示：非本摊销售的产品", "evidence": ["异议书 演示"]}
        handler.create(f"{path}/objections", body | _at(anchor, script.told - 6))


def _contest(handler: Caller, leader: Caller, case: Any, path: str, script: Script, anchor: date) -> None:
    """The producer's re-test is under way; the seller's case was given more time in writing."""
    if case["side"] == "seller":
        if "extended" not in {entry["kind"] for entry in case["entries"]}:
            longer = {"days": 30, "note": "演示：案情复杂", "evidence": ["延期审批表 演示"]}
            leader.step(f"{path}/extension", longer | _at(anchor, 5), case["version"])
        return
    if any(handler.pages(f"{API}/retests", case_id=case["id"])):
        return
    application = {"note": "演示：对检验结果有异议", "evidence": ["复检申请书 演示"]}
    retest = handler.create(f"{path}/retests", application | _at(anchor, script.told - 8))
    steps: Sequence[tuple[str, int, Mapping[str, Any]]] = (
        ("acceptance", 10, {"backup_intact": True}),
        ("laboratory-draws", 12, {}),
        ("laboratory-reply", 13, {"undertakes": True}),
        ("backup-transfer", 14, {"seals_intact": True, "evidence": ["封条照片 演示"]}),
    )
    for name, later, body in steps:
        retest = handler.step(
            f"{API}/retests/{retest['id']}/{name}", {**body, **_at(anchor, script.told - later)}, retest["version"]
        )


def _at(anchor: date, days: int) -> dict[str, str]:
    return {"at": moment(anchor, days).isoformat()}
