"""Metrics for Prometheus, and traces for an OpenTelemetry collector where one is configured."""

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from shared.settings import UnitSettings

REQUESTS = Histogram(
    "shian_request_seconds",
    "Duration of HTTP requests by route template",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
EVENTS_DELIVERED = Counter("shian_events_delivered_total", "Events a subscriber has accepted", ["target"])
EVENTS_PARKED = Counter("shian_events_parked_total", "Events given up after bounded retries", ["target"])
OUTBOX_PENDING = Gauge("shian_outbox_pending", "Events not yet accepted by a subscriber", ["target"])
JOBS_FINISHED = Counter("shian_jobs_finished_total", "Background jobs by outcome", ["kind", "outcome"])


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    REQUESTS.labels(method, route, str(status)).observe(seconds)


def metrics_page() -> tuple[bytes, str]:
    """The metrics in Prometheus' text format, and its content type."""
    return generate_latest(), CONTENT_TYPE_LATEST


def install_tracing(app: FastAPI | None, settings: UnitSettings) -> None:
    """Send traces of requests, outgoing calls and SQL to `settings.otlp_endpoint`; without one, do nothing."""
    if settings.otlp_endpoint:
        from shared.tracing import install  # noqa: PLC0415 (its libraries take 10 MB in each process)

        install(app, settings.otlp_endpoint, service_name=f"shian-{settings.unit}")
