"""Letters as callers see them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.inspection.supervision_letters.models import Letter, LetterTemplate
from services.inspection.supervision_letters.repository import is_official
from services.inspection.supervision_letters.schemas import LetterEntryRead, LetterRead, LetterSummary, TemplateRead
from services.inspection.supervision_letters.service import clock_of, preview
from shared.calendar.repository import load_calendar
from shared.clocks.reading import show_clock
from shared.http.auth import Actor
from shared.times import now

LABELS = ("label", "state_label")


def show_summary(letter: Letter) -> LetterSummary:
    """A letter in one line."""
    fields = {name: getattr(letter, name) for name in LetterSummary.model_fields if name not in LABELS}
    return LetterSummary(**fields, label=letter.kind.label, state_label=letter.state.label)


async def show_letter(session: AsyncSession, letter: Letter, actor: Actor) -> LetterRead:
    """A letter with its text, clock and timeline; how it was prepared is the office's own."""
    clock = await clock_of(session, letter.id)
    shown = show_clock(clock, await load_calendar(session), now()) if clock is not None else None
    own = {*LetterSummary.model_fields, "paragraphs", "clock", "entries"}
    fields = {name: getattr(letter, name) for name in LetterRead.model_fields if name not in own}
    official = is_official(actor)
    return LetterRead(
        **dict(show_summary(letter)),
        **fields if official else fields | {"prepared_by_name": ""},
        paragraphs=preview(letter),
        clock=shown,
        entries=[
            LetterEntryRead(
                **{name: getattr(entry, name) for name in LetterEntryRead.model_fields if name != "label"},
                label=entry.kind.label,
            )
            for entry in letter.entries
            if official or (letter.issued_at is not None and entry.at >= letter.issued_at)
        ],
    )


def show_template(template: LetterTemplate) -> TemplateRead:
    return TemplateRead.model_validate({name: getattr(template, name) for name in TemplateRead.model_fields})
