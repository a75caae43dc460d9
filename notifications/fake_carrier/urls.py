"""Addresses of the fake carrier's own server; `handler.CarrierRequest` points here."""

from django.urls import path, re_path

from notifications.fake_carrier import control, feishu_api, gateway, page, rest, slack_api
from notifications.fake_carrier.chat_webhooks import PROGRAMS, receive

ACCOUNT = r"^2010-04-01/Accounts/(?P<account_sid>\w+)"

urlpatterns = [
    re_path(rf"{ACCOUNT}/Messages\.json$", rest.messages),
    re_path(rf"{ACCOUNT}/Messages/(?P<sid>\w+)\.json$", rest.message),
    re_path(rf"{ACCOUNT}/Calls\.json$", rest.calls),
    re_path(rf"{ACCOUNT}/Calls/(?P<sid>\w+)\.json$", rest.call),
    re_path(rf"^chats/(?P<kind>{'|'.join(PROGRAMS)})/(?P<key>\w+)$", receive),
    path("slack/api/<str:method>", slack_api.call),
    path("feishu/open-apis/<path:path>", feishu_api.call),
    path("gateway/sms", gateway.send),
    path("healthz", control.show_health),
    path("control/state", control.show_state),
    path("control/phones", control.learn_phone),
    path("control/phones/<str:number>/reply", control.send_reply),
    path("control/groups", control.learn_group),
    path("control/calls/<str:sid>/<str:verb>", control.signal_call),
    path("control/modes", control.change_modes),
    path("control/reset", control.reset),
    path("", page.show_phones, name="phones"),
    path("archives/<str:key>", page.show_group),
    path("phones/<str:number>/reply", page.send_reply, name="reply"),
    path("phones/<str:number>/behaviour", page.change_behaviour, name="behaviour"),
    path("calls/<str:sid>", page.signal_call, name="call"),
    path("modes", page.change_modes, name="modes"),
    path("static/<path:path>", page.serve_static),
]
handler400 = handler403 = handler404 = "notifications.fake_carrier.page.refuse"
handler500 = "notifications.fake_carrier.page.apologise"
