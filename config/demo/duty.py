"""What a lived-in rota has: an override before the week ends, an open offer to swap, a calendar that somebody reads."""

from datetime import timedelta

from config.demo.company import Company
from lifecycle import clock
from notifications.models import OverrideKind, Schedule
from notifications.rosters import read_rota
from notifications.services.feeds import make_feed
from notifications.services.overriding import make_override
from notifications.services.swapping import offer_swap

WEEK = timedelta(weeks=1)


def build_duty(company: Company) -> None:
    schedule = Schedule.objects.get(team=company.operations)
    now = clock.now()
    rota = read_rota(schedule, now, now + 3 * WEEK)
    this_week, next_week = rota.duties_between(now, now + 3 * WEEK)[:2]
    (leaving,), (asker,) = rota.who(this_week.primary), rota.who(next_week.primary)
    stand_in = next(person for person in rota.members.values() if person not in (leaving, asker))
    begin = max(this_week.end - timedelta(hours=40), now + timedelta(minutes=10))
    make_override(
        schedule,
        actor=company.people["mona"],
        kind=OverrideKind.REPLACE,
        person=stand_in,
        replaces=leaving,
        starts_at=begin,
        ends_at=min(begin + timedelta(hours=20), this_week.end),
        reason="Wedding",
    )
    middle = next_week.start + timedelta(days=2)
    offer_swap(schedule, actor=asker, starts_at=middle, ends_at=middle + timedelta(days=1), note="Dentist")
    make_feed(actor=company.people["alice"])
