from django.urls import path

from incidents import converters  # noqa: F401  the converter "number"
from incidents.api.views import command_views
from problems.api import plan_views, views

urlpatterns = [
    path("problems/", views.ProblemList.as_view(), name="problems-api"),
    path("problems/<int:pk>/", views.ProblemDetail.as_view(), name="problem-api"),
    path("causes/", views.CauseList.as_view(), name="causes-api"),
    path("incidents/<number:pk>/similar/", views.SimilarToIncident.as_view(), name="incident-similar-api"),
    path("problems/<int:pk>/events/", views.ProblemEvents.as_view(), name="problem-events-api"),
    *(
        path(f"problems/<int:pk>/{verb}/", view, name=f"problem-{verb}-api")
        for _kind, verb, view in command_views(views.PROBLEMS)
    ),
    path("plans/", plan_views.PlanList.as_view(), name="plans-api"),
    path("plans/figures/", plan_views.PlanFigures.as_view(), name="plan-figures-api"),
    path("plans/<int:pk>/", plan_views.PlanDetail.as_view(), name="plan-api"),
    path("plans/<int:pk>/versions/<int:number>/", plan_views.PlanVersionDetail.as_view(), name="plan-version-api"),
    path("plans/<int:pk>/save_draft/", plan_views.SaveDraft.as_view(), name="plan-save_draft-api"),
    path("plans/<int:pk>/set_conditions/", plan_views.SetConditions.as_view(), name="plan-set_conditions-api"),
    *(path(f"plans/<int:pk>/{verb}/", view, name=f"plan-{verb}-api") for verb, view in plan_views.plan_command_views()),
    path("incidents/<number:pk>/plans/", plan_views.PlansOfIncident.as_view(), name="incident-plans-api"),
    path("plan-runs/<int:pk>/", plan_views.PlanRunDetail.as_view(), name="plan-run-api"),
    *(
        path(f"plan-runs/<int:pk>/{verb}/", view, name=f"plan-run-{verb}-api")
        for verb, view in plan_views.run_command_views()
    ),
    *(
        path(f"plan-runs/<int:pk>/steps/<int:step>/{verb}/", view, name=f"plan-step-{verb}-api")
        for verb, view in plan_views.step_command_views()
    ),
]
