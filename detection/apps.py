from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DetectionConfig(AppConfig):
    name = "detection"
    verbose_name = _("Detection")

    def ready(self) -> None:
        # each enters itself into a table of incidents or problems
        from detection import alert_panel, panels, problem_outcomes, sentences  # noqa: F401
        from detection.inspections import commands, kinds, outcomes  # noqa: F401
        from detection.inspections import panels as panels_of_findings  # noqa: F401
        from detection.inspections import sentences as sentences_of_findings  # noqa: F401
        from detection.inspections.shipped import install_inspections

        post_migrate.connect(install_inspections, sender=self, dispatch_uid="detection.inspections.shipped")
