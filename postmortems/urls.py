from django.urls import path
from django.views.generic import RedirectView

from catalog.access import for_colleagues
from postmortems import views
from postmortems.views import exporting, importing, settings, texts, wording

OF_EVERYTHING = RedirectView.as_view(pattern_name="incidents:actions", query_string=True)

app_name = "postmortems"
urlpatterns = [
    path("", views.postmortem_list, name="list"),
    path("new/", views.new_postmortem, name="new"),
    path("settings/", settings.settings_page, name="settings"),
    path("settings/policy/", settings.review_policy_page, name="settings-policy"),
    path("settings/triggers/new/", settings.add_trigger_page, name="settings-new-trigger"),
    path("settings/triggers/<int:pk>/", settings.trigger_page, name="settings-trigger"),
    path("import/", importing.import_page, name="import"),
    path("settings/wording/", wording.wording_page, name="settings-wording"),
    path("settings/wording/<slug:purpose>/<slug:language>/", wording.words_page, name="settings-words"),
    path("actions/", for_colleagues(OF_EVERYTHING), name="actions"),
    path("<int:pk>/", views.postmortem_page, name="postmortem"),
    path("<int:pk>/print/", exporting.print_page, name="print"),
    path("<int:pk>/export.md", exporting.markdown, name="markdown"),
    path("<int:pk>/texts/", texts.texts_page, name="texts"),
    path("<int:pk>/texts/poll/", texts.poll_texts, name="poll-texts"),
    path("<int:pk>/texts/<slug:key>/", texts.text, name="text"),
    path("<int:pk>/<slug:verb>/", views.postmortem_command, name="command"),
    path("<int:pk>/<slug:verb>/<int:row>/", views.row_command, name="row"),
]
