"""What can go wrong with a sample, as callers see it."""

from collections.abc import Iterable
from typing import Any

from services.sampling.samples.rules import Change, Fault
from shared.http.problems import Conflict, FieldError, InvalidRequest, NotFound, Problem


class SampleNotFound(NotFound):
    slug, title = "sample-not-found", "没有找到这份样品"


class SampleStepRefused(Conflict):
    slug, title = "sample-step-refused", "样品现在不能这样办理"


class SampleDiffers(Conflict):
    """Another content is stored under this id; both are shown."""

    slug, title = "sample-differs", "平台上的抽样单与这次提交的不同"


class SampleNumberTaken(Conflict):
    slug, title = "sample-number-taken", "抽样单编号已用于另一份样品"


class SampleIncomplete(InvalidRequest):
    slug, title = "sample-incomplete", "抽样单还不完整"


class AttachmentNotFound(NotFound):
    slug, title = "sample-attachment-not-found", "没有找到这个附件"


class AttachmentRefused(Problem):
    slug, title, status = "sample-attachment-refused", "附件不能收下", 422


def incomplete(faults: Iterable[Fault]) -> SampleIncomplete:
    """Every fault of a form with its place in the request's body."""
    errors = [FieldError(pointer=f"/form{fault.pointer}", message=fault.message, code=fault.code) for fault in faults]
    return SampleIncomplete(f"有 {len(errors)} 处需要补充或改正", errors=errors)


def differs(detail: str, changes: Iterable[Change], **more: Any) -> SampleDiffers:
    """What is stored and what was sent, place by place."""
    shown = [{"pointer": f"/form{change.pointer}", "stored": change.before, "sent": change.after} for change in changes]
    return SampleDiffers(detail, differences=shown, **more)
