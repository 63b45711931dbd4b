"""Keeping the item catalogue: items, names, and thresholds that are appended, never changed."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.sampling.test_items import repository
from services.sampling.test_items.models import Item, ItemAlias, Threshold
from services.sampling.test_items.rules import names_of
from services.sampling.test_items.schemas import ItemCreate, ItemUpdate, ThresholdCreate
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, NotFound


class ItemNotFound(NotFound):
    slug, title = "test-item-not-found", "没有找到这个检测项目"


class ItemCodeTaken(Conflict):
    slug, title = "test-item-code-taken", "检测项目代码已被使用"


class ItemNameTaken(Conflict):
    slug, title = "test-item-name-taken", "这个写法已属于另一检测项目"


async def item_for(session: AsyncSession, code: str, *, lock: bool = False) -> Item:
    """The item with its names and thresholds. Raises `ItemNotFound`."""
    item = await repository.get_item(session, code, lock=lock)
    if item is None:
        raise ItemNotFound(f"没有代码为「{code}」的检测项目，请在检测项目一览中核对")
    return item


async def add_item(session: AsyncSession, body: ItemCreate) -> Item:
    """Add an item. Raises `ItemCodeTaken`, `ItemNameTaken`."""
    if await repository.get_item(session, body.code) is not None:
        raise ItemCodeTaken(
            f"代码「{body.code}」已有项目使用",
            errors=[FieldError(pointer="/code", message="请换一个代码", code="taken")],
        )
    names = await _free_names(session, body.code, body.name, body.aliases)
    item = Item(code=body.code, name=body.name, banned=body.banned)
    item.aliases = [ItemAlias(name=name) for name in names]
    session.add(item)
    await session.flush()
    return await item_for(session, body.code)


async def change_item(session: AsyncSession, code: str, body: ItemUpdate, version: int) -> Item:
    """Replace name, printed names and marks. Raises `ItemNotFound`, `PreconditionFailed`, `ItemNameTaken`."""
    item = await item_for(session, code, lock=True)
    ensure_version(item, version)
    names = await _free_names(session, code, body.name, body.aliases)
    kept = {alias.name: alias for alias in item.aliases}
    item.name, item.banned, item.active = body.name, body.banned, body.active
    item.aliases = [kept.get(name) or ItemAlias(name=name) for name in names]
    item.advance()
    await session.flush()
    return await item_for(session, code)


async def append_threshold(session: AsyncSession, code: str, body: ThresholdCreate, actor: Actor) -> Item:
    """Add a dated row to an item; a correction is a row of the same days recorded later. Raises `ItemNotFound`."""
    item = await item_for(session, code, lock=True)
    session.add(Threshold(item_code=code, recorded_by=actor.id, **body.model_dump()))
    item.advance()
    await session.flush()
    return await item_for(session, code)


async def _free_names(session: AsyncSession, code: str, name: str, aliases: Sequence[str]) -> list[str]:
    names = names_of(name, aliases)
    taken = {text: owner for text, owner in (await repository.owners_of(session, names)).items() if owner != code}
    if taken:
        raise ItemNameTaken(
            "、".join(f"「{text}」属于 {owner}" for text, owner in taken.items()),
            errors=[FieldError(pointer="/aliases", message="一个写法只能指一个项目，请删去", code="taken")],
        )
    return names
