"""What Celery runs. Each says "look now"; what is due stands in the database."""

from celery import shared_task

from detection import services
from detection.inspections.services import run_due_inspections


@shared_task(name="detection.tasks.evaluate_rules")
def evaluate_rules() -> None:
    services.evaluate_due()


@shared_task(name="detection.tasks.drop_expired_frames")
def drop_expired_frames() -> None:
    services.drop_expired_frames()


@shared_task(name="detection.tasks.refresh_localisations")
def refresh_localisations() -> None:
    services.refresh_localisations()


@shared_task(name="detection.tasks.collect_metrics")
def collect_metrics() -> None:
    services.collect_for_a_while()


@shared_task(name="detection.tasks.drop_old_receipts")
def drop_old_receipts() -> None:
    services.drop_old_receipts()


@shared_task(name="detection.tasks.run_inspections")
def run_inspections() -> None:
    run_due_inspections()
