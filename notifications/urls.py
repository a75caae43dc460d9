from django.urls import include, path

from notifications import duty_urls, policy_urls
from notifications.views import (
    chats,
    contacts,
    gateway,
    links,
    metrics,
    oncall,
    pager,
    passing,
    steering,
    twilio,
    warrooms,
)

app_name = "notifications"
urlpatterns = [
    path("oncall/", oncall.overview, name="oncall"),
    path("oncall/chats/", chats.chat_list, name="chats"),
    path("oncall/chats/new/", chats.new_chat, name="new-chat"),
    path("oncall/chats/groups/", chats.change_war_rooms, name="chat-groups"),
    path("oncall/chats/<int:pk>/", chats.edit_chat, name="chat"),
    path("oncall/chats/<int:pk>/test/", chats.test_chat, name="test-chat"),
    path("oncall/", include(policy_urls.urlpatterns)),
    path("oncall/", include(duty_urls.urlpatterns)),
    path("incidents/<number:pk>/paging/<slug:verb>/", steering.steer, name="steer"),
    path("incidents/<number:pk>/chat-group/create/", warrooms.create, name="create-war-room"),
    path("pager/", pager.health_page, name="pager"),
    path("pager/settings/", pager.settings_page, name="settings"),
    path("metrics", metrics.metrics, name="metrics"),
    path("healthz/pager", pager.healthz, name="healthz"),
    path("me/phone/", contacts.phone_page, name="phone"),
    path("me/paging/", contacts.paging_page, name="paging"),
    path("me/paging/test/", contacts.test_page, name="test-page"),
    path("pages/<int:pk>/pass-on/", passing.pass_on, name="pass-on"),
    path("a/<str:secret>/", links.acknowledge, name="link"),
    path("hooks/sms-gateway/", gateway.report, name="sms-gateway"),
    path("twilio/sms/", twilio.inbound_sms, name="twilio-sms"),
    path("twilio/<str:token>/status/", twilio.status, name="twilio-status"),
    path("twilio/<str:token>/digits/", twilio.digits, name="twilio-digits"),
]
