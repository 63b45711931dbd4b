"""Points of an inspection: those of the passed items as a share of those that applied. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.inspection.checklists.content import Finding, Item, ScoreProfile, Scoring, Subject


@dataclass(frozen=True, slots=True)
class Score:
    """Points got of those that applied, and as a share on the scale of the list, with its grade."""

    got: Decimal
    due: Decimal
    normalised: Decimal
    band: str


def profile_of(scoring: Scoring, subject: Subject) -> ScoreProfile | None:
    """The profile by which a business is scored: the one it names, else the only one there is for its kind."""
    fitting = [profile for profile in scoring.profiles if not profile.kinds or subject.kind in profile.kinds]
    if subject.profile is not None:
        fitting = [profile for profile in fitting if profile.code == subject.profile]
    return fitting[0] if len(fitting) == 1 else None


def score(
    scoring: Scoring | None,
    items: Sequence[Item],
    found: Mapping[str, Finding],
    subject: Subject,
    extras: Mapping[str, Decimal],
) -> tuple[Score | None, list[str]]:
    """Points, only when each item that carries some has a result and each extra was awarded or refused."""
    if scoring is None:
        return None, []
    profile = profile_of(scoring, subject)
    if profile is None:
        return None, ["不计分：没有写明按哪一类计分"]
    worth = {item.number: item.points[profile.code] for item in items if profile.code in item.points}
    unknown = [number for number in worth if found[number] is Finding.UNKNOWN]
    if unknown:
        return None, [f"不计分：还有 {len(unknown)} 个计分项没有结果：{some_of(unknown)}"]
    missing = [extra.title for extra in scoring.extras if extra.code not in extras]
    if missing:
        return None, [f"不计分：还没有评定 {'、'.join(missing)}"]
    excessive = [extra.title for extra in scoring.extras if not 0 <= extras[extra.code] <= extra.points]
    if excessive:
        return None, [f"不计分：{'、'.join(excessive)} 的得分应在 0 与满分之间"]
    awarded = sum((extras[extra.code] for extra in scoring.extras), Decimal(0))
    got = sum((worth[number] for number in worth if found[number] is Finding.PASSED), awarded)
    counted = sum((worth[number] for number in worth if found[number] is not Finding.NOT_APPLICABLE), Decimal(0))
    due = counted + sum((extra.points for extra in scoring.extras), Decimal(0))
    if not due:
        return None, ["不计分：没有计分项适用"]
    normalised = rounded(Fraction(got) / Fraction(due) * Fraction(scoring.total), scoring.decimals)
    band = next((band for band in scoring.bands if normalised >= band.at_least), None)
    if band is None:
        return None, [f"不计分：{normalised} 分没有对应的等级，请更正要点表"]
    step = f"计分（{profile.label}）：实得 {got} ÷ 应得 {due} × {scoring.total} = {normalised} 分，{band.label}"
    return Score(got, due, normalised, band.label), [step]


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Half up, exactly: no quotient is cut before it is rounded."""
    whole = (value * 10**decimals + Fraction(1, 2)).__floor__()
    return Decimal(whole).scaleb(-decimals)


def some_of(numbers: Sequence[str], shown: int = 10) -> str:
    """Numbers of items as a sentence has them: the first few, and that there are more."""
    return "、".join(numbers[:shown]) + (" 等" if len(numbers) > shown else "")
