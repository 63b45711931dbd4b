"""Telling everybody what was published: of a business, page by page, and as a bundle that is packed at most hourly."""

import asyncio
import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.public_results import repository
from services.inspection.public_results.lives import Feed, add, begin, pack
from services.inspection.public_results.models import LivesBundle
from services.inspection.public_results.problems import BeingPacked, NoPublishedResults, NoSuchCounty, TooManyToPack
from services.inspection.public_results.reading import as_inspections, with_results
from services.inspection.public_results.repository import Items
from services.inspection.public_results.schemas import BusinessWithResults
from services.inspection.settings import Settings
from shared.regions.tree import Level
from shared.times import day_of, now

FRESH = timedelta(hours=1)
MOST_RESULTS = 400_000
"""Of a county: four of each of a hundred thousand businesses."""

BUSINESSES_AT_ONCE = 2_000


async def results_of(session: AsyncSession, named: str) -> list[BusinessWithResults]:
    """The businesses that an id or a USCC names and of which something is published. Raises `NoPublishedResults`."""
    try:
        files = await repository.businesses_named(session, business_id=UUID(named), uscc=None)
    except ValueError:
        files = await repository.businesses_named(session, business_id=None, uscc=named.strip().upper())
    found = []
    for business in files:
        if publications := await repository.publications_of(session, business.id):
            names = await repository.names_for(session, publications)
            found.append(with_results(business, publications, names))
    if not found:
        raise NoPublishedResults("请核对主体编号或统一社会信用代码；检查结果在形成之日起二十个工作日内公布")
    return found


async def bundle_for(session: AsyncSession, county: str, settings: Settings) -> LivesBundle:
    """The county's bundle, packed anew when it is older than an hour. Nobody waits for another's packing: meanwhile the
    old one is handed out.

    Raises `NoSuchCounty`, `TooManyToPack`, and `BeingPacked` where there is no old one yet.
    """
    bundle = await repository.bundle_of(session, county)
    if bundle is not None and bundle.as_of > now() - FRESH:
        return bundle
    path = await repository.path_of(session, county)
    if max(path, default=0) != Level.COUNTY:
        raise NoSuchCounty("请用县（市、区）的区划代码，如 330203000000")
    if await repository.may_pack(session, county):
        return await _pack(session, county, path, settings)
    if bundle is None:
        raise BeingPacked
    return bundle


async def _pack(session: AsyncSession, county: str, path: dict[int, str], settings: Settings) -> LivesBundle:
    """Business by business, some thousand at a time, so that neither memory nor other requests suffer."""
    at = now()
    feed = Feed(
        on=day_of(at),
        municipality=path[Level.COUNTY],
        city=path.get(Level.CITY, ""),
        state=path.get(Level.PROVINCE, ""),
        url=settings.open_data_url,
        contact=settings.open_data_email,
    )
    tables = begin(feed)
    items: dict[UUID, Items] = {}
    after: UUID | None = None
    while businesses := await repository.businesses_in(session, county, after, BUSINESSES_AT_ONCE):
        after = businesses[-1]
        rows = await repository.latest_results(session, businesses)
        new = {UUID(row.version_id) for row in rows if row.version_id} - items.keys()
        items |= await repository.items_of(session, new) if new else {}
        await asyncio.to_thread(add, tables, feed, as_inspections(rows, items))
        if len(tables["inspections.csv"]) > MOST_RESULTS:
            raise TooManyToPack(f"超过 {MOST_RESULTS} 次检查结果，请改用分页的 /v1/open-data/inspection-results")
    content = await asyncio.to_thread(pack, tables)
    counts = {name: len(tables[f"{name}.csv"]) for name in ("businesses", "inspections", "violations")}
    sha256 = hashlib.sha256(content).hexdigest()
    kept = {"region_code": county, "as_of": at, "content": content, "sha256": sha256} | counts
    await repository.keep_bundle(session, kept)
    bundle = await repository.bundle_of(session, county)
    assert bundle is not None
    return bundle
