"""How lines of the log are written. What people type may stand in a message: it must not look like a line of its own,
nor paint or move the cursor of whoever reads the log in a terminal."""

import logging
import re

CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class OneLineFormatter(logging.Formatter):
    """One record, one line; the lines of a traceback stand indented below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        record.message = CONTROL.sub(_escape, record.message)
        return super().formatMessage(record)

    def formatException(self, ei: object) -> str:  # noqa: N802
        text = super().formatException(ei)  # type: ignore[arg-type]
        return "\n".join(f"  | {CONTROL.sub(_escape, line)}" for line in text.split("\n"))


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
