"""What a completed visit found, read off its record: every failed item, or what a follow-up visit wrote down. Pure."""

from collections.abc import Collection

from services.inspection.checklists.content import Content
from services.inspection.corrections.opening import Problem
from services.inspection.visit_records.content import VisitFacts
from shared.contracts.inspection import VisitOutcome

FOLLOW_UP_ITEM = "跟进"
"""Stands for the item in what a follow-up visit found, which has none."""


def problems_of(visit: VisitFacts, checklist: Content | None, failed: Collection[str]) -> list[Problem] | None:
    """The problems of a visit; None where nobody can say: its list is not here, or the place was not reached.

    `failed` are the numbers of the items that the judgement found failed. Whether food safety is affected an officer
    says; no list does.
    """
    outcome = visit.follow_up.outcome if visit.follow_up else None
    if outcome is VisitOutcome.NOT_REACHED or (outcome is None and checklist is None):
        return None
    found = []
    for item in checklist.items if checklist is not None else ():
        if item.number in failed:
            answer = visit.answers[item.number]
            found.append(
                Problem(
                    item_number=item.number,
                    problem=answer.reason or item.text,
                    requirement=item.text,
                    is_key=item.key,
                    photos=answer.photos,
                )
            )
    if visit.follow_up is not None and outcome in (VisitOutcome.CORRECTED, VisitOutcome.VIOLATION):
        found.append(Problem(item_number=FOLLOW_UP_ITEM, problem=visit.follow_up.notes))
    return found
