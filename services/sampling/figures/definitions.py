"""The figures of sampling: what each counts, and the rows behind it.

The `rows` of a figure add up to what `figures.service` has fed; a test recomputes each.
"""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, Uuid, case, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from services.sampling.figures.codes import FigureCode
from services.sampling.rapid_tests.models import RapidTest
from services.sampling.statutory_tasks.models import StatutoryTask
from services.sampling.test_sites.models import Site, SiteMovement
from services.sampling.whistles.models import Whistle, WhistleEntry
from shared.contracts.figures import FigureDefinition, FigureKind
from shared.contracts.sampling import Verdict, WhistleEntryKind
from shared.figures.definition import Figure, day_in_shanghai

Rows = Select[*tuple[Any, ...]]

_WITHOUT_RESULT = RapidTest.verdict.in_([Verdict.INSTRUMENT_ERROR, Verdict.UNDETERMINED])
_POSITIVE = RapidTest.verdict == Verdict.SUSPECTED_POSITIVE


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _tests(numerator: ColumnElement[int], denominator: ColumnElement[int]) -> Rows:
    """Every counted test adds once; one that a correction has replaced is taken away again when that happened."""

    def rows(id_: ColumnElement[Any], sign: int, recorded_at: ColumnElement[Any]) -> Rows:
        return select(
            id_.label("id"),
            func.concat_ws(" · ", RapidTest.product_name, RapidTest.printed_item).label("label"),
            RapidTest.region_code.label("region_code"),
            RapidTest.tested_on.label("day"),
            (sign * numerator).label("numerator"),
            (sign * denominator).label("denominator"),
            recorded_at.label("recorded_at"),
            func.concat("/v1/rapid-tests/", cast(RapidTest.id, Text)).label("link"),
        )

    counted = rows(RapidTest.id.expression, 1, RapidTest.counted_at.expression).where(RapidTest.counted_at.is_not(None))
    # A page of rows is found again by its last id, so the row that takes away has one of its own.
    taken_id = cast(func.md5(cast(RapidTest.id, Text)), Uuid)
    taken = rows(taken_id, -1, RapidTest.superseded_at.expression).where(
        RapidTest.counted_at.is_not(None), RapidTest.superseded_at.is_not(None)
    )
    both = union_all(counted, taken).subquery()
    return select(both)


def _disposals() -> Rows:
    first_disposal = (
        select(WhistleEntry)
        .where(WhistleEntry.kind == WhistleEntryKind.DISPOSED, WhistleEntry.quantity > 0)
        .ext(distinct_on(WhistleEntry.whistle_id))
        .order_by(WhistleEntry.whistle_id, WhistleEntry.number)
        .subquery()
    )
    day = day_in_shanghai(Whistle.tested_at.expression)
    blown = _whistle_rows(Whistle.id.expression, day, literal(0), literal(1), Whistle.blown_at.expression)
    destroyed = _whistle_rows(first_disposal.c.id, day, literal(1), literal(0), first_disposal.c.recorded_at).join(
        first_disposal, first_disposal.c.whistle_id == Whistle.id
    )
    return select(union_all(blown, destroyed).subquery())


def _open_whistles() -> Rows:
    blown_on = day_in_shanghai(Whistle.blown_at.expression)
    closed_on = day_in_shanghai(Whistle.closed_at.expression)
    zero = literal(0)
    blown = _whistle_rows(Whistle.id.expression, blown_on, literal(1), zero, Whistle.blown_at.expression)
    closed = (
        _whistle_rows(WhistleEntry.id.expression, closed_on, literal(-1), zero, WhistleEntry.recorded_at.expression)
        .join(WhistleEntry, WhistleEntry.whistle_id == Whistle.id)
        .where(WhistleEntry.kind == WhistleEntryKind.CLOSED)
    )
    return select(union_all(blown, closed).subquery())


def _whistle_rows(
    id_: ColumnElement[Any],
    day: ColumnElement[Any],
    numerator: ColumnElement[int],
    denominator: ColumnElement[int],
    recorded_at: ColumnElement[Any],
) -> Rows:
    return select(
        id_.label("id"),
        func.concat_ws(" · ", Whistle.product_name, Whistle.item_name).label("label"),
        Whistle.region_code.label("region_code"),
        day.label("day"),
        numerator.label("numerator"),
        denominator.label("denominator"),
        recorded_at.label("recorded_at"),
        func.concat("/v1/whistles/", cast(Whistle.id, Text)).label("link"),
    ).select_from(Whistle)


