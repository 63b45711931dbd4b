"""How a disposal case's page says where the recall stands that the case asked for. Pure."""

from dataclasses import dataclass

from gateway.web.sampling.disposal_words import moment
from gateway.web.steps import Answer
from shared.contracts.traceability import RecallLevel, RecallState

BADGES = {
    RecallState.OPEN: "warning",
    RecallState.NOTIFIED: "danger",
    RecallState.CLOSED: "ok",
    RecallState.WITHDRAWN: "unknown",
}


@dataclass(frozen=True)
class CaseRecall:
    address: str
    badge: tuple[str, str]
    says: str


def recall_of(case: Answer) -> CaseRecall | None:
    """None for a case that asked for no recall. Where none was opened (yet, or because the request was declined) the
    address is that of the request.
    """
    recall = case["recall"]
    if recall is None:
        if case["recall_requested_at"] is None:
            return None
        asked = f"{moment(case['recall_requested_at'])}提出，还没有立项；受理情况见召回请求。"
        return CaseRecall(f"/recall-requests?sample_id={case['sample_id']}", ("warning", "已提出"), asked)
    state = RecallState(recall["state"])
    level = RecallLevel(recall["level"]).label if recall["level"] else "尚未定级"
    done = {RecallState.CLOSED: "完成", RecallState.WITHDRAWN: "撤销"}.get(state, "立项")
    told = f"，通知{recall['holders']}家，{recall['acknowledged']}家确认收到" if recall["holders"] is not None else ""
    says = f"{level}，{moment(recall['at'])}{done}{told}。"
    return CaseRecall(f"/traces/recalls/{recall['recall_id']}", (BADGES[state], state.label), says)
