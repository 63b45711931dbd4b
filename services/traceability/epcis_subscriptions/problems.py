"""What may be wrong with a subscription, in the standard's terms."""

from services.traceability.epcis_events.problems import EpcisProblem, SubscriptionControlsException
from shared.http.problems import FieldError


class NoSuchSubscription(EpcisProblem):
    exception, title, status = "NoSuchResourceException", "没有这个订阅", 404


def bad_controls(pointer: str, message: str) -> SubscriptionControlsException:
    return SubscriptionControlsException(
        message, errors=[FieldError(pointer=pointer, message=message, code="subscription_controls")]
    )
