"""What incident managers set about paging: escalation policies, the notification table, routes.

All take ``actor`` (None: the product itself, while it is set up) and ``via``, and record one event on the changed row
whose data says what was "before" and "after"; what changes nothing records nothing. All raise NotPermitted or
InputRefused with a sentence a field, and then nothing has changed. Running escalations keep their snapshot.
"""

VERBS = (
    "add_escalation_policy",
    "change_escalation_policy",
    "delete_escalation_policy",
    "add_notification_rule",
    "change_notification_rule",
    "delete_notification_rule",
    "add_route",
    "change_route",
    "delete_route",
)
"""The verbs of the events that these leave."""
