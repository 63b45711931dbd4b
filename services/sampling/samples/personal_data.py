"""Persons on a sampling form: whole for who takes the sample and for who says why he must know; else masked."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from services.sampling.samples.form import SampleForm
from services.sampling.samples.rules import Change
from shared.personal_data.masking import MASK, masked_name, masked_number
from shared.personal_data.schemas import DisclosedField
from shared.personal_data.service import told
from shared.personal_data.writing import restored


class Private(NamedTuple):
    """A place of the form: what it is called, and how it is masked."""

    label: str
    mask: Callable[[str], str]


PRIVATE: Mapping[str, Private] = {
    "/samplers/*/phone": Private("抽样人联系电话", masked_number),
    "/sampled_party/contact": Private("被抽样单位联系人", masked_name),
    "/sampled_party/phone": Private("被抽样单位电话", masked_number),
    "/sampled_party/fax": Private("被抽样单位传真", masked_number),
    "/producer/contact": Private("标示生产者联系人", masked_name),
    "/producer/phone": Private("标示生产者电话", masked_number),
    "/sampling_body/contact": Private("抽样单位联系人", masked_name),
    "/sampling_body/contact_phone": Private("抽样单位联系人电话", masked_number),
    "/online/buyer": Private("购样人员", masked_name),
    "/online/buyer_account": Private("购样的注册账号", masked_number),
    "/online/payment_account": Private("付款账户", masked_number),
    "/online/consignee": Private("收货人", masked_name),
}
"""By JSON pointer, any entry of a list as `*`. The legal representative stands on the licence on the wall."""

_INDEX = re.compile(r"/\d+(?=/|$)")


def masked_form(form: SampleForm) -> SampleForm:
    """The form as everybody may read it who may read the sample."""
    return SampleForm.model_validate(_masked(form.content(), ""))


def masked_change(change: Change) -> Change:
    """One difference between two forms, of whatever size."""
    return Change(change.pointer, _masked(change.before, change.pointer), _masked(change.after, change.pointer))


def restored_form(sent: SampleForm, kept: SampleForm) -> SampleForm:
    """The form a caller means who changed what he was shown. Raises `InvalidRequest` for a masked value of which nobody
    knows the rest.
    """
    content, known = sent.content(), dict(_leaves(kept.content(), ""))
    for pointer, value in list(_leaves(content, "")):
        if place := _private(pointer):
            _put(content, pointer, restored(value, known.get(pointer), place.mask, f"/form{pointer}"))
    return SampleForm.model_validate(content)


def masked_places(form: SampleForm) -> list[list[str | int]]:
    """Where a form holds a masked value instead of a person's."""
    leaves = _leaves(form.content(), "")
    return [
        [int(part) if part.isdecimal() else part for part in pointer[1:].split("/")]
        for pointer, value in leaves
        if _private(pointer) and MASK in value
    ]


def private_fields(form: SampleForm) -> list[DisclosedField]:
    """All that is masked, whole."""
    return [
        field
        for pointer, value in _leaves(form.content(), "")
        if (place := _private(pointer))
        for field in told(f"/form{pointer}", place.label, value)
    ]


def _private(pointer: str) -> Private | None:
    return PRIVATE.get(_INDEX.sub("/*", pointer))


def _masked(value: Any, pointer: str) -> Any:
    match value:
        case dict():
            return {name: _masked(inner, f"{pointer}/{name}") for name, inner in value.items()}
        case list():
            return [_masked(inner, f"{pointer}/{index}") for index, inner in enumerate(value)]
        case str() if place := _private(pointer):
            return place.mask(value)
    return value


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _leaves(inner, f"{pointer}/{name}")
        case list():
            for index, inner in enumerate(value):
                yield from _leaves(inner, f"{pointer}/{index}")
        case str():
            yield pointer, value


def _put(content: Any, pointer: str, value: str | None) -> None:
    *way, last = pointer[1:].split("/")
    for name in way:
        content = content[int(name) if isinstance(content, list) else name]
    content[last] = value
