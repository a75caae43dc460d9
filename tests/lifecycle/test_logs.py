"""What people type cannot forge a line of the log (S13)."""

import logging

from lifecycle.logs import OneLineFormatter

FORMAT = "%(levelname)s %(name)s %(message)s"


def written(message: str, *args: object, error: Exception | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("pager", logging.WARNING, __file__, 1, message, args, info)
    return OneLineFormatter(FORMAT).format(record)


def test_s13_a_message_is_one_line_without_colours() -> None:
    title = "down\r\n2026-11-21 INFO pager all is well\x1b[2J\u2028\u202e"
    line = written("Paged for %s", title)
    assert line.splitlines() == [line]
    assert line == "WARNING pager Paged for down\\r\\n2026-11-21 INFO pager all is well\\x1b[2J\\u2028\\u202e"


def test_s13_what_an_error_says_is_indented() -> None:
    try:
        raise ValueError("a\n2026-11-21 INFO pager all is well\x1b[31m")
    except ValueError as error:
        text = written("It failed", error=error)
    first, *rest = text.split("\n")
    assert first == "WARNING pager It failed"
    assert all(line.startswith("  | ") for line in rest)
    assert "\x1b" not in text


def test_ordinary_words_stay_as_they_are() -> None:
    assert written("支付 %s\t%d", "é", 3) == "WARNING pager 支付 é\t3"
