"""What Celery runs. Each says "look now"; what is due stands in the database, or in the mailbox."""

from celery import shared_task

from incidents.intake import polling


@shared_task(name="incidents.tasks.poll_mailbox")
def poll_mailbox() -> None:
    polling.poll_mailbox()
