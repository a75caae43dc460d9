"""What Celery runs. A task carries "look now", never a time and never the work itself."""

from celery import shared_task

from notifications import cycle


@shared_task
def run_cycle() -> None:
    cycle.run_cycle("worker")
