from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from lifecycle.signals import events_recorded
        from notifications import (  # noqa: F401  (register themselves)
            changes,
            gateway_checks,
            inspections,
            panels,
            postmortem_facts,
            reactions,
            timeline,
            twilio_checks,
            war_room_panel,
        )
        from notifications.checks import check_lease, check_providers
        from notifications.doorbell import ring
        from notifications.shipped import install_policies

        register(check_lease)
        register(check_providers)
        post_migrate.connect(install_policies, sender=self)
        post_migrate.connect(inspections.install_inspections, sender=self)
        events_recorded.connect(ring, dispatch_uid="doorbell")
