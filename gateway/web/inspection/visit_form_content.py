"""What stands in the form of a visit, and the content as the service keeps it: there and back. Pure.

The content is made of nothing but the form: sent again after a lost connection, it is the same content under the same
hash.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.web.forms import FieldError
from gateway.web.inspection.visit_form_fields import FINDINGS, KINDS, OUTSIDER, PHOTOS, RECUSALS, SLOTS
from gateway.web.steps import WHOLE_FORM, Typed
from gateway.web.words import full_time
from shared.contracts.inspection import BusinessKind, VisitOutcome
from shared.http.problems import FieldError as Fault
from shared.times import SHANGHAI

Content = dict[str, Any]
MEDIA_TYPE = "application/vnd.shian.visit+json"
PLAIN = (
    "unregistered_place",
    "business_kind",
    "kind",
    "recusal",
    "recusal_note",
    "conclusion",
    "position_missing",
    "notes",
)
MOMENTS = ("began_at", "ended_at")
POSITION = ("longitude", "latitude", "accuracy_metres", "system")
REFUSAL = ("note", "witness", "video")
FOLLOW_UP = ("outcome", "notes")
NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,12})?")
FINDING, REASON, ITEM_PHOTOS = "finding", "reason", "photos"
KEPT = ("facts", "names", "signed")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the page carries along unasked: facts of the visit, names by account, when each signature was made."""

    facts: Mapping[str, Any]
    names: Mapping[str, str]
    signed: Mapping[str, str]

    def to_json(self) -> str:
        return json.dumps({"facts": self.facts, "names": self.names, "signed": self.signed}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Kept":
        """Raises ValueError for anything that no page of ours carries."""
        found = json.loads(text)
        if not isinstance(found, dict) or not all(isinstance(found.get(part), dict) for part in KEPT):
            raise ValueError("not ours")
        return cls(**{part: found[part] for part in KEPT})


@dataclass(frozen=True)
class Saving:
    """Who saves, on what, when by its clock, and which versions stood before them."""

    by: str
    by_name: str
    device: str
    at: str
    base: Sequence[str]


def canonical(content: Content) -> tuple[bytes, str]:
    """The one way to write a content (RFC 8785, without fractions), and its SHA-256."""
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return body, hashlib.sha256(body).hexdigest()


def content_of(typed: Typed, kept: Kept, saving: Saving, *, finished: bool) -> Content:
    """The whole content. What was left empty is left out."""
    inspectors, places = _inspectors(typed, kept)
    said: Content = {name: typed[name].strip() for name in PLAIN if typed.get(name, "").strip()}
    said |= {name: in_shanghai(typed[name]) for name in MOMENTS if typed.get(name, "").strip()}
    if typed.get("identity_shown"):
        said["identity_shown"] = typed["identity_shown"] == "true"
    follow_up = _group(typed, "follow_up", FOLLOW_UP)
    for name, value in (
        ("answers", _answers(typed)),
        ("inspectors", inspectors),
        ("signatures", _signatures(typed, kept, saving.at, inspectors, places)),
        ("refusal", _group(typed, "refusal", REFUSAL)),
        ("position", _position(typed)),
        ("files", [{"sha256": sha256} for sha256 in typed.get(PHOTOS, "").split()]),
    ):
        if value:
            said[name] = value
    facts = dict(kept.facts)
    if follow_up and "follow_up" in facts:
        said["follow_up"] = {**facts["follow_up"], **follow_up}
    else:
        facts.pop("follow_up", None)
    who = {"by": saving.by, "by_name": saving.by_name, "device": saving.device, "at": saving.at}
    return facts | said | {"finished": finished, "saved": who | {"base": list(saving.base)}}


def unsendable(typed: Typed) -> list[FieldError]:
    """Half-made groups that the service could not read: they are told before anything is sent, and stay on the page."""
    found = []
    for name in MOMENTS:
        if (text := typed.get(name, "").strip()) and in_shanghai(text) == text and "+" not in text:
            found.append(FieldError(name, f"{PLACES[name]}请写成 2026-07-24T09:30"))
    position = _position(typed)
    if position and any(name not in position for name in POSITION):
        found.append(FieldError("position/longitude", "定位请把经度、纬度、精度和坐标系填全，或都不填而写明原因"))
    for name in POSITION[:3]:
        if name in position and not NUMBER.fullmatch(position[name]):
            found.append(FieldError(f"position/{name}", f"定位的数字请照 121.55 这样写，不是{position[name]}"))
    refusal = _group(typed, "refusal", REFUSAL)
    if refusal and not all(refusal.values()):
        missing = next(name for name in REFUSAL if not refusal[name])
        found.append(FieldError(f"refusal/{missing}", "拒绝签名的，情况、见证人和录像三样都要"))
    follow_up = _group(typed, "follow_up", FOLLOW_UP)
    if follow_up and not all(follow_up.values()):
        found.append(FieldError("follow_up/notes", "跟进检查的结果和现场情况一起填，或都先不填"))
    for signer, label in (("signer", "business"), (OUTSIDER, OUTSIDER)):
        if typed.get(f"signatures/{label}", "").strip() and not typed.get(signer, "").strip():
            found.append(FieldError(signer, "签了名的，请填姓名"))
    return found


def typed_of(content: Mapping[str, Any]) -> dict[str, str]:
    """What the fields show of a content."""
    typed = {name: str(content[name]) for name in PLAIN if content.get(name)}
    typed |= {name: local(content[name]) for name in MOMENTS if content.get(name)}
    if content.get("identity_shown") is not None:
        typed["identity_shown"] = "true" if content["identity_shown"] else "false"
    for group, names in (("position", POSITION), ("refusal", REFUSAL), ("follow_up", FOLLOW_UP)):
        for name in names:
            typed[f"{group}/{name}"] = str((content.get(group) or {}).get(name) or "")
    typed |= _typed_people(content)
    typed[PHOTOS] = "\n".join(file["sha256"] for file in content.get("files", []))
    for number, answer in content.get("answers", {}).items():
        typed[f"answers/{number}/{FINDING}"] = answer["finding"]
        typed[f"answers/{number}/{REASON}"] = answer.get("reason", "")
        typed[f"answers/{number}/{ITEM_PHOTOS}"] = "\n".join(answer.get("photos", []))
    return typed


def kept_of(content: Mapping[str, Any], names: Mapping[str, str]) -> Kept:
    """What a page carries along of a content."""
    asked = {*PLAIN, *MOMENTS, "identity_shown", "answers", "inspectors", "signatures", "refusal", "position", "files"}
    facts = {name: value for name, value in content.items() if name not in asked | {"saved", "finished"} and value}
    if "follow_up" in facts:
        facts["follow_up"] = {"visit_id": facts["follow_up"]["visit_id"]}
    if content.get("business_id") and content.get("business_kind"):
        facts["business_kind"] = content["business_kind"]
    known = {each["user_id"]: each["name"] for each in content.get("inspectors", []) if each.get("user_id")}
    signed = {each["sha256"]: each["signed_at"] for each in content.get("signatures", [])}
    return Kept(facts, {**known, **names}, signed)


def judgement_request(typed: Typed, kept: Kept) -> dict[str, Any]:
    """What the service is asked for a verdict that nobody keeps."""
    kind = typed.get("kind", "")
    return {
        "subject": {"kind": kept.facts.get("business_kind") or typed.get("business_kind") or "sales"},
        "inspection": kind if kind in ("flight", "system") else "routine",
        "answers": [
            {
                "number": number,
                "finding": answer["finding"],
                "reason": answer.get("reason", ""),
                "photos": len(answer.get("photos", [])),
            }
            for number, answer in _answers(typed).items()
        ],
        "required": kept.facts.get("required", []),
    }


def errors_at(faults: Sequence[Mapping[str, Any] | Fault], content: Mapping[str, Any]) -> list[FieldError]:
    """What the service misses, at the field where it is mended."""
    found = []
    for fault in faults:
        pointer, message = (
            (fault.pointer, fault.message) if isinstance(fault, Fault) else (fault["pointer"], fault["message"])
        )
        found.append(FieldError(_field_at(pointer, content), message))
    return found


def _field_at(pointer: str, content: Mapping[str, Any]) -> str:
    first, _, rest = pointer.strip("/").partition("/")
    match first:
        case "answers":
            return f"answers/{rest.split('/')[0]}"
        case "inspectors" if rest:
            return f"signatures/{_slot(int(rest), content)}"
        case "inspectors":
            return "inspectors/1"
        case "signatures":
            return "signatures/business"
        case "refusal" | "position" | "follow_up":
            return f"{first}/{rest or {'refusal': 'note', 'position': 'longitude', 'follow_up': 'outcome'}[first]}"
        case "business_id":
            return "unregistered_place"
        case "checklist" | "saved" | "":
            return WHOLE_FORM
        case _:
            return first


def _slot(index: int, content: Mapping[str, Any]) -> str:
    inspectors = content.get("inspectors", [])
    return OUTSIDER if index < len(inspectors) and not inspectors[index].get("user_id") else str(index)


def said(pointer: str, value: Any) -> str:
    """A value of a content in words, for people who compare two sides."""
    if value in (None, "", [], {}):
        return "没有填"
    if pointer.startswith("/answers/") and isinstance(value, Mapping):
        photos = f"{len(value['photos'])}张照片" if value.get("photos") else ""
        parts = (dict(FINDINGS).get(value.get("finding", ""), ""), value.get("reason", ""), photos)
        return "，".join(part for part in parts if part)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return _WORDS.get(value) or _moment(value)
    if isinstance(value, list):
        names = [str(each["name"]) for each in value if isinstance(each, Mapping) and each.get("name")]
        return "、".join(names) or f"{len(value)}项"
    if isinstance(value, Mapping) and "version_id" in value:
        return f"{value.get('code')}第{value.get('number')}版"
    if isinstance(value, Mapping) and "longitude" in value:
        return position_words(value)
    if isinstance(value, Mapping):
        return "，".join(said("", part) for part in value.values() if part)
    return str(value)


def position_words(position: Mapping[str, Any]) -> str:
    """`121.55，29.87（WGS84，误差约12米）`; what is not told is left out."""
    system, metres = str(position.get("system") or "").upper(), position.get("accuracy_metres")
    beside = [part for part in (system, f"误差约{metres}米" if metres is not None else "") if part]
    return f"{position.get('longitude')}，{position.get('latitude')}" + (f"（{'，'.join(beside)}）" if beside else "")


def differing(stored: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Where two contents differ: the place, what the one says, what the other says, in words; answers one by one."""
    one, two = _flat(stored), _flat(other)
    return [
        (place_in_words(pointer), said(pointer, one.get(pointer)), said(pointer, two.get(pointer)))
        for pointer in dict.fromkeys([*one, *two])
        if one.get(pointer) != two.get(pointer)
    ]


def _flat(content: Mapping[str, Any]) -> dict[str, Any]:
    flat = {f"/{name}": value for name, value in content.items() if name not in ("saved", "answers")}
    return flat | {f"/answers/{number}": answer for number, answer in content.get("answers", {}).items()}


def place_in_words(pointer: str) -> str:
    """`/answers/1.2` → `条目 1.2`."""
    first, _, rest = pointer.strip("/").partition("/")
    return f"条目{rest}" if first == "answers" and rest else PLACES.get(first, first)


PLACES = {
    "kind": "检查类型",
    "unregistered_place": "被检查的是谁",
    "business_kind": "业态",
    "recusal": "是否申请回避",
    "recusal_note": "回避的处理",
    "conclusion": "综合意见",
    "position": "定位",
    "position_missing": "没有定位的原因",
    "notes": "其他说明",
    "began_at": "开始时间",
    "ended_at": "结束时间",
    "identity_shown": "出示证件",
    "inspectors": "检查人员",
    "signatures": "签名",
    "refusal": "拒绝签名",
    "files": "现场照片",
    "follow_up": "跟进检查的结果",
    "finished": "检查结束",
    "checklist": "要点表",
    "answers": "条目",
}
_WORDS = {
    **dict(KINDS),
    **dict(RECUSALS),
    **dict(FINDINGS),
    **{kind.value: kind.label for kind in BusinessKind},
    **{each.value: each.label for each in VisitOutcome},
}


def in_shanghai(text: str) -> str:
    """`2026-07-24T09:30` with its zone; anything else as it was typed, for the service to refuse."""
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return (given if given.tzinfo else given.replace(tzinfo=SHANGHAI)).isoformat()


def local(text: str) -> str:
    """A moment as `<input type="datetime-local">` takes it."""
    return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def _moment(text: str) -> str:
    try:
        return full_time(datetime.fromisoformat(text))
    except ValueError:
        return text


def _answers(typed: Typed) -> dict[str, Any]:
    """Answers by number: those somebody gave, and those with words or photos, as not checked."""
    found: dict[str, Any] = {}
    for name, text in typed.items():
        parts = name.split("/")
        if len(parts) == 3 and parts[0] == "answers" and text.strip():
            found.setdefault(parts[1], {})[parts[2]] = text.split() if parts[2] == ITEM_PHOTOS else text.strip()
    return {number: {FINDING: "unknown"} | answer for number, answer in found.items()}


def _inspectors(typed: Typed, kept: Kept) -> tuple[list[dict[str, str]], list[str]]:
    """The inspectors named, and the place on the page of each."""
    found, places = [], []
    for slot in range(SLOTS):
        if account := typed.get(f"inspectors/{slot}", "").strip():
            found.append({"user_id": account, "name": kept.names.get(account, account)})
            places.append(str(slot))
    if name := typed.get(OUTSIDER, "").strip():
        found.append({"name": name})
        places.append(OUTSIDER)
    return found, places


def _signatures(
    typed: Typed, kept: Kept, now: str, inspectors: Sequence[Mapping[str, str]], places: Sequence[str]
) -> list[dict[str, str]]:
    signers = [("inspector", each["name"], place) for each, place in zip(inspectors, places, strict=True)]
    signers.append(("business", typed.get("signer", "").strip(), "business"))
    found = []
    for role, name, place in signers:
        sha256 = typed.get(f"signatures/{place}", "").strip()
        if sha256 and name:
            signed_at = kept.signed.get(sha256, now)
            found.append({"role": role, "name": name, "sha256": sha256, "signed_at": signed_at})
    return found


def _typed_people(content: Mapping[str, Any]) -> dict[str, str]:
    typed: dict[str, str] = {}
    signed = {(each["role"], each["name"]): each["sha256"] for each in content.get("signatures", [])}
    slot = 0
    for each in content.get("inspectors", []):
        place = str(slot) if each.get("user_id") else OUTSIDER
        if each.get("user_id"):
            typed[f"inspectors/{slot}"] = each["user_id"]
            slot += 1
        else:
            typed[OUTSIDER] = each["name"]
        typed[f"signatures/{place}"] = signed.get(("inspector", each["name"]), "")
    for (role, name), sha256 in signed.items():
        if role == "business":
            typed["signer"], typed["signatures/business"] = name, sha256
    return typed


def _group(typed: Typed, group: str, names: Sequence[str]) -> dict[str, str]:
    found = {name: typed.get(f"{group}/{name}", "").strip() for name in names}
    return found if any(found.values()) else {}


def _position(typed: Typed) -> dict[str, str]:
    """The position only where a number was given: a coordinate system alone says nothing."""
    found = {name: text for name, text in _group(typed, "position", POSITION).items() if text}
    return found if found.keys() - {"system"} else {}
