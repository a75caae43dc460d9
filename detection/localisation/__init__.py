"""Where a loss comes from: the smallest segment of a metric's dimensions that explains it."""

from detection.localisation.cube import Cube, Layout, cube_of_rate, cube_of_volume, lay_out
from detection.localisation.explaining import Explanation, Finding, Segment, Value, explain, explain_given
from detection.localisation.usual import usual_rates, usual_volumes

__all__ = [
    "Cube",
    "Explanation",
    "Finding",
    "Layout",
    "Segment",
    "Value",
    "cube_of_rate",
    "cube_of_volume",
    "explain",
    "explain_given",
    "lay_out",
    "usual_rates",
    "usual_volumes",
]
