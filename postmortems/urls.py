from django.urls import path

from postmortems import views

app_name = "postmortems"
urlpatterns = [
    path("", views.postmortem_list, name="list"),
    path("new/", views.new_postmortem, name="new"),
    path("actions/", views.action_list, name="actions"),
    path("actions/<int:pk>/<slug:verb>/", views.action_command, name="action-command"),
    path("<int:pk>/", views.postmortem_page, name="postmortem"),
    path("<int:pk>/<slug:verb>/", views.postmortem_command, name="command"),
    path("<int:pk>/<slug:verb>/<int:row>/", views.row_command, name="row"),
]
