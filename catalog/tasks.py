"""What Celery runs for the catalogue."""

from celery import shared_task

from catalog.api import idempotency


@shared_task(name="catalog.tasks.drop_dead_keys")
def drop_dead_keys() -> None:
    idempotency.drop_dead_keys()
