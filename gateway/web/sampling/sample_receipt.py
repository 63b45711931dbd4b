"""The receipt of a sample: numbers, seals, clock, what happened to it, what may still be done. For paper too."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.web import words
from gateway.web.disclosures import may_look
from gateway.web.pages import render
from gateway.web.regions import region_name
from gateway.web.sampling.sample_form_content import in_words, typed_of
from gateway.web.sampling.sample_form_fields import FormBlock, FormField
from gateway.web.sampling.sample_form_pages import TAKING, OpenForm, labels_of
from gateway.web.sampling.whistle_timeline import clock_of
from gateway.web.step_pages import Subject
from gateway.web.steps import Field, Step
from gateway.web.visitors import Visitor
from shared import times
from shared.contracts.codes import Role
from shared.contracts.statutory_sampling import Conclusion, SampleState
from shared.database import Session

OFFICERS = frozenset({Role.INSPECTOR, Role.FOOD_SAFETY_OFFICE})
ANNULMENT = Step(
    "annulment",
    "作废",
    OFFICERS | {Role.SAMPLER},
    (Field("reason", "作废原因", "words", "如：封样破损"),),
    "作废后不计入任务，编号不再使用；抽样单和经过都留存。",
)
BADGES = {
    SampleState.DRAFT: "unknown",
    SampleState.TAKEN: "warning",
    SampleState.RECEIVED: "ok",
    SampleState.REJECTED: "danger",
    SampleState.REPORTED: "ok",
    SampleState.CONCLUDED: "ok",
    SampleState.REFUSED: "warning",
    SampleState.VOIDED: "unknown",
}
DONE = {
    "submission": "已完成抽样。把盲样编码贴在样品上，在送检期限内送到检验机构。",
    "refusal": "拒绝抽样已登记。",
    "corrections": "已更正，改了哪些记在经过里。",
    "annulment": "已作废。",
}
OPEN_TO_CORRECTION = frozenset({SampleState.TAKEN, SampleState.RECEIVED})
OPEN_TO_ANNULMENT = frozenset({SampleState.DRAFT, SampleState.TAKEN, SampleState.REJECTED, SampleState.RECEIVED})


async def show_receipt(
    request: Request, session: Session, visitor: Visitor, opened: OpenForm, done: str = ""
) -> Response:
    assert opened.sample is not None
    sample, now, blocks = opened.sample, times.now(), opened.blocks(TAKING)
    return render(
        request,
        "sampling/sample_receipt.html",
        form=opened,
        sample=sample,
        looks=may_look(visitor, "samples"),
        state=(BADGES[opened.state], opened.state.label),
        conclusion=Conclusion(sample["conclusion"]).label if sample["conclusion"] else "",
        labels=labels_of(opened),
        region_name=await region_name(session, sample["region_code"]),
        seals=_seals(sample["form"]),
        sampled_on=words.day_words(date.fromisoformat(sample["sampled_on"])),
        quantity=quantity_words(sample["form"]),
        clocks=[clock_of(clock, now) for clock in sample["clocks"]],
        blocks=_filled(blocks, opened),
        photos=[field for block in blocks for field in block.fields if field.look in ("photos", "signature")],
        hashes=_hashes(blocks, opened),
        entries=[
            {
                "label": entry["label"],
                "when": _time(entry["at"]),
                "who": entry["actor_name"],
                "said": "；".join(filter(None, [entry["note"], *changes(entry["details"], blocks)])),
            }
            for entry in sample["entries"]
        ],
        done=DONE.get(done, ""),
        offered=[step for step in ("correction", "annulment") if step in offered(opened.state, visitor.actor.roles)],
    )


def subject_of(opened: OpenForm, visitor: Visitor) -> Subject:
    """The sample as a step is taken on it."""
    assert opened.sample is not None
    sample = opened.sample
    possible = "annulment" in offered(opened.state, visitor.actor.roles)
    name = sample["number"] or "草稿"
    return Subject(
        title=f"{sample['food_name'] or '样品'}，{sample['sampled_party_name'] or '被抽样单位未填'}",
        state=opened.state.label,
        crumbs=[("抽样任务", "/sampling-tasks"), (name, opened.address)],
        address=opened.address,
        offered=[ANNULMENT] if possible else [],
        version=str(sample["version"]),
        entries=sample["entries"],
    )


def offered(state: SampleState, roles: frozenset[Role]) -> frozenset[str]:
    """What somebody with `roles` may still do. A sampler puts right what no laboratory has, and drops only drafts."""
    is_officer, is_sampler = bool(roles & OFFICERS), Role.SAMPLER in roles
    found = set()
    if (state in OPEN_TO_CORRECTION and is_officer) or (state is SampleState.TAKEN and is_sampler):
        found.add("correction")
    if (state in OPEN_TO_ANNULMENT and is_officer) or (state is SampleState.DRAFT and is_sampler):
        found.add("annulment")
    return frozenset(found)


def changes(details: Mapping[str, Any], blocks: Sequence[FormBlock]) -> list[str]:
    """What a correction changed, place by place, in words."""
    names = {field.name: (block.title, field) for block in blocks for field in block.fields}
    lines = []
    for change in details.get("changes", []):
        block, field = names.get(change["pointer"].strip("/"), ("", None))
        where = f"{block}：{field.label}" if field else _elsewhere(change["pointer"])
        lines.append(f"{where}，由“{_said(field, change['before'])}”改为“{_said(field, change['after'])}”")
    return lines


def quantity_words(form: Mapping[str, Any]) -> str:
    """`3kg，其中备样1.5kg`; what was not written is said."""
    goods = form.get("goods", {})
    if not goods.get("quantity"):
        return "没有填"
    unit = goods.get("quantity_unit", "")
    backup = goods.get("backup_quantity")
    rest = f"，其中备样{words.number(Decimal(backup))}{unit}" if backup else "，没有备样"
    return f"{words.number(Decimal(goods['quantity']))}{unit}{rest}"


def _seals(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    sealing = form.get("sealing", {})
    backup = "、".join(sealing.get("backup_seals", [])) or sealing.get("no_backup_because", "") or "没有填"
    return [("检验样品封条", "、".join(sealing.get("test_seals", [])) or "没有填"), ("备份样品封条", backup)]


def _filled(blocks: Sequence[FormBlock], opened: OpenForm) -> list[tuple[str, list[tuple[str, str]]]]:
    """The form as it was filled in, block by block, without files and what was left empty."""
    typed = typed_of(opened.kept, blocks)
    found = []
    for block in blocks:
        lines = [
            (field.label, in_words(field, typed[field.name]))
            for field in block.fields
            if typed[field.name] and field.look not in ("photos", "signature")
        ]
        if lines:
            found.append((block.title, lines))
    return found


def _hashes(blocks: Sequence[FormBlock], opened: OpenForm) -> dict[str, list[str]]:
    return {name: text.split() for name, text in typed_of(opened.kept, blocks).items() if "/" in name}


def _elsewhere(pointer: str) -> str:
    return "照片与文件" if pointer.startswith("/attachments") else "抽样单"


def _said(field: FormField | None, value: Any) -> str:
    if value is None:
        return "没有填"
    if isinstance(value, list | dict) and field is None:
        return f"{len(value)}项"
    text = "\n".join(value) if isinstance(value, list) else {True: "true", False: "false"}.get(value, str(value))
    return in_words(field, text) if field else text


def _time(text: str) -> str:
    return words.full_time(datetime.fromisoformat(text))
