"""Who is on call: rotations, layers, overrides and the timeline that comes of them. Values in, values out; people are
numbers and the time is an argument, so the pages, the cycle and the tests all ask the same functions."""

from notifications.duty.coverage import Coverage, Load, coverage_of
from notifications.duty.layers import Layer, Span
from notifications.duty.overrides import Change, Kind, clash
from notifications.duty.roster import Duty, Roster, duties_between, duty_at, on_duty_throughout
from notifications.duty.rotation import Rotation, Shift, Unit
from notifications.duty.walltime import instant
from notifications.duty.windows import Window

__all__ = [
    "Change",
    "Coverage",
    "Duty",
    "Kind",
    "Layer",
    "Load",
    "Roster",
    "Rotation",
    "Shift",
    "Span",
    "Unit",
    "Window",
    "clash",
    "coverage_of",
    "duties_between",
    "duty_at",
    "instant",
    "on_duty_throughout",
]
