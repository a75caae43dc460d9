from django.urls import path

from problems import views
from problems.views import plan_drafts, plan_runs
from problems.views import plans as plan_views

app_name = "problems"
urlpatterns = [
    path("", views.board, name="list"),
    path("new/", views.new_problem, name="new"),
    path("settings/", views.settings_page, name="settings"),
    path("settings/policies/<slug:kind>/", views.policy_page, name="settings-policy"),
    path("settings/causes/new/", views.add_cause_page, name="settings-new-cause"),
    path("settings/causes/<int:pk>/", views.cause_page, name="settings-cause"),
    path("link/<int:incident_pk>/", views.link_problem, name="link"),
    path("plans/attach/<int:incident_pk>/", plan_runs.attach, name="attach-plan"),
    path("plans/runs/<int:pk>/", plan_runs.run_page, name="plan-run"),
    path("plans/runs/<int:pk>/<slug:verb>/", plan_runs.run_command, name="plan-run-command"),
    path("plans/runs/<int:pk>/steps/<int:step>/<slug:verb>/", plan_runs.step_command, name="plan-step"),
    path("plans/", plan_views.list_page, name="plans"),
    path("plans/new/", plan_views.new_page, name="new-plan"),
    path("plans/figures/", plan_views.figures_page, name="plan-figures"),
    path("plans/<int:pk>/", plan_views.plan_page, name="plan"),
    path("plans/<int:pk>/draft/", plan_drafts.draft_page, name="plan-draft"),
    path("plans/<int:pk>/draft/add/<slug:kind>/", plan_drafts.add_step_page, name="add-plan-step"),
    path("plans/<int:pk>/draft/<int:key>/", plan_drafts.edit_step_page, name="edit-plan-step"),
    path("plans/<int:pk>/draft/<int:key>/<slug:verb>/", plan_drafts.move_step, name="move-plan-step"),
    path("plans/<int:pk>/conditions/", plan_drafts.conditions_page, name="plan-conditions"),
    path("plans/<int:pk>/versions/<int:number>/", plan_views.version_page, name="plan-version"),
    path("plans/<int:pk>/<slug:verb>/", plan_views.plan_command, name="plan-command"),
    path("<int:pk>/", views.problem_page, name="problem"),
    path("<int:pk>/<slug:verb>/", views.problem_command, name="command"),
]
