from notifications.models.alarm import Alarm, AlarmKind
from notifications.models.attempt import AttemptOutcome, Breaker, DeliveryAttempt
from notifications.models.channel import Channel
from notifications.models.chat import ChatHook, ChatKind, WarRoom, WarRoomStatus
from notifications.models.contact import PassiveAnswers, PersonalRule, PhoneCode, StoppedNumber, Urgency
from notifications.models.delivery import Delivery, DeliveryCallback, DeliveryStatus, OneTimeLink, Purpose
from notifications.models.duty import (
    CalendarFeed,
    DutyRole,
    LayerKind,
    LayerPlace,
    LayerShift,
    Override,
    OverrideKind,
    ScheduleLayer,
    ShiftUnit,
    SwapRequest,
    SwapStatus,
)
from notifications.models.escalation import Escalation, EscalationStatus
from notifications.models.health import Audit, Canary, Chore, Heartbeat, Lateness, Unpaged
from notifications.models.notice import Notice, NoticeKind, NotificationRule, Party
from notifications.models.policy import EscalationPolicy, EscalationStep, Route, StepTarget
from notifications.models.schedule import Schedule
from notifications.models.settings import PagingSettings

__all__ = [
    "Alarm",
    "AlarmKind",
    "AttemptOutcome",
    "Audit",
    "Breaker",
    "CalendarFeed",
    "Canary",
    "Channel",
    "ChatHook",
    "ChatKind",
    "Chore",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryCallback",
    "DeliveryStatus",
    "DutyRole",
    "Escalation",
    "EscalationPolicy",
    "EscalationStatus",
    "EscalationStep",
    "Heartbeat",
    "Lateness",
    "LayerKind",
    "LayerPlace",
    "LayerShift",
    "Notice",
    "NoticeKind",
    "NotificationRule",
    "OneTimeLink",
    "Override",
    "OverrideKind",
    "PagingSettings",
    "Party",
    "PassiveAnswers",
    "PersonalRule",
    "PhoneCode",
    "Purpose",
    "Route",
    "Schedule",
    "ScheduleLayer",
    "ShiftUnit",
    "StepTarget",
    "StoppedNumber",
    "SwapRequest",
    "SwapStatus",
    "Unpaged",
    "Urgency",
    "WarRoom",
    "WarRoomStatus",
]
