from django.urls import include, path

from incidents import converters, views  # noqa: F401  the converter "number"
from incidents.intake.webhook import mail_webhook
from incidents.views.action_export import export_actions
from incidents.views.action_page import action_command, action_page
from incidents.views.actions import action_list, new_action
from incidents.views.attachments import download_attachment
from incidents.views.bulk import act_on_selected
from incidents.views.export import export_incidents
from incidents.views.impact import impact_page, remove_impact
from incidents.views.mail import mail_command, mail_list, mail_page
from incidents.views.saved_views import change_saved_view, delete_saved_view, saved_views

app_name = "incidents"
urlpatterns = [
    path("incidents/", views.incident_list, name="list"),
    path("incidents/export.csv", export_incidents, name="export"),
    path("incidents/bulk/", act_on_selected, name="bulk"),
    path("incidents/views/", saved_views, name="views"),
    path("incidents/views/<number:pk>/", change_saved_view, name="view"),
    path("incidents/views/<number:pk>/delete/", delete_saved_view, name="delete-view"),
    path("incidents/new/", views.report_incident, name="new"),
    path("incidents/new/suggestion/", views.suggested_level, name="suggestion"),
    path("incidents/solutions/<int:pk>/", views.solution_page, name="solution"),
    path("incidents/solutions/<int:pk>/<slug:verb>/", views.solution_command, name="solution-command"),
    path("incidents/attachments/<int:pk>/", download_attachment, name="attachment"),
    path("incidents/proposals/<int:pk>/", views.proposal_page, name="proposal"),
    path("incidents/proposals/<int:pk>/<slug:verb>/", views.proposal_command, name="proposal-command"),
    path("incidents/mail/", mail_list, name="mails"),
    path("incidents/mail/<int:pk>/", mail_page, name="mail"),
    path("incidents/mail/<int:pk>/<slug:verb>/", mail_command, name="mail-command"),
    path("hooks/mail/<slug:provider>/", mail_webhook, name="mail-webhook"),
    path("incidents/settings/", include("incidents.settings_urls")),
    path("incidents/<number:pk>/", views.incident_page, name="incident"),
    path("incidents/<number:pk>/hand-over/", views.hand_over, name="hand-over"),
    path("incidents/<number:pk>/report/", views.report_page, name="report"),
    path("incidents/<number:pk>/report/print/", views.report_print, name="report-print"),
    path("incidents/<number:pk>/report/<slug:verb>/", views.report_command, name="report-command"),
    path("incidents/<number:pk>/card/", views.incident_card, name="card"),
    path("incidents/<number:pk>/impact/<number:impact>/", impact_page, name="impact"),
    path("incidents/<number:pk>/impact/<number:impact>/remove/", remove_impact, name="remove-impact"),
    path("incidents/<number:pk>/<slug:verb>/", views.incident_command, name="command"),
    path("actions/", action_list, name="actions"),
    path("actions/export.csv", export_actions, name="actions-export"),
    path("actions/new/", new_action, name="new-action"),
    path("actions/<int:pk>/", action_page, name="action"),
    path("actions/<int:pk>/<slug:verb>/", action_command, name="action-command"),
    path("report/", views.portal, name="portal"),
    path("r/<str:token>/", views.follow_up, name="follow-up"),
    path("approvals/", views.approvals, name="approvals"),
]
