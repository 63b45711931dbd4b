"""A small invented year of supervision in a jurisdiction, through the routes that everybody uses. Safe to repeat."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from deploy.demo.gateway_client import Caller, demo_uuid, demo_uuid7
from deploy.demo.invented import Market
from deploy.demo.sampling_scripts import PICTURE
from deploy.demo.supervision_scripts import CHECKLIST, CLUES, ITEMS, VISITS, Inspected, checklist_file
from gateway.identity.demo_users import demo_business_id, demo_id, demo_name
from gateway.settings import Settings
from shared.contracts.codes import Role
from shared.times import SHANGHAI, day_of, now

API = "/api/inspection/v1"
ISSUER = "演示食品安全办公室（虚构）"
DOCUMENTS = "演示责改〔2026〕{}号"


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works here: two inspectors, two grid officers, the office, a leader."""

    office: Caller
    leader: Caller
    inspector: Caller
    colleague: Caller
    grid: Caller


@dataclass(frozen=True, slots=True)
class Scene:
    """A jurisdiction and its first market, whose sellers are visited; `today` is when the demo was loaded."""

    code: str
    name: str
    market: Market
    today: date

    def seller(self, number: int) -> str:
        return str(demo_uuid("seller", self.market.code, self.market.stalls[number].number))

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """So many days ago; of today never a moment still ahead."""
        moment = datetime.combine(self.today - timedelta(days=days), time(hour, minute), SHANGHAI)
        return min(moment, now() - timedelta(minutes=90 - hour - minute))

    def inspector(self, *, second: bool = False) -> dict[str, str]:
        user_id = str(demo_id(Role.INSPECTOR, self.code, second=second))
        return {"user_id": user_id, "name": demo_name(Role.INSPECTOR, self.name, second=second)}


def load(settings: Settings, code: str, name: str, market: Market) -> None:
    """Make everything; once the letter that comes last is there, all is the visitor's."""
    scene = Scene(code, name, market, day_of(now()))
    with ExitStack() as stack:

        def caller(role: Role, *, second: bool = False) -> Caller:
            return stack.enter_context(Caller(settings, role, code, second=second))

        crew = Crew(
            office=caller(Role.FOOD_SAFETY_OFFICE),
            leader=caller(Role.LEADER),
            inspector=caller(Role.INSPECTOR),
            colleague=caller(Role.INSPECTOR, second=True),
            grid=caller(Role.GRID_OFFICER),
        )
        if _is_all_there(crew.office, scene):
            return
        pinned = _checklist(crew.office, scene)
        _files(crew.office, scene)
        _grid(crew, scene)
        for visit in VISITS:
            _visit(crew, scene, pinned, visit)
        _handed_in_by_another(crew, scene, pinned)
        _clues(crew, scene)
        _grades(crew, scene)
        _plan(crew.office, scene)
        _letter(crew, scene)


def _is_all_there(office: Caller, scene: Scene) -> bool:
    """Whether the last letter of `_letter` has been made. One that a visitor wrote meanwhile tells nothing."""
    letters = office.pages(f"{API}/supervision-letters", region=scene.code)
    return any((each["kind"], each["business_id"]) == ("reminder", scene.seller(2)) for each in letters)


def _checklist(office: Caller, scene: Scene) -> Mapping[str, Any]:
    """The published list, as a terminal pins it."""
    known = [each for each in office.pages(f"{API}/checklists") if each["code"] == CHECKLIST]
    if not known:
        office.create(f"{API}/checklists", checklist_file(scene.code), scene.code)
    path = f"{API}/checklists/{CHECKLIST}/versions/1"
    version = office.get(path)
    if version["state"] == "draft":
        version = office.step(f"{path}/publication", {"applies_from": "2026-01-01"}, version["version"])
    return {"code": CHECKLIST, "number": 1, "version_id": version["id"], "sha256": version["sha256"]}


