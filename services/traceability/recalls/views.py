"""Recalls as they are handed out. Pure."""

from services.traceability.recalls import rules
from services.traceability.recalls.models import Recall, RecallLine, RecallNotice
from services.traceability.recalls.schemas import (
    EntryRead,
    EvidenceFile,
    LineRead,
    MissingRead,
    NoticeRead,
    Progress,
    RecallDetail,
    RecallRead,
    RecoveredRead,
    RehearsalRead,
    ScopeRead,
)


def recall_read(recall: Recall) -> RecallRead:
    own = {name: getattr(recall, name) for name in RecallRead.model_fields if hasattr(recall, name)}
    level = recall.level.label if recall.level else None
    return RecallRead(**own, state_label=recall.state.label, level_label=level)


def recall_detail(recall: Recall) -> RecallDetail:
    score = recall.rehearsal_score
    missing = recall.missing if recall.closed_at is None else []
    return RecallDetail(
        **recall_read(recall).model_dump(),
        progress=_progress(recall),
        missing=[MissingRead(**one._asdict()) for one in missing],
        rehearsal_result=RehearsalRead(**score._asdict()) if score else None,
        scopes=[
            ScopeRead(
                number=scope.number,
                as_of=scope.as_of,
                complete=scope.complete,
                links=scope.links,
                gaps=scope.gaps,
                events=len(scope.body["events"]),
                sha256=scope.sha256,
                made_by_name=scope.made_by_name,
                made_at=scope.made_at,
            )
            for scope in recall.scopes
        ],
        notices=[notice_read(notice, recall) for notice in recall.notices],
        entries=[
            EntryRead(
                step=entry.step,
                label=entry.step.label,
                at=entry.at,
                says=entry.says,
                notice_id=entry.notice_id,
                actor_name=entry.actor_name,
            )
            for entry in recall.entries
        ],
    )


def notice_read(notice: RecallNotice, recall: Recall) -> NoticeRead:
    return NoticeRead(
        id=notice.id,
        recall_id=recall.id,
        product_name=recall.product_name,
        reason=recall.reason,
        level=recall.level,
        holder_key=notice.holder_key,
        holder_name=notice.holder_name,
        business_id=notice.business_id,
        region_code=notice.region_code,
        cross_region=_is_elsewhere(notice, recall),
        sent_at=notice.sent_at,
        acknowledged_at=notice.acknowledged_at,
        reported_at=notice.reported_at,
        verified_at=notice.verified_at,
        evidence=[EvidenceFile(**item) for item in notice.evidence],
        lines=[_line(line) for line in notice.lines],
        holds=sorted(held.hold_id for held in notice.holds),
        version=notice.version,
    )


def _is_elsewhere(notice: RecallNotice, recall: Recall) -> bool:
    """Whether the holder lies in another county than the recall: that one's office has to act too."""
    return notice.region_code[:6] != recall.region_code[:6]


def _line(line: RecallLine) -> LineRead:
    own = {name: getattr(line, name) for name in LineRead.model_fields if hasattr(line, name)}
    told = line.as_line()
    return LineRead(**own, exceeds_records=told.left is not None and told.recovered > told.taken_in)


def _progress(recall: Recall) -> Progress:
    notices = recall.notices
    acknowledged = sum(notice.acknowledged_at is not None for notice in notices)
    lines = [line.as_line() for notice in notices for line in notice.lines]
    return Progress(
        holders=len(notices),
        cross_region=sum(_is_elsewhere(notice, recall) for notice in notices),
        acknowledged=acknowledged,
        reported=sum(notice.reported_at is not None for notice in notices),
        verified=sum(notice.verified_at is not None for notice in notices),
        acknowledged_share=rules.share_of(acknowledged, len(notices)) if recall.notified_at else None,
        recovered=[RecoveredRead(**one._asdict()) for one in rules.recovery(lines)],
    )
