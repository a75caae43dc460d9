from notifications.models.delivery import Channel, Delivery, DeliveryCallback, DeliveryStatus, OneTimeLink, Purpose
from notifications.models.escalation import Escalation, EscalationStatus
from notifications.models.heartbeat import Heartbeat
from notifications.models.notice import Notice, NoticeKind, NotificationRule, Party
from notifications.models.policy import EscalationPolicy, EscalationStep, StepTarget
from notifications.models.schedule import Schedule, ScheduleMember

__all__ = [
    "Channel",
    "Delivery",
    "DeliveryCallback",
    "DeliveryStatus",
    "Escalation",
    "EscalationPolicy",
    "EscalationStatus",
    "EscalationStep",
    "Heartbeat",
    "Notice",
    "NoticeKind",
    "NotificationRule",
    "OneTimeLink",
    "Party",
    "Purpose",
    "Schedule",
    "ScheduleMember",
    "StepTarget",
]
