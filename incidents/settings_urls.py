"""The addresses under /incidents/settings/, in the namespace of the incidents."""

from django.urls import path

from incidents.views import settings

urlpatterns = [
    path("", settings.levels_page, name="settings"),
    path("levels/<int:number>/", settings.level_page, name="settings-level"),
    path("calendars/", settings.calendars_page, name="settings-calendars"),
    path("calendars/new/", settings.add_calendar_page, name="settings-new-calendar"),
    path("calendars/<int:pk>/", settings.calendar_page, name="settings-calendar"),
    path("calendars/<int:pk>/delete/", settings.delete_calendar_page, name="settings-delete-calendar"),
    path("matrix/", settings.matrix_page, name="settings-matrix"),
    path("criteria/", settings.criteria_page, name="settings-criteria"),
    path("criteria/new/", settings.add_criterion_page, name="settings-new-criterion"),
    path("criteria/<int:pk>/", settings.criterion_page, name="settings-criterion"),
    path("categories/", settings.categories_page, name="settings-categories"),
    path("categories/new/", settings.add_category_page, name="settings-new-category"),
    path("categories/<int:pk>/", settings.category_page, name="settings-category"),
    path("fields/", settings.fields_page, name="settings-fields"),
    path("fields/new/", settings.add_field_page, name="settings-new-field"),
    path("fields/<int:pk>/", settings.field_page, name="settings-field"),
    path("templates/", settings.templates_page, name="settings-templates"),
    path("templates/new/", settings.add_template_page, name="settings-new-template"),
    path("templates/<int:pk>/", settings.template_page, name="settings-template"),
    path("policy/", settings.policy_page, name="settings-policy"),
    path("actions/", settings.action_policy_page, name="settings-actions"),
    path("changes/", settings.changes_page, name="settings-changes"),
]
