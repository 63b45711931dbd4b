"""Subjects as their readers get them."""

from services.traceability.subjects.models import Subject
from services.traceability.subjects.schemas import SubjectRead
from shared.http.auth import Actor
from shared.personal_data.masking import masked_contact


def shown(subject: Subject, actor: Actor) -> SubjectRead:
    """A subject; how to reach it is whole only for itself."""
    read = SubjectRead.model_validate(subject)
    if read.contact and actor.business_id != subject.id:
        read.contact = masked_contact(read.contact)
    return read
