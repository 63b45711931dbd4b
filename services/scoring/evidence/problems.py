"""What can go wrong with evidence, as callers see it."""

from shared.http.problems import Conflict, NotFound, PayloadTooLarge, Problem


class EvidenceNotFound(NotFound):
    slug, title = "evidence-not-found", "没有找到这份材料"


class EvidenceRefused(Problem):
    slug, title, status = "evidence-refused", "材料不能收下", 422


class EvidenceTooLarge(PayloadTooLarge):
    slug, title = "evidence-too-large", "材料过大"


class EvidenceStepRefused(Conflict):
    slug, title = "evidence-step-refused", "这份材料现在不能这样办理"


class ClaimNotFound(NotFound):
    slug, title = "inapplicability-claim-not-found", "没有找到这条合理缺项"


class ClaimRefused(Conflict):
    slug, title = "inapplicability-claim-refused", "合理缺项现在不能这样办理"
