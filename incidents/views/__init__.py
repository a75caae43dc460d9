from incidents.views.handover import hand_over
from incidents.views.incident import incident_card, incident_command, incident_page
from incidents.views.listing import incident_list
from incidents.views.reporting import report_incident, suggested_level
from incidents.views.solutions import approvals, solution_command, solution_page

__all__ = [
    "approvals",
    "hand_over",
    "incident_card",
    "incident_command",
    "incident_list",
    "incident_page",
    "report_incident",
    "solution_command",
    "solution_page",
    "suggested_level",
]
