"""What a form must hold when the sample is taken, or when taking it was refused. Pure.

Source: 食品安全抽样检验管理办法 as the notes of the field give it (two samplers, sealing, backup sample, notice,
payment, online evidence; the operator neither supplies nor delivers the sample). All that is missing is said at once.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from services.sampling.samples.form import (
    AttachmentKind,
    Delivery,
    OnlinePurchase,
    PickedBy,
    SampleForm,
)

FEWEST_SAMPLERS = 2
"""抽样检验管理办法: 现场抽样不少于两人. A person counts once, under whichever name."""

ONLINE_PLACES = ("网购", "网络抽检", "网络抽样")
PRODUCED = ("生产日期", "加工日期")
"""Kinds of dates that say when the food was made; others (购进、检疫) do not choose a standard by production date."""


class Fault(NamedTuple):
    """One thing that is missing or wrong: where (JSON pointer), what to do, a stable code."""

    pointer: str
    message: str
    code: str = "missing"


class Change(NamedTuple):
    """One place in which two forms differ; None where one says nothing."""

    pointer: str
    before: Any
    after: Any


_ALWAYS = (
    ("/basics/task_source", "请填写任务来源"),
    ("/basics/place", "请填写抽样地点"),
    ("/basics/sampled_on", "请填写抽样日期"),
    ("/basics/picked_by", "请记录样品由谁抽取"),
    ("/basics/delivery", "请记录怎样送检"),
    ("/sampled_party/name", "请填写被抽样单位名称"),
    ("/sampled_party/address", "请填写被抽样单位地址"),
    ("/goods/name", "请填写样品名称"),
    ("/goods/quantity", "请填写抽样数量"),
    ("/goods/quantity_unit", "请填写抽样数量单位"),
    ("/sampling_body/name", "请填写抽样单位"),
    ("/purchase/amount", "抽取样品须付样品费，请填写金额"),
)
_ONLINE = {
    "platform": "网络交易平台",
    "shop_name": "网店名称",
    "buyer": "购样人员",
    "buyer_account": "注册账号",
    "payment_account": "付款账户",
    "consignee": "收货人",
    "delivery_address": "收货地址",
    "order_number": "订单号",
    "ordered_at": "下单时间",
    "received_at": "收货时间",
}
_PHOTOS_ON_SITE = (AttachmentKind.SITE, AttachmentKind.SAMPLE, AttachmentKind.TEST_SEAL)
_PHOTOS_ONLINE = (
    AttachmentKind.ONLINE_PAGE,
    AttachmentKind.ONLINE_ORDER,
    AttachmentKind.ONLINE_PAYMENT,
    AttachmentKind.UNPACKING_FILM,
    AttachmentKind.SAMPLE,
    AttachmentKind.TEST_SEAL,
)


def faults_of_taking(form: SampleForm, earliest: date, today: date, *, held_lot: bool) -> Iterator[Fault]:
    """Everything without which the sample does not count as taken. `held_lot`: goods are held back by a whistle."""
    yield from _missing(form)
    yield from _samplers(form)
    yield from _day(form, earliest, today)
    if form.basics.picked_by is PickedBy.OPERATOR:
        yield Fault("/basics/picked_by", "样品须由抽样人员抽取，被抽样单位不得自行提供；请重新抽样", "own_supply")
    if form.basics.delivery is Delivery.OPERATOR:
        yield Fault("/basics/delivery", "样品不得由被抽样单位送检，请由抽样人员送检或委托物流寄送", "own_supply")
    if form.purchase.amount is not None and form.purchase.amount == 0:
        yield Fault("/purchase/amount", "抽取样品须付样品费，不得无偿索取", "unpaid")
    if held_lot and form.basics.same_lot_as_held is None:
        yield Fault("/basics/same_lot_as_held", "这项任务来自快检吹哨，请选择样品是否取自停售的同一批")
    yield from _sealing(form)
    yield from (_online(form, form.online) if form.online else _on_site(form))
    yield from _photos(form, _PHOTOS_ONLINE if form.online else _PHOTOS_ON_SITE)


def faults_of_correction(
    before: SampleForm, after: SampleForm, earliest: date, today: date, *, held_lot: bool
) -> Iterator[Fault]:
    """Everything without which the form as it should be does not count as taken, less what it never had.

    A paper form that came in from a file has no accounts, signatures and photos, and need not get them in order that a
    slip of the pen is mended. What was there may not go missing, and no other fault may come in.
    """
    known = {_place_of(fault) for fault in faults_of_taking(before, earliest, today, held_lot=held_lot)}
    for fault in faults_of_taking(after, earliest, today, held_lot=held_lot):
        if _place_of(fault) not in known:
            yield fault
    named = {sampler.name for sampler in after.samplers if sampler.name}
    if len(named) < FEWEST_SAMPLERS:
        yield Fault("/samplers", f"抽样人应不少于两人，这里有 {len(named)} 人", "too_few")


def _place_of(fault: Fault) -> Fault:
    """The fault itself; of too few samplers only that there are too few, for their number may grow."""
    return fault._replace(message="") if fault.code == "samplers" else fault


def faults_of_refusal(form: SampleForm, earliest: date, today: date) -> Iterator[Fault]:
    """What a refusal must hold: who refused, who was there, what proves it."""
    if not form.sampled_party.name:
        yield Fault("/sampled_party/name", "请填写被抽样单位名称")
    yield from _samplers(form)
    if form.basics.sampled_on is None:
        yield Fault("/basics/sampled_on", "请填写抽样日期")
    yield from _day(form, earliest, today)
    yield from _photos(form, (AttachmentKind.REFUSAL,))


def changes_between(before: Any, after: Any, pointer: str = "") -> Iterator[Change]:
    """Where two stored forms differ, leaf by leaf; a list that changed its length differs as a whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from changes_between(before.get(name), after.get(name), f"{pointer}/{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changes_between(old, new, f"{pointer}/{index}")
    elif before != after:
        yield Change(pointer, before, after)


def production_date(form: SampleForm) -> date | None:
    """When the food was made, where the form says so."""
    return form.goods.dated if form.goods.date_kind in PRODUCED else None


def _missing(form: SampleForm) -> Iterator[Fault]:
    for pointer, message in _ALWAYS:
        block, name = pointer[1:].split("/")
        if getattr(getattr(form, block), name) is None:
            yield Fault(pointer, message)
    if form.goods.quantity == 0:
        yield Fault("/goods/quantity", "抽样数量应大于 0", "quantity")
    if not (form.purchase.receipt_number or _shows(form, AttachmentKind.RECEIPT)):
        yield Fault("/purchase/receipt_number", "请填写购样票据号，或附购样票据照片")


def _samplers(form: SampleForm) -> Iterator[Fault]:
    for index, sampler in enumerate(form.samplers):
        for name, message in (
            ("name", "请填写抽样人姓名"),
            ("user_id", "请选择抽样人的平台账号，抽检分离以账号核对"),
            ("signature", "请抽样人签名"),
        ):
            if getattr(sampler, name) is None:
                yield Fault(f"/samplers/{index}/{name}", message)
    named = [sampler for sampler in form.samplers if sampler.name and sampler.user_id]
    persons = min(len({sampler.user_id for sampler in named}), len({sampler.name for sampler in named}))
    if persons < FEWEST_SAMPLERS:
        yield Fault("/samplers", f"现场抽样不少于两人，现有 {persons} 人（同一账号或同一姓名只算一人）", "samplers")


def _day(form: SampleForm, earliest: date, today: date) -> Iterator[Fault]:
    if form.basics.sampled_on is not None and form.basics.sampled_on < earliest:
        message = f"抽样日期 {form.basics.sampled_on} 过早，不得早于 {earliest}，请核对年份"
        yield Fault("/basics/sampled_on", message, "day")
    if form.basics.sampled_on is not None and form.basics.sampled_on > today:
        yield Fault("/basics/sampled_on", f"抽样日期 {form.basics.sampled_on} 晚于今天 {today}，请核对", "day")
    if form.goods.dated and form.basics.sampled_on and form.goods.dated > form.basics.sampled_on:
        yield Fault("/goods/dated", f"{form.goods.date_kind or '日期'} {form.goods.dated} 晚于抽样日期，请核对", "day")


def _sealing(form: SampleForm) -> Iterator[Fault]:
    sealing, quantity = form.sealing, form.goods.backup_quantity
    if not sealing.test_seals:
        yield Fault("/sealing/test_seals", "请填写检验样品的封条号")
    if both := sorted({*sealing.test_seals} & {*sealing.backup_seals}):
        message = f"封条 {'、'.join(both)} 同时写在检验样品和备份样品上；两份样品须分别封存"
        yield Fault("/sealing/backup_seals", message, "seals")
    if sealing.no_backup_because:
        if sealing.backup_seals or quantity:
            yield Fault("/sealing/no_backup_because", "已填备份样品，不应再填不留备份样品的理由", "backup")
        return
    if not sealing.backup_seals:
        yield Fault("/sealing/backup_seals", "请填写备份样品的封条号；依规定不留备份样品的写明理由")
    if not quantity:
        yield Fault("/goods/backup_quantity", "请填写备样数量；依规定不留备份样品的写明理由")
    elif form.goods.quantity is not None and quantity >= form.goods.quantity:
        message = f"备样数量 {quantity} 应小于抽样数量 {form.goods.quantity}（抽样数量含备样）"
        yield Fault("/goods/backup_quantity", message, "quantity")
    if not _shows(form, AttachmentKind.BACKUP_SEAL):
        yield _photo_missing(AttachmentKind.BACKUP_SEAL)


def _on_site(form: SampleForm) -> Iterator[Fault]:
    if form.basics.place in ONLINE_PLACES:
        yield Fault("/online", f"抽样地点为“{form.basics.place}”的，请填写网络抽样的购样信息")
    if not form.rights_notice.given:
        yield Fault("/rights_notice/given", "须当场出示抽样检验告知书，告知被抽样单位的权利和义务")
    for block in ("rights_notice", "operator"):
        signed = getattr(form, block)
        if not signed.refused_because and not (signed.name and signed.signature):
            what = "告知书" if block == "rights_notice" else "抽样单和封条"
            yield Fault(f"/{block}/signature", f"请被抽样单位在{what}上签字并写明签字人；拒绝签字的，记录情况")


def _online(form: SampleForm, online: OnlinePurchase) -> Iterator[Fault]:
    for name, label in _ONLINE.items():
        if getattr(online, name) is None:
            yield Fault(f"/online/{name}", f"网络抽样须记录{label}")
    if online.ordered_at and online.received_at and online.received_at < online.ordered_at:
        yield Fault("/online/received_at", "收货时间早于下单时间，请核对", "day")


def _photos(form: SampleForm, wanted: tuple[AttachmentKind, ...]) -> Iterator[Fault]:
    for kind in wanted:
        if not _shows(form, kind):
            yield _photo_missing(kind)


def _photo_missing(kind: AttachmentKind) -> Fault:
    return Fault("/attachments", f"请附{kind.label}", f"missing_{kind.value}")


def _shows(form: SampleForm, kind: AttachmentKind) -> bool:
    return any(attachment.kind is kind for attachment in form.attachments)