def _files(office: Caller, scene: Scene) -> None:
    """Permits that run out, persons, and the file of the business that looks at itself."""
    own: dict[str, Any] = {
        "uscc": None,
        "name": f"演示{scene.name}小吃店（虚构）",
        "kind": "stall",
        "region_code": scene.market.region_code,
        "address": "演示路 12 号（虚构）",
        "licences": [],
    }
    office.put_new(f"{API}/businesses/{demo_business_id(scene.code)}", own)
    for number, (days, kind) in enumerate(((-20, "jy"), (15, "jy"), (50, "jy"), (400, "jy"))):
        path = f"{API}/businesses/{scene.seller(number)}"
        business = office.get(path)
        if business["licences"]:
            continue
        valid_to = scene.today + timedelta(days=days)
        licence = {
            "kind": kind,
            "number": f"JY1{scene.code[:6]}{number:06d}0",
            "valid_from": (valid_to - timedelta(days=5 * 365)).isoformat(),
            "valid_to": valid_to.isoformat(),
            "authority": "演示市场监督管理局（虚构）",
        }
        names = ("uscc", "name", "kind", "status", "region_code", "address", "site_id", "stall_number")
        body = {name: business[name] for name in names} | {"licences": [licence], "phone": "0574-00000000"}
        office.change(path, body, business["version"])
        for role, name in (("legal_representative", "演示负责人"), ("safety_officer", "演示食品安全员")):
            person = {"role": role, "name": f"{name}{number + 1}（虚构）", "valid_from": "2026-01-01"}
            office.put_new(f"{path}/persons/{demo_uuid('person', scene.code, number, role)}", person)


def _grid(crew: Crew, scene: Scene) -> None:
    """The market's town and two of its villages with their officer; one village is being handed over."""
    villages = list(crew.office.pages(f"{API}/regions/{scene.market.region_code}/children"))[:3]
    first = str(demo_id(Role.GRID_OFFICER, scene.code))
    for number, cell_code in enumerate([*(village["code"] for village in villages[:2]), scene.market.region_code]):
        post = {
            "cell_code": cell_code,
            "role": "grid_officer",
            "responsible": True,
            "user_id": first,
            "user_name": demo_name(Role.GRID_OFFICER, scene.name),
            "since": "2026-01-01",
            "basis": "街道任命文件（演示）",
        }
        made = crew.office.create(f"{API}/grid-posts", post, scene.code, number)
        if number == 0:
            handover = {
                "post_id": made["id"],
                "taker_id": str(demo_id(Role.GRID_OFFICER, scene.code, second=True)),
                "taker_name": demo_name(Role.GRID_OFFICER, scene.name, second=True),
                "planned_on": (scene.today + timedelta(days=7)).isoformat(),
                "note": "网格员调整（演示）",
            }
            crew.office.create(f"{API}/grid-handovers", handover, scene.code)
    if villages:
        cell = {
            "region_code": villages[0]["code"],
            "level": "cell",
            "name": f"{villages[0]['name']}第一微网格（演示）",
            "valid_from": "2026-01-01",
            "source": "街道网格划分方案（演示）",
        }
        crew.office.create(f"{API}/grid-cells", cell, scene.code)


def _content(scene: Scene, pinned: Mapping[str, Any], visit: Inspected) -> dict[str, Any]:
    """A visit as a terminal writes it."""
    began, ended = scene.at(visit.days, 9, 30), scene.at(visit.days, 10, 20)
    answers: dict[str, Any] = {
        number: {"finding": "failed", "reason": visit.failed[number]}
        if number in visit.failed
        else {"finding": "passed"}
        for number, *_ in ITEMS
    }
    people = [scene.inspector(), scene.inspector(second=True)]
    stall = scene.market.stalls[visit.seller]
    content: dict[str, Any] = {
        "kind": "routine",
        "region_code": scene.market.region_code,
        "authority_code": scene.code,
        "business_id": scene.seller(visit.seller),
        "business_kind": "sales",
        "checklist": dict(pinned),
        "answers": dict(list(answers.items())[-3:]) if visit.draft else answers,
        "began_at": began.isoformat(timespec="seconds"),
        "inspectors": people,
        "identity_shown": True,
        "recusal": "not_requested",
        "finished": not visit.draft,
    }
    if not visit.draft:
        signers = [*(("inspector", each["name"]) for each in people), ("business", f"{stall.seller}负责人")]
        signed = ended.isoformat(timespec="seconds")
        sha256 = hashlib.sha256(PICTURE).hexdigest()
        content |= {
            "ended_at": signed,
            "signatures": [
                {"role": role, "name": name, "sha256": sha256, "signed_at": signed} for role, name in signers
            ],
            "position": {"longitude": "121.55", "latitude": "29.87", "system": "wgs84", "accuracy_metres": "12"},
        }
    return content


