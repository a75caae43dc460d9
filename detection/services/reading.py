"""A collection as a question to its source."""

import numpy as np

from detection.believing import Bounds
from detection.due import Pace
from detection.models import Collection
from detection.sources import Query


def query_of(collection: Collection) -> Query:
    dimensions = collection.metric.dimensions
    return Query(
        table=collection.table,
        time_column=collection.time_column,
        time_format=collection.time_format,
        time_zone=collection.time_zone,
        aggregate=collection.aggregate,
        value_column=collection.value_column,
        labels=tuple((name, str(collection.labels.get(name, name))) for name in dimensions),
        filters=tuple(sorted(collection.filters.items())),
        statement=collection.statement,
    )


def bounds_of(collection: Collection) -> Bounds:
    largest = float(np.finfo(collection.metric.precision).max)
    return Bounds(lowest=collection.lowest, highest=collection.highest, largest=largest)


def pace_of(collection: Collection) -> Pace:
    metric = collection.metric
    return Pace(metric.interval, metric.lateness, collection.delay, metric.retention)
