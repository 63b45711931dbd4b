"""One JSON line an event, with the request's id on every line."""

import logging
import re
import sys

import structlog

_QUOTED_ROW = re.compile(
    r"\nDETAIL: .*?(?=\nHINT: |\n\[SQL|\n\nThe above exception |\n\nDuring handling |\Z)", re.DOTALL
)
_QUOTED_ARGUMENT = re.compile(r"(invalid input for query argument \$\d+: ).*(?= \()")


def configure_logging(unit: str, level: str = "INFO", form: str = "json") -> None:
    """Send structlog and the standard library's loggers to stdout as JSON lines (or coloured lines for a console)."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[structlog.types.Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if form == "console"
        else [
            structlog.processors.format_exc_info,
            without_rows,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"  # our own access line carries the request id
    logging.getLogger("httpx").setLevel("WARNING")
    structlog.contextvars.bind_contextvars(unit=unit)


def without_rows(_logger: object, _method: str, line: structlog.types.EventDict) -> structlog.types.EventDict:
    """Take out what a refusal of the database quotes: the row or the value that somebody typed."""
    for key, text in line.items():
        if isinstance(text, str):
            line[key] = _QUOTED_ARGUMENT.sub(r"\1…", _QUOTED_ROW.sub("", text))
    return line
