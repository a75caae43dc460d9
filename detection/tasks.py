"""What Celery runs. Each says "look now"; what is due stands in the database."""

from celery import shared_task

from detection import services


@shared_task(name="detection.tasks.evaluate_rules")
def evaluate_rules() -> None:
    services.evaluate_due()


@shared_task(name="detection.tasks.drop_expired_frames")
def drop_expired_frames() -> None:
    services.drop_expired_frames()
