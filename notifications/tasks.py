"""What Celery runs. A task carries "look now", never a time and never the work itself."""

from celery import shared_task

from notifications import cycle, keeper
from notifications.services import calendars, canaries
from notifications.services.sending import send_for_a_while


@shared_task
def run_cycle() -> None:
    cycle.run_cycle("worker", cycle.CLOCKWORK)


@shared_task
def keep_watch() -> None:
    keeper.keep_watch()


@shared_task
def answer_canary(queue: str) -> None:
    canaries.answer_canary(queue)


@shared_task
def fetch_calendars() -> None:
    calendars.fetch_due_calendars()


@shared_task
def send_deliveries() -> None:
    send_for_a_while()


@shared_task
def watch_alerts() -> None:
    cycle.run_steps(cycle.ALERTS)


@shared_task
def run_errands() -> None:
    cycle.run_steps(cycle.ERRANDS)