def _follow_ups() -> Rows:
    return select(
        StatutoryTask.id.label("id"),
        func.concat_ws(" · ", StatutoryTask.number, StatutoryTask.title).label("label"),
        StatutoryTask.region_code.label("region_code"),
        StatutoryTask.counted_on.label("day"),
        cast(StatutoryTask.counted_as_on_time, Integer).label("numerator"),
        literal(1).label("denominator"),
        StatutoryTask.counted_at.label("recorded_at"),
        func.concat("/v1/whistles/", cast(StatutoryTask.whistle_id, Text)).label("link"),
    ).where(StatutoryTask.counted_on.is_not(None))


def _sites() -> Rows:
    return select(
        SiteMovement.id.label("id"),
        Site.name.label("label"),
        SiteMovement.region_code.label("region_code"),
        SiteMovement.day.label("day"),
        SiteMovement.change.label("numerator"),
        literal(0).label("denominator"),
        SiteMovement.recorded_at.label("recorded_at"),
        func.concat("/v1/test-sites/", cast(Site.id, Text)).label("link"),
    ).join(Site, Site.id == SiteMovement.site_id)


FIGURES = (
    Figure(
        FigureDefinition(
            code=FigureCode.RAPID_TESTS,
            name="快检批次",
            kind=FigureKind.FLOW,
            unit="批次",
            numerator="当期检测的快检记录数",
            denominator=None,
            higher_is_better=None,
            decimals=0,
            version=1,
            note="按检测日计；仪器异常与待判定的计入批次；重复上传的只计一次，疑似重复未核定的不计",
        ),
        lambda: _tests(literal(1), literal(0)),
    ),
    Figure(
        FigureDefinition(
            code=FigureCode.SUSPECTED_POSITIVE_RATE,
            name="快检疑似阳性检出率",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="当期检测的疑似阳性数",
            denominator="当期检测且得出阴性或疑似阳性的记录数",
            higher_is_better=None,
            decimals=2,
            version=1,
            note="仪器异常与待判定的不进分母：没有结论不等于合格。检出率过低也可能说明检测流于形式，故不论高低好坏",
        ),
        lambda: _tests(_one_if(_POSITIVE), _one_if(~_WITHOUT_RESULT)),
    ),
    Figure(
        FigureDefinition(
            code=FigureCode.WITHOUT_RESULT_RATE,
            name="快检未得结论占比",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="当期检测而仪器异常或待判定的记录数",
            denominator="当期检测的快检记录数",
            higher_is_better=False,
            decimals=2,
            version=1,
            note="仪器异常如抑制率超出 −10%～100%；待判定如项目未登记、没有适用限值、单位不能比较",
        ),
        lambda: _tests(_one_if(_WITHOUT_RESULT), literal(1)),
    ),
    Figure(
        FigureDefinition(
            code=FigureCode.DISPOSAL_RATE,
            name="快检阳性无害化处置率",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="当期检测的疑似阳性中已登记销毁（数量大于零）的",
            denominator="当期检测的疑似阳性（吹哨）数",
            higher_is_better=None,
            decimals=1,
            version=1,
            note="按检测日计；后经实验室检验合格而解除停售的仍在分母，故未必越高越好；已无存货（销毁数量为零）的不计入分子",
        ),
        _disposals,
    ),
    Figure(
        FigureDefinition(
            code=FigureCode.FOLLOW_UP_ON_TIME_RATE,
            name="快检吹哨转监督抽检按时率",
            kind=FigureKind.FLOW,
            unit="%",
            numerator="在期限内完成抽样的监督抽检任务数",
            denominator="按时完成的与到期未按时完成的监督抽检任务数之和",
            higher_is_better=True,
            decimals=1,
            version=1,
            note="按时的计入完成当日，未按时的计入到期当日；未到期且未完成的不计；期限为本地设定，法律未规定天数",
        ),
        _follow_ups,
    ),
    Figure(
        FigureDefinition(
            code=FigureCode.OPEN_WHISTLES,
            name="未办结快检吹哨",
            kind=FigureKind.STOCK,
            unit="起",
            numerator="期末已吹哨而未办结的起数",
            denominator=None,
            higher_is_better=False,
            decimals=0,
            version=1,
            note="无法复核的也须办结，办结不等于合格",
        ),
        _open_whistles,
    ),
    Figure(
        FigureDefinition(
            code=FigureCode.ACTIVE_SITES,
            name="在用检测点",
            kind=FigureKind.STOCK,
            unit="个",
            numerator="期末在用的快检检测点数",
            denominator=None,
            higher_is_better=None,
            decimals=0,
            version=1,
            note="登记即计入，停用即扣除；是否真在检测看快检批次",
        ),
        _sites,
    ),
)
"""All figures that this unit answers for."""
