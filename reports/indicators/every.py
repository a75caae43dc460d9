"""The modules whose import makes their indicators known, in the order in which they are listed."""

from reports.indicators import incidents as incidents  # isort: skip
from reports.indicators import repeats as repeats  # isort: skip
from reports.indicators import clocks as clocks  # isort: skip
from reports.indicators import stability as stability  # isort: skip
from reports.indicators import backlog as backlog  # isort: skip
from reports.indicators import paging as paging  # isort: skip
from reports.indicators import prevention as prevention  # isort: skip
