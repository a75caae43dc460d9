"""Where a postmortem stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """The phase that is open; each takes one kind of content and refuses the others.

    Before them it is proposed by the trigger policy, and somebody starts or declines it.
    """

    PROPOSED = "proposed", _("Proposed")
    TIMELINE = "timeline", _("Timeline")
    ISSUES = "issues", _("Issues")
    ACTIONS = "actions", _("Actions")
    PUBLISHED = "published", _("Published")
    DECLINED = "declined", _("Declined")


PHASES = (Status.TIMELINE, Status.ISSUES, Status.ACTIONS, Status.PUBLISHED)
OPEN_PHASES = PHASES[:3]

PHASE_BEFORE = {
    Status.ISSUES: Status.TIMELINE,
    Status.ACTIONS: Status.ISSUES,
    Status.PUBLISHED: Status.ACTIONS,
}