def _deliver(sender: Caller, scene: Scene, content: dict[str, Any], record_id: UUID, saved_at: datetime) -> None:
    who = scene.inspector()
    saved = {"by": who["user_id"], "by_name": who["name"], "device": "demo-1", "base": []}
    content["saved"] = saved | {"at": saved_at.isoformat(timespec="seconds")}
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    headers = {
        "content-type": "application/vnd.shian.visit+json",
        "content-sha256": hashlib.sha256(body).hexdigest(),
    }
    sender.put_bytes(f"{API}/visit-records/{record_id}", body, headers)


def _visit(crew: Crew, scene: Scene, pinned: Mapping[str, Any], visit: Inspected) -> None:
    """Deliver the visit and bring its problems on."""
    began = scene.at(visit.days, 9, 30)
    record_id = demo_uuid7(began, "visit", scene.code, visit.seller)
    if not visit.draft:
        _picture(crew.inspector)
    _deliver(crew.inspector, scene, _content(scene, pinned, visit), record_id, scene.at(visit.days, 10, 30))
    for correction in crew.inspector.pages(f"{API}/corrections", visit=str(record_id)):
        if correction["state"] == "found":
            _act_on(crew, scene, correction, visit)


def _picture(sender: Caller) -> str:
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    headers = {"content-type": "application/octet-stream", "upload-length": str(len(PICTURE))}
    sender.put_bytes(f"{API}/attachments/{sha256}/chunks/0", PICTURE, headers)
    return sha256


def _act_on(crew: Crew, scene: Scene, correction: Mapping[str, Any], visit: Inspected) -> None:
    """Judge the problem, then what the script says became of it."""
    path, photo = f"{API}/corrections/{correction['id']}", hashlib.sha256(PICTURE).hexdigest()
    officer = crew.colleague if visit.seller % 3 == 2 else crew.inspector

    def step(name: str, days: int, **body: Any) -> None:
        present = officer.get(path)
        officer.step(f"{path}/{name}", {"at": scene.at(days, 14).isoformat()} | body, present["version"])

    serious = visit.then == "serious"
    step("assessment", visit.days, affects_safety=serious, note="现场核实（演示）")
    if serious:
        return
    if visit.then == "on_the_spot":
        step("spot-correction", visit.days, evidence_before=[photo], evidence_after=[photo], note="当场补签（演示）")
        return
    number = DOCUMENTS.format(f"{visit.seller + 1}-{correction['item_number']}")
    order = {"document_number": number, "demand": "照检查要求改正（演示）", "length": 10, "unit": "calendar_day"}
    step("orders", visit.days, **order)
    if visit.then in ("reported", "corrected"):
        step("completion-report", visit.days - 8, note="已改正（演示）", evidence_after=[photo])
    if visit.then == "corrected":
        step("rechecks", visit.days - 9, result="passed", note="到场看过（演示）", evidence_after=[photo])
        step("closure", visit.days - 9)


def _handed_in_by_another(crew: Crew, scene: Scene, pinned: Mapping[str, Any]) -> None:
    """A broken terminal: a colleague hands in what it held, and the office has to look."""
    content = _content(scene, pinned, Inspected(10, 1))
    record_id = demo_uuid7(scene.at(1, 9), "visit", scene.code, "handed in")
    _deliver(crew.colleague, scene, content, record_id, scene.at(1, 11))


def _clues(crew: Crew, scene: Scene) -> None:
    for days, place, what, then in CLUES:
        found = scene.at(days, 15)
        clue_id = demo_uuid7(found, "clue", scene.code, days)
        body = {"cell_code": scene.market.region_code, "found_at": found.isoformat(), "place": place, "what": what}
        clue = crew.grid.put(f"{API}/clues/{clue_id}", body)
        path = f"{API}/clues/{clue_id}"
        if then and clue["state"] == "received":
            referral = {"kind": "visit", "reference": "演示检查任务 1 号", "note": "请检查科核查（演示）"}
            clue = crew.office.step(f"{path}/referral", referral, clue["version"])
        if then == "answered" and clue["state"] == "referred":
            answer = {"outcome": "substantiated", "answer": "已责令停止制售并补办登记（演示）"}
            crew.office.step(f"{path}/answer", answer, clue["version"])


