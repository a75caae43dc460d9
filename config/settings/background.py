"""What happens without a visitor. Celery carries "look now", never a time
(docs/decisions/002-time-is-a-column.md); who watches paging is told by docs/pager-health.md.
"""

from config import environment
from config.settings.site import REDIS_URL

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "run-cycle": {"task": "notifications.tasks.run_cycle", "schedule": 1.0, "options": {"expires": 5}},
    "keep-watch": {"task": "notifications.tasks.keep_watch", "schedule": 5.0, "options": {"expires": 10}},
    "fetch-calendars": {"task": "notifications.tasks.fetch_calendars", "schedule": 60.0, "options": {"expires": 55}},
    "send-deliveries": {"task": "notifications.tasks.send_deliveries", "schedule": 1.0, "options": {"expires": 5}},
    "run-errands": {"task": "notifications.tasks.run_errands", "schedule": 1.0, "options": {"expires": 5}},
    "drop-dead-keys": {"task": "catalog.tasks.drop_dead_keys", "schedule": 3600.0},
    "drop-expired-frames": {"task": "detection.tasks.drop_expired_frames", "schedule": 3600.0},
    "collect-metrics": {"task": "detection.tasks.collect_metrics", "schedule": 1.0, "options": {"expires": 5}},
    "evaluate-rules": {"task": "detection.tasks.evaluate_rules", "schedule": 1.0, "options": {"expires": 5}},
    "run-inspections": {"task": "detection.tasks.run_inspections", "schedule": 2.0, "options": {"expires": 5}},
    "refresh-localisations": {
        "task": "detection.tasks.refresh_localisations",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "watch-alerts": {"task": "notifications.tasks.watch_alerts", "schedule": 1.0, "options": {"expires": 5}},
    "drop-old-receipts": {"task": "detection.tasks.drop_old_receipts", "schedule": 3600.0},
    "poll-mailbox": {"task": "incidents.tasks.poll_mailbox", "schedule": 30.0, "options": {"expires": 25}},
}

DEADMAN_URLS = environment.words("MAINSTAY_DEADMAN_URL")
METRICS_TOKEN = environment.text("MAINSTAY_METRICS_TOKEN", "")
