"""How much a day's texts and calls may come to. Pages are never held back for money; notices are, and go by mail."""

from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from lifecycle import clock
from notifications.models import Channel, Chore, Delivery, PagingSettings
from notifications.services.alarming import end_alarm, raise_alarm

DAY = timedelta(hours=24)
WARN_AT = 0.8
LOOK_EVERY = timedelta(minutes=1)
CAPPED = {
    Channel.SMS: gettext_noop("The limit of a day's texts is reached; only pages are sent."),
    Channel.VOICE: gettext_noop("The limit of a day's calls is reached; only pages are called."),
}


class Spending:
    """What the last 24 hours came to, read when it is first asked for."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    @cached_property
    def used(self) -> dict[str, int]:
        """Segments of texts, and calls."""
        recent = Delivery.objects.filter(sent_at__gt=self.now - DAY, created_at__gt=self.now - 2 * DAY, is_drill=False)
        texts = Coalesce(Sum(Coalesce("segments", 1), filter=Q(channel=Channel.SMS)), 0)
        found = recent.aggregate(texts=texts, calls=Count("pk", filter=Q(channel=Channel.VOICE)))
        return {Channel.SMS: found["texts"], Channel.VOICE: found["calls"]}

    @cached_property
    def caps(self) -> dict[str, int]:
        row = PagingSettings.objects.filter(pk=1).first() or PagingSettings()
        return {Channel.SMS: row.daily_texts, Channel.VOICE: row.daily_calls}

    def is_spent(self, channel: str) -> bool:
        return channel in CAPPED and self.used[channel] >= self.caps[channel]


def watch_spending() -> int:
    """Say so when most of a day's allowance is used, and when all of it is; part of the cycle, once a minute."""
    now = clock.now()
    chore = Chore.objects.filter(name="watch spending")
    if not chore.filter(due_at__lte=now).update(due_at=now + LOOK_EVERY):
        if not chore.exists():
            Chore.objects.bulk_create([Chore(name="watch spending", due_at=now)], ignore_conflicts=True)
        return 0
    spending = Spending(now)
    for channel, cap in spending.caps.items():
        used, name = spending.used[channel], Channel(channel).value
        if used >= WARN_AT * cap:
            share = "100 %" if used >= cap else "80 %"
            raise_alarm("spend_cap", about=f"{name} {share}", detail=f"{used} of {cap} in 24 hours")
        if used < cap:
            end_alarm("spend_cap", about=f"{name} 100 %")
        if used < WARN_AT * cap:
            end_alarm("spend_cap", about=f"{name} 80 %")
    return 1