def _grades(crew: Crew, scene: Scene) -> None:
    """Profiles of a few sellers, their grades proposed, some of them confirmed."""
    answers = {
        "area": "60",
        "prepackaged_ambient": "40",
        "prepackaged_chilled": "10",
        "bulk_ambient": "12",
        "bulk_chilled": "0",
        "meat_and_fish": ["none"],
        "imported_produce": ["none"],
        "special_food": ["none"],
        "made_on_site": "0",
        "decorated_cakes": ["none"],
        "salt": ["none"],
        "suppliers": "8",
        "let_counters": ["none"],
    }
    for number in range(6):
        crew.office.put(f"{API}/risk-profiles/{scene.seller(number)}", {"answers": answers})
    sellers = [scene.seller(number) for number in range(10)]
    body = {
        "region_code": scene.market.region_code,
        "kinds": ["sales"],
        "business_ids": sellers,
        "valid_from": scene.today.isoformat(),
    }
    crew.office.create(f"{API}/risk-proposals", body, scene.code)
    for proposal in crew.office.pages(f"{API}/risk-proposals", region=scene.code, state="proposed"):
        if proposal["business_id"] in sellers[:4] and proposal["valid_from"] == body["valid_from"]:
            decision = {"grade": proposal["grade"], "reason": "核对无误（演示）"}
            path = f"{API}/risk-proposals/{proposal['id']}/confirmation"
            crew.office.step(path, decision, proposal["version"])


def _plan(office: Caller, scene: Scene) -> None:
    officers = [
        {"id": each["user_id"], "name": each["name"], "region_code": scene.code, "visits_a_month": 20}
        for each in (scene.inspector(), scene.inspector(second=True))
    ]
    start = scene.today.replace(day=1).isoformat()
    body = {"region_code": scene.market.region_code, "start": start, "months": 24, "officers": officers}
    office.create(f"{API}/inspection-plans", body, scene.code)


def _letter(crew: Crew, scene: Scene) -> None:
    """An interview about what stayed undone, served; and a reminder that waits for the leader's signature."""
    issuer = {"region_code": scene.code, "name": ISSUER, "abbreviation": "演食安办"}
    made = crew.leader.create(f"{API}/letter-issuers", issuer, scene.code)
    late = [
        each
        for each in crew.office.pages(f"{API}/corrections", region=scene.code, overdue="true")
        if each["business_id"] == scene.seller(1)
    ]
    fields = {
        "reason": "逾期未整改（演示）",
        "basis": "《食品安全法》第一百一十四条",
        "held_at": datetime.combine(scene.today + timedelta(days=3), time(9), SHANGHAI).isoformat(),
        "place": "演示会议室（虚构）",
        "attendees": "负责人、食品安全员（演示）",
    }
    interview = {"kind": "interview", "issuer_id": made["id"], "business_id": scene.seller(1), "fields": fields}
    letter = crew.office.create(
        f"{API}/supervision-letters", interview | {"correction_ids": [each["id"] for each in late]}, scene.code, 1
    )
    path = f"{API}/supervision-letters/{letter['id']}"
    letter = crew.office.step(f"{path}/submission", {"note": ""}, letter["version"])
    letter = crew.leader.step(f"{path}/issue", {"note": ""}, letter["version"])
    served = {"method": "in_person", "evidence": ["送达回证 演示-1"]}
    crew.office.step(f"{path}/service", served, letter["version"])
    kinds = {each["kind"]: each for each in crew.office.get(f"{API}/letter-templates")}
    wanted = {field["name"]: "（演示）" for field in kinds["reminder"]["fields"] if field["type"] == "text"}
    reminder = {"kind": "reminder", "issuer_id": made["id"], "business_id": scene.seller(2), "fields": wanted}
    letter = crew.office.create(f"{API}/supervision-letters", reminder, scene.code, 2)
    crew.office.step(f"{API}/supervision-letters/{letter['id']}/submission", {"note": ""}, letter["version"])
