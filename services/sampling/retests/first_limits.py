"""What a re-test is measured by: the limit that the first report was judged by, not one that it brings itself. Pure.

A re-test tests the same sample again; it does not choose another requirement. Else a laxer limit on paper would turn
a failure into a pass, for the result of a re-test is final.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from services.sampling.limits.numbers import plain_text
from services.sampling.limits.rules import Comparison, Requirement, RequirementForm, read_requirement
from services.sampling.reports.findings import NOT_STATED
from services.sampling.verdicts.comparing import same_requirement
from services.sampling.verdicts.rules import Judgement, LimitSnapshot, Question, TableAnswer, judge

_NUMBERS = ("minimum", "maximum", "m", "upper")
_WORDS = (
    *("origin", "item", "unit", "limit_id", "standard", "category_code", "category_name", "expressed_as"),
    *("residue_definition", "source", "verified"),
)


@dataclass(frozen=True, slots=True)
class FirstLimit:
    """What the first report demanded of an item: in its words, and as a limit where that can be read."""

    words: str
    limit: LimitSnapshot | None

    @classmethod
    def of(cls, item: str, words: str, snapshot: Mapping[str, Any] | None) -> Self:
        """From the limit that was kept with the report's item, else from the requirement as the report words it."""
        if snapshot is not None:
            return cls(str(snapshot["text"]), _restored(snapshot))
        if words == NOT_STATED:
            return cls("", None)
        read = read_requirement(words) if words.strip() else None
        if read is None or read.requirement.form is RequirementForm.NONE:
            return cls(words.strip(), None)
        return cls(
            words.strip(), LimitSnapshot("report", item, read.requirement, read.unit, source="初检报告所列标准值")
        )

    def allows(self, stated: str, unit: str, result_unit: str) -> bool:
        """Whether a requirement that the re-test's report prints demands the same, in whatever comparable unit."""
        if not stated.strip() or not self.words:
            return True
        read = read_requirement(stated)
        if self.limit is None or read is None:
            return plain_text(f"{stated}{unit}") == plain_text(self.words) or plain_text(stated) == plain_text(
                self.words
            )
        own = read.unit or unit.strip() or result_unit.strip() or self.limit.unit
        return same_requirement(self.limit.requirement, self.limit.unit or own, read.requirement, own)

    def judge(self, question: Question) -> Judgement:
        """The verdict by this limit alone. Call it only where there is one."""
        assert self.limit is not None
        return judge(question, TableAnswer(self.limit, steps=("按初检所依据的限值判定",)))


def _restored(kept: Mapping[str, Any]) -> LimitSnapshot:
    """A snapshot as `LimitSnapshot.as_json` has written it."""
    numbers = {name: None if kept[name] is None else Decimal(kept[name]) for name in _NUMBERS}
    return LimitSnapshot(
        **{name: kept[name] for name in _WORDS},
        requirement=Requirement(
            form=RequirementForm(kept["form"]),
            **numbers,
            minimum_open=kept["minimum_open"],
            maximum_open=kept["maximum_open"],
            n=kept["n"],
            c=kept["c"],
        ),
        comparison=Comparison(kept["comparison"]),
        chosen_on=date.fromisoformat(kept["chosen_on"]) if kept["chosen_on"] else None,
    )
