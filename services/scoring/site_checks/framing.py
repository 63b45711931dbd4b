"""The frame of a draw: towns of the division tree, units as posted or as the business register has them, rules."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.site_checks import repository
from services.scoring.site_checks.content import VisitKind
from services.scoring.site_checks.drawing import ALGORITHM
from services.scoring.site_checks.models import SiteTownRule
from services.scoring.site_checks.problems import SiteDrawRefused
from services.scoring.site_checks.register import ListedUnit
from services.scoring.site_checks.schemas import SitePlanCreate
from shared.dated_rules.repository import in_force
from shared.http.problems import FieldError, InvalidRequest
from shared.times import day_of, now

MOST_ERRORS = 200


async def frame_of(
    session: AsyncSession, region_code: str, body: SitePlanCreate, listed: Sequence[ListedUnit]
) -> dict[str, Any]:
    """All that the draw depends on but the seed. `listed`: the units of the business register, if they are drawn from.

    Raises SiteDrawRefused, InvalidRequest with every unit or form that does not belong.
    """
    towns = await repository.towns_within(session, region_code)
    known, forms = {town.code for town in towns}, {form.code for form in body.forms}
    if not towns:
        raise SiteDrawRefused(f"区划 {region_code} 之下没有乡镇（街道），请先载入区划")
    errors = [
        FieldError(
            pointer=f"/units/{place}/town",
            message=f"{unit.town} 不是被评价地区现行的乡镇（街道），请改正",
            code="town",
        )
        for place, unit in enumerate(body.units)
        if unit.town not in known
    ]
    errors += [
        FieldError(pointer=f"/from_register/{place}/form", message=f"没有检查表 {one.form}，请改正", code="form")
        for place, one in enumerate(body.from_register)
        if one.form not in forms
    ]
    errors += [
        FieldError(pointer=f"/units/{place}/form", message=f"没有检查表 {unit.form}，请改正", code="form")
        for place, unit in enumerate(body.units)
        if unit.form not in forms
    ]
    if errors:
        raise InvalidRequest(f"有 {len(errors)} 处需要改正", errors=errors[:MOST_ERRORS])
    rules = {rule.kind: rule for rule in await in_force(session, SiteTownRule, day_of(now()))}
    if missing := [kind.label for kind in VisitKind if kind not in rules]:
        raise SiteDrawRefused(f"还没有登记{'、'.join(missing)}抽取乡镇（街道）的数量，请先登记")
    town_of = await repository.towns_of(session, {one.region_code for one in listed}, known)
    registered = [
        {"code": str(one.id), "name": one.name, "town": town_of[one.region_code], "form": one.form}
        for one in listed
        if one.region_code in town_of
    ]
    units = [unit.model_dump(mode="json") for unit in body.units] + registered
    if not units:
        raise SiteDrawRefused("档案里没有在营的这些业态，请核对业态，或自行列出单位")
    frame = {
        "algorithm": ALGORITHM,
        "towns": [{"code": town.code, "name": town.name} for town in towns],
        "units": sorted(units, key=lambda unit: str(unit["code"])),
        "forms": [form.model_dump(mode="json", include={"code", "open", "hidden"}) for form in body.forms],
        "rules": {
            kind.value: {name: getattr(rules[kind], name) for name in ("numerator", "denominator", "at_least")}
            for kind in VisitKind
        },
    }
    if body.from_register:
        frame["register"] = {
            "from": [one.model_dump(mode="json") for one in body.from_register],
            "left_out": sorted(str(one.id) for one in listed if one.region_code not in town_of),
        }
    return frame
