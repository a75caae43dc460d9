"""Many rows as columns: PostgreSQL packs them into bytes, numpy reads those as they are. Neither side writes text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import numpy as np
from django.db.models import Aggregate, BinaryField, F, Func
from django.db.models.expressions import CombinedExpression
from numpy.typing import NDArray

_EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
FOREVER = np.iinfo(np.int64).max
"""What infinity is in a column of moments."""


@dataclass(frozen=True)
class Column:
    """A field or annotation that is never NULL; ``send`` is PostgreSQL's function that writes it in binary."""

    name: str
    send: str
    dtype: str


def integer(name: str) -> Column:
    return Column(name, "int4send", ">i4")


def big_integer(name: str) -> Column:
    return Column(name, "int8send", ">i8")


def boolean(name: str) -> Column:
    return Column(name, "boolsend", "?")


def moment(name: str) -> Column:
    """Microseconds since the year 2000."""
    return Column(name, "timestamptz_send", ">i8")


def moment_of(when: datetime) -> int:
    """As a column of moments has it."""
    return (when - _EPOCH_2000) // _MICROSECOND


class Packed(Aggregate):
    """The columns of all rows of a group as bytes, in no order; ``unpack`` reads them. NULL for no rows."""

    function = "string_agg"
    template = "%(function)s(%(expressions)s, '')"
    output_field = BinaryField()

    def __init__(self, columns: Sequence[Column], **extra: Any) -> None:
        sent: list[Any] = [Func(F(each.name), function=each.send, output_field=BinaryField()) for each in columns]
        super().__init__(reduce(lambda left, right: CombinedExpression(left, "||", right), sent), **extra)


def unpack(packed: bytes, columns: Sequence[Column]) -> NDArray[Any]:
    """An array with a field for each column."""
    return np.frombuffer(packed, np.dtype([(each.name, each.dtype) for each in columns]))
