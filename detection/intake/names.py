"""How tools call their fields, best name first. Bare names; a name may be made of a field and what it stands in.

These are kinds of names, gathered from what monitoring tools document; a new tool seldom invents another.
"""

STATES = (
    *("newstatevalue", "alerttransition", "monitorcondition", "currentstate", "currentstatus", "newstate", "newstatus"),
    *(
        "alertstate",
        "alertstatus",
        "statevalue",
        "statusvalue",
        "incidentstate",
        "incidentstatus",
        "problemstate",
        "problemstatus",
        "issuestate",
    ),
    *("eventstatus", "eventstate", "checkstate", "checkstatus", "servicestate", "hoststate", "monitorstatus"),
    *("alerttypefriendlyname", "triggerstatus", "status", "state", "statusextended", "eventaction"),
    *("notificationtype", "transition", "triggertype", "action", "alerttype", "eventtype", "alertaction", "type"),
    *("event", "eventname", "reason", "result"),
)
"""What says how it stands now; only a value that means a state counts."""
STABLE_TITLES = (
    *("alertname", "alarmname", "rulename", "alertrule", "alertrulename", "checkname", "monitorname"),
    *("monitorfriendlyname", "conditionname", "triggername", "eventdefinitiontitle", "problemtitle", "messagetitle"),
    *("searchname", "alerttitle", "testname", "probename", "alertconditionname", "policyname", "detectorname"),
)
"""What something is called that is watched: the same while it is bad and after."""
TITLES = (
    *(
        "incidenttitle",
        "issuetitle",
        "eventtitle",
        "errortitle",
        "title",
        "alertmessage",
        "name",
        "contextname",
        "headline",
        "subject",
    ),
    *("summary", "shortdescription", "problemname", "issuename", "rule", "detector", "problem", "issue"),
    *(
        "errormessage",
        "eventmessage",
        "alert",
        "alarm",
        "check",
        "trigger",
        "service",
        "servicedesc",
        "servicedescription",
        "metric",
    ),
    *(
        "message",
        "text",
        "msg",
        "event",
        "description",
        "body",
        "alerttype",
        "itemname",
        "displayname",
        "hostname",
        "host",
        "id",
    ),
)
LATE_TITLES = frozenset(TITLES[TITLES.index("summary") :])
OF_OTHERS = frozenset(
    (
        *("status", "priority", "severity", "project", "user", "team", "org", "organization", "source", "integration"),
        *("category", "type", "environment", "account", "agent", "creator", "assignee", "owner", "client", "actor"),
        *("service", "resource", "metric", "targets", "rules", "responders", "impactedentities"),
    )
)
"""What is called so in these is not the alert."""
WEAK_STATES = frozenset(("type", "event", "eventname", "reason", "result", "alerttype", "eventtype"))
DESCRIPTIONS = (
    *("description", "longdescription", "message", "msg", "newstatereason", "statereason", "resultdescription"),
    *("body", "details", "text", "summary", "eventmessage", "triggerdescription", "alertdetails", "output", "info"),
    *("incidentreason", "messagebody", "reason", "cause", "culprit", "logs"),
)
SEVERITIES = (
    *("severity", "alertseverity", "eventseverity", "problemseverity", "severitylevel", "severityname", "criticality"),
    *("importancelevel", "priority", "alertpriority", "prioritylevel", "level", "alertlevel", "loglevel", "urgency"),
    *("impact", "statusseverity", "sev"),
)
MOMENTS = (
    *("statechangetime", "statechangedtimestamp", "triggeredat", "firedat", "fireddatetime", "alerttriggeredat"),
    *(
        "startsat",
        "startedat",
        "timestarted",
        "starttime",
        "startdate",
        "start",
        "occurredat",
        "occuredat",
        "eventtime",
    ),
    *(
        "incidenttime",
        "incidenttimeiso",
        "alerttime",
        "alertdatetime",
        "triggertime",
        "timestamp",
        "time",
        "timestampiso",
        "eventdate",
    ),
    *("datetime", "date", "ts", "createdat", "createdon", "createdtime", "created", "datecreated", "detectedat"),
    *("firstseen", "lastseen", "lastupdated", "lastupdate", "updatedat", "updatedate", "received", "utctime", "clock"),
)
ENDS = (
    *("resolvedat", "endsat", "endedat", "closedat", "recoveredat", "endtime", "enddate", "end", "canceldate"),
    *("resolveddatetime", "closetime", "resolvedtime", "timeresolved", "alertendedat"),
)
KEYS = (
    *("dedupkey", "deduplicationkey", "dedupid", "fingerprint", "alertuid", "incidentkey", "alias", "aggregationkey"),
    *("originalertid", "uniqueid", "uid", "aggreg_key", "correlationid", "incidentid", "problemid", "issueid"),
    *("alertcycleid", "alertid", "alarmid", "triggeredconditionid", "monitorid", "checkid", "eventdefinitionid"),
    *("conditionid", "ruleid", "triggerid", "detectorid", "contextid", "policyid", "groupid", "alarmarn", "alarmname"),
    *("entityid", "searchname", "sid", "id", "pid", "eventid", "eventuid", "uuid"),
)
PLACES = (
    "host",
    "hostname",
    "hostaddress",
    "instance",
    "resource",
    "resourcename",
    "node",
    "device",
    "server",
    "target",
    "source",
)
THINGS = ("service", "servicedescription", "check", "checkname", "event", "alertname", "name", "title", "servicedesc")
FIRES = frozenset(
    {"triggered", "firing", "isfiring", "isalerting", "alert", "isactive", "isopen", "isdown", "breached"}
)
FIXED = frozenset({"fixed", "resolved", "isresolved", "recovered", "isrecovered", "closed", "isclosed", "cleared"})
ALARMING = frozenset(
    (
        *("alert", "alerts", "alarm", "alarmname", "incident", "problem", "severity", "monitor", "check", "trigger"),
        *("triggered", "condition", "threshold", "criticality", "currentstate", "fingerprint", "firing", "priority"),
    )
)
"""Names that only something that watches uses."""
