"""What the database was asked: a wrapper for ``connection.execute_wrapper`` that keeps the statements in order."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

PLAIN = (str, int, float, bool, type(None))


class Statements:
    """``asked``: [{"sql": ..., "values": [...]}], as JSON can hold it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.asked.append({"sql": sql, "values": plain(params or ())})
        return execute(sql, params, many, context)


def plain(value: Any) -> Any:
    """A statement's values as JSON can hold them."""
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(entry) for entry in value]
    return str(value)
