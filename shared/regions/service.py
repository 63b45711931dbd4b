"""Changing the division tree. Only the gateway does; its events carry each change to the other units."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.regions import RegionChanged, RegionPopulationStated
from shared.events.outbox import publish
from shared.http.auth import Actor
from shared.http.etags import ensure_version
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound, PreconditionRequired
from shared.regions import repository
from shared.regions.models import RegionPopulation, RegionRow
from shared.regions.schemas import Basis, OwnNodeCreate, PopulationWrite, RegionUpdate
from shared.regions.scope import ensure_in_scope
from shared.regions.tree import Kind, Level, own_code, own_prefix, short_name


class UnknownRegion(NotFound):
    """No region has this code."""

    slug, title = "unknown-region", "没有这个区划"


class NoFreeCode(Conflict):
    """All 99 numbers of own nodes below a parent are given."""

    slug, title = "no-free-region-code", "自设节点的代码已用完"


async def read_region(session: AsyncSession, code: str) -> RegionRow:
    """Return a region or raise `UnknownRegion`."""
    region = await repository.get_region(session, code)
    if region is None:
        raise UnknownRegion(f"没有代码为 {code} 的区划，请核对代码；本地未装入的城市可先用装载命令装入")
    return region


async def add_own_node(session: AsyncSession, actor: Actor, node: OwnNodeCreate) -> RegionRow:
    """Add an own node below a region of the actor and give it the lowest free own code."""
    await ensure_in_scope(session, actor, node.parent_code)
    await _ensure_parent(session, node.parent_code, node.level)
    prefix = own_prefix(node.parent_code, node.level)
    taken = await repository.codes_beginning(session, prefix)
    numbered = (own_code(node.parent_code, node.level, number) for number in range(1, 100))
    code = next((candidate for candidate in numbered if candidate not in taken), None)
    if code is None:
        raise NoFreeCode(f"{prefix} 之下的 99 个自设代码都已使用，请改在下级区划下设节点")
    region = RegionRow(
        code=code,
        name=node.name,
        short_name=short_name(node.name, node.level),
        level=int(node.level),
        kind=Kind.OWN.value,
        parent_code=node.parent_code,
        valid_from=node.valid_from,
        valid_to=None,
        successor_code=None,
        source=node.source,
        source_version="",
        verified=node.verified,
        version=1,
    )
    session.add(region)
    return await _spread(session, region)


async def change_region(
    session: AsyncSession, actor: Actor, code: str, expected: int, change: RegionUpdate
) -> RegionRow:
    """Put the whole changeable state of a region in place; all below it moves with it."""
    region = await read_region(session, code)
    await ensure_in_scope(session, actor, code)
    await ensure_in_scope(session, actor, change.parent_code)
    ensure_version(region, expected)
    await _ensure_parent(session, change.parent_code, Level(region.level))
    if change.successor_code is not None:
        await read_region(session, change.successor_code)
    if change.valid_from and change.valid_to and change.valid_to < change.valid_from:
        raise _invalid("/valid_to", "停用日不能早于启用日，请改正其中一个日期", "valid_to_before_valid_from")
    for name, value in change.model_dump().items():
        setattr(region, name, value)
    region.short_name = short_name(region.name, region.level)
    region.advance()
    return await _spread(session, region)


async def state_population(
    session: AsyncSession,
    actor: Actor,
    code: str,
    *,
    year: int,
    basis: Basis,
    expected: int | None,
    stated: PopulationWrite,
) -> RegionPopulation:
    """Record the population of a year; a stated number is only replaced by who has read it (If-Match)."""
    await read_region(session, code)
    await ensure_in_scope(session, actor, code)
    population = await repository.get_population(session, code, year, basis.value)
    if population is None:
        population = RegionPopulation(code=code, year=year, basis=basis.value, version=1, **stated.model_dump())
        session.add(population)
    elif stated.model_dump() == {name: getattr(population, name) for name in PopulationWrite.model_fields}:
        return population
    elif expected is None:
        raise PreconditionRequired(f"{year} 年的人口已有记录，更正时请把读取时的版本放进 If-Match")
    else:
        ensure_version(population, expected)
        for name, value in stated.model_dump().items():
            setattr(population, name, value)
        population.advance()
    await session.flush()
    await publish(session, RegionPopulationStated.model_validate(population), subject=code)
    return population


async def follow_region(session: AsyncSession, region: RegionChanged) -> None:
    """Keep the gateway's state of a region when it is newer than ours."""
    await repository.save_region(session, region.model_dump())


async def follow_population(session: AsyncSession, population: RegionPopulationStated) -> None:
    """Keep the gateway's population when it is newer than ours."""
    await repository.save_population(session, population.model_dump())


async def _ensure_parent(session: AsyncSession, parent_code: str, level: Level) -> None:
    parent = await read_region(session, parent_code)
    if parent.level >= level:
        raise _invalid("/parent_code", f"上级 {parent.name} 应高于{level.label}，请另选上级", "parent_not_above")


async def _spread(session: AsyncSession, region: RegionRow) -> RegionRow:
    await session.flush()
    await repository.rebuild_ancestors_below(session, region.code)
    await publish(session, RegionChanged.model_validate(region), subject=region.code)
    return region


def _invalid(pointer: str, message: str, code: str) -> InvalidRequest:
    return InvalidRequest("有 1 处需要改正", errors=[FieldError(pointer=pointer, message=message, code=code)])
