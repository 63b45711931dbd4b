"""What can go wrong with grades and proposals, as callers see it."""

from shared.http.problems import Conflict, NotFound, Problem


class UnknownProposal(NotFound):
    slug, title = "unknown-risk-proposal", "没有这份等级建议"


class ProposalDecided(Conflict):
    """It was confirmed, refused or replaced; another decision needs another proposal."""

    slug, title = "risk-proposal-decided", "这份等级建议已有决定"


class ProposalOutdated(Conflict):
    """What it was worked out from has changed since."""

    slug, title = "risk-proposal-outdated", "等级建议的依据已有变化"


class GradeNotKnown(NotFound):
    """Nobody has graded the business yet. That is not a low risk."""

    slug, title = "risk-grade-not-known", "还没有评定风险等级"


class TooManyBusinesses(Problem):
    """More than one request works out."""

    slug, title, status = "too-many-businesses", "一次办理的主体过多", 422
