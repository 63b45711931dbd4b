"""A trace as it is handed out: as JSON, and as tables for a spreadsheet. Pure."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from services.traceability.traces.custody import Balance, Flow, Holder, TraceEvent
from services.traceability.traces.reaching import Reach
from services.traceability.traces.rules import Direction, Edge
from services.traceability.traces.schemas import (
    BalanceRead,
    EdgeRead,
    HolderRead,
    NodeKind,
    NodeRead,
    ReachedHolder,
    ReachRead,
    TraceEventRead,
    TraceFindingRead,
    TraceRead,
    TraceTable,
    YieldRead,
)
from services.traceability.traces.service import Trace
from shared.contracts.traceability import STEP_LABELS, UNIT_LABELS
from shared.times import SHANGHAI

MOST_HOLDERS = 1_000
_RATIO = Decimal("0.0001")
Cell = str | Decimal | datetime | None


def trace_read(trace: Trace) -> TraceRead:
    things = trace.things
    return TraceRead(
        code=trace.code,
        key=trace.key,
        direction=trace.direction,
        as_of=trace.as_of,
        known_at=trace.known_at,
        complete=not trace.cut and trace.events_complete,
        cut=sorted(trace.cut),
        cut_says=[cut.label for cut in sorted(trace.cut)],
        events_complete=trace.events_complete,
        nodes=list(_nodes(trace)),
        edges=list(_edges(trace)),
        timeline=[_event(event, things) for event in trace.timeline],
        event_ids=trace.event_ids,
        holders=[holder_read(holder) for holder in trace.holders],
        balances=[_balance(trace, balance) for balance in trace.balances],
        yields=[
            YieldRead(
                node=one.node,
                event_id=one.event.head.event_id,
                at=one.event.head.at,
                holder=_maybe(one.event.holder),
                unit=one.unit,
                put_in=one.put_in,
                came_out=one.came_out,
                ratio=one.ratio.quantize(_RATIO),
            )
            for one in trace.yields
        ],
        findings=[
            TraceFindingRead(
                kind=one.kind,
                label=one.kind.label,
                is_gap=one.kind.is_gap,
                says=one.says,
                at=one.at,
                keys=list(one.keys),
                holder_key=one.holder_key,
                event_ids=list(one.event_ids),
            )
            for one in trace.findings
        ],
    )


def reach_read(reach: Reach) -> ReachRead:
    regions = {one.holder.region_code[:6] for one in reach.holders if one.holder.region_code}
    return ReachRead(
        key=reach.key,
        as_of=reach.as_of,
        complete=not reach.cut,
        things=reach.things,
        holder_count=len(reach.holders),
        silent_count=sum(not one.events for one in reach.holders),
        region_count=len(regions),
        unplaced_events=reach.unplaced,
        holders=[
            ReachedHolder(**one.holder._asdict(), events=one.events, first_at=one.first_at, last_at=one.last_at)
            for one in reach.holders[:MOST_HOLDERS]
        ],
    )


def holder_read(holder: Holder) -> HolderRead:
    return HolderRead(**holder._asdict())


def _maybe(holder: Holder | None) -> HolderRead | None:
    return holder_read(holder) if holder else None


def _nodes(trace: Trace) -> Iterator[NodeRead]:
    told: set[str] = set()
    for way, graph in trace.graphs.items():
        for key, depth in sorted(graph.depth.items(), key=lambda one: (one[1], one[0])):
            if key in told:
                continue
            told.add(key)
            if key in graph.nodes:
                kind = NodeKind.TRANSFORMATION
            else:
                whole = any(one.whole for one in graph.reached.get(key, ())) or not graph.reached.get(key)
                kind = NodeKind.THING if whole else NodeKind.CARRIER
            direction = None if key == trace.key else Direction(way)
            yield NodeRead(key=key, kind=kind, name=trace.names.get(key), direction=direction, depth=depth)


def _edges(trace: Trace) -> Iterator[EdgeRead]:
    edges = set[Edge]().union(*(graph.edges for graph in trace.graphs.values()))
    for edge in sorted(edges, key=lambda one: (one.at, one.source, one.target)):
        yield EdgeRead(
            source=edge.source,
            target=edge.target,
            kind=edge.kind,
            at=edge.at,
            event_id=trace.heads[edge.event_pk].event_id,
        )


def _event(event: TraceEvent, things: set[str]) -> TraceEventRead:
    head, keys = event.head, event.keys
    return TraceEventRead(
        event_id=head.event_id,
        hash_id=head.hash_id,
        type=head.event_type,
        step=event.step,
        disposition=head.disposition,
        at=head.at,
        recorded_at=head.recorded_at,
        place=head.place,
        holder=_maybe(event.holder),
        keys=sorted(keys & things),
        others=len(keys - things),
        sources=event.sources,
        destinations=event.destinations,
        certificates=event.certificates,
        partial=head.shown is not None,
    )


def _balance(trace: Trace, balance: Balance) -> BalanceRead:
    flows = {flow.value: balance.flows.get(flow, Decimal(0)) for flow in Flow}
    return BalanceRead(
        key=balance.key,
        name=trace.names.get(balance.key),
        holder=holder_read(balance.holder),
        unit=balance.unit,
        remaining=balance.remaining,
        untold=balance.untold,
        **flows,
    )


def table_of(trace: Trace, part: TraceTable) -> tuple[list[str], list[list[Cell]]]:
    """The header and the lines of one table of the trace; numbers and times stay such, so that they sort."""
    match part:
        case TraceTable.EVENTS:
            header = ["时间", "登记时间", "步骤", "谁", "地点", "货物", "供货方", "收货方", "证明", "事件编号"]
            lines: list[list[Cell]] = [_event_line(trace, event) for event in trace.timeline]
        case TraceTable.THINGS:
            header = ["层数", "方向", "种类", "名称", "标识"]
            lines = [
                [
                    Decimal(node.depth),
                    node.direction.label if node.direction else "所追的码",
                    node.kind.label,
                    node.name,
                    node.key,
                ]
                for node in _nodes(trace)
            ]
        case TraceTable.BALANCES:
            header = ["谁", "名称", "标识", "单位", *(flow.label for flow in Flow), "账面结存", "没写数量的笔数"]
            lines = [
                [
                    *(one.holder.name, trace.names.get(one.key), one.key, UNIT_LABELS.get(one.unit, one.unit)),
                    *(one.flows.get(flow, Decimal(0)) for flow in Flow),
                    one.remaining,
                    Decimal(one.untold),
                ]
                for one in trace.balances
            ]
        case TraceTable.FINDINGS:
            header = ["时间", "情况", "说明", "货物", "谁", "事件编号"]
            who = {holder.key: holder.name for holder in trace.holders}
            lines = [
                [
                    *(one.at, one.kind.label, one.says, "\n".join(one.keys)),
                    *(who.get(one.holder_key or "", one.holder_key), "\n".join(one.event_ids)),
                ]
                for one in trace.findings
            ]
    return header, lines


def _event_line(trace: Trace, event: TraceEvent) -> list[Cell]:
    head, holder = event.head, event.holder
    keys = sorted(event.keys & trace.things)
    return [
        *(
            head.at,
            head.recorded_at,
            STEP_LABELS.get(event.step, event.step),
            holder.name if holder else None,
            head.place,
        ),
        "\n".join(trace.names.get(key, key) for key in keys),
        "\n".join(event.sources),
        "\n".join(event.destinations),
        "\n".join(event.certificates),
        head.event_id,
    ]


def cell_text(cell: Cell) -> str:
    """A cell as text: times in Asia/Shanghai, so that they sort as they are written."""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    return f"{cell:f}" if isinstance(cell, Decimal) else cell or ""
