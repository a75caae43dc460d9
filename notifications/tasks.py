"""What Celery runs. A task carries "look now", never a time and never the work itself."""

from celery import shared_task

from notifications import cycle, keeper
from notifications.services import calendars, canaries


@shared_task
def run_cycle() -> None:
    cycle.run_cycle("worker")


@shared_task
def keep_watch() -> None:
    keeper.keep_watch()


@shared_task
def answer_canary(queue: str) -> None:
    canaries.answer_canary(queue)


@shared_task
def fetch_calendars() -> None:
    calendars.fetch_due_calendars()
