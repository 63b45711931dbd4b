"""What is said to everybody of a rapid test and of a published result. Pure."""

from collections.abc import Sequence

from services.sampling.publications.rules import EditionKind, PublicationKind
from shared.contracts.sampling import Verdict, WhistleOutcome
from shared.contracts.statutory_sampling import UnqualifiedItem


def rapid_verdict(verdict: Verdict, outcome: WhistleOutcome | None) -> tuple[bool | None, str]:
    """Whether a rapid test was passed, and its verdict in words. A suspect positive is what its laboratory made of it,
    and nothing before that.
    """
    if verdict is not Verdict.SUSPECTED_POSITIVE:
        return (True if verdict is Verdict.NEGATIVE else None), verdict.label
    if outcome is None:
        return None, "疑似阳性，等待实验室复核"
    passed = {WhistleOutcome.CONFIRMED: False, WhistleOutcome.UNCONFIRMED: True, WhistleOutcome.UNREACHABLE: None}
    return passed[outcome], f"疑似阳性，{outcome.label}"


def published_verdict(
    kind: PublicationKind, edition: EditionKind, failed: Sequence[UnqualifiedItem]
) -> tuple[bool | None, str] | None:
    """Whether a published sample passed, and in what it failed; None for a row that no longer stands."""
    if edition is EditionKind.WITHDRAWAL:
        return None
    if edition is EditionKind.REEXAMINATION:
        return None, "正在重新核查"
    if kind is PublicationKind.QUALIFIED:
        return True, "所检项目合格"
    items = "；".join(f"{one.item} {one.result}（要求 {one.requirement}）" for one in failed)
    return False, f"不合格：{items}" if items else "不合格"
