"""What is sent to calculate a scheme."""

from services.scoring.evaluation.inputs import EvaluationInput
from services.scoring.scheme_language.content import SchemeContent
from shared.contracts.schema import Schema


class Evaluate(Schema):
    """A whole scheme and what is known. Nothing of it is kept."""

    scheme: SchemeContent
    input: EvaluationInput
