from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from notifications import cycle
        from reports import postmortem_facts  # noqa: F401  (enters itself into a registry of postmortems)
        from reports.indicators import every  # noqa: F401  the indicators enter themselves into a registry
        from reports.meeting import commands, panels, sentences  # noqa: F401  each enters itself into a table
        from reports.meeting.keeping import keep_meetings
        from reports.meeting.shipped import install_calendar
        from reports.monthly.stored import renew_figures
        from reports.services.drafting import draft_due_reports

        for steps in (cycle.ERRANDS, cycle.CYCLE):
            steps += [draft_due_reports, renew_figures, keep_meetings]
        post_migrate.connect(install_calendar, sender=self, dispatch_uid="reports.meeting.shipped")
