import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("mainstay")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_worker: int | None = None  # the process of this worker, known to the pool processes it forks


@worker_init.connect
def _remember_the_worker(**kwargs: Any) -> None:
    global _worker
    _worker = os.getpid()


@worker_process_init.connect
def _end_with_the_worker(**kwargs: Any) -> None:
    """A pool process asks the kernel to die with its worker only after the fork; one that died before is asked for."""
    if _worker is not None and os.getppid() != _worker:
        os._exit(1)
