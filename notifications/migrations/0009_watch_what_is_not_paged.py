"""Keep the table of incidents that wait for somebody and that nothing pages. It is the database's own doing: whoever
changes an incident or an escalation, by whatever code or by hand, the auditor learns of it."""

from django.db import migrations

WATCH = """
CREATE FUNCTION notifications_watch(incident bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM incidents_incident WHERE id = incident AND status = 'reported')
       AND NOT EXISTS (SELECT FROM notifications_escalation WHERE incident_id = incident AND status = 'running') THEN
        INSERT INTO notifications_unpaged (incident_id, check_at) VALUES (incident, now() + interval '60 seconds')
        ON CONFLICT (incident_id) DO UPDATE SET check_at = EXCLUDED.check_at;
    ELSE
        DELETE FROM notifications_unpaged WHERE incident_id = incident;
    END IF;
END $$;

CREATE FUNCTION notifications_watch_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM notifications_watch(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER watch_new_incident AFTER INSERT ON incidents_incident
    FOR EACH ROW WHEN (NEW.status = 'reported') EXECUTE FUNCTION notifications_watch_incident();
CREATE TRIGGER watch_incident AFTER UPDATE ON incidents_incident
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.level_id IS DISTINCT FROM NEW.level_id
                       OR OLD.service_id IS DISTINCT FROM NEW.service_id)
    EXECUTE FUNCTION notifications_watch_incident();

CREATE FUNCTION notifications_watch_escalation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM notifications_watch(OLD.incident_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM notifications_watch(NEW.incident_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER watch_escalation AFTER INSERT OR DELETE ON notifications_escalation
    FOR EACH ROW EXECUTE FUNCTION notifications_watch_escalation();
CREATE TRIGGER watch_changed_escalation AFTER UPDATE ON notifications_escalation
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.incident_id IS DISTINCT FROM NEW.incident_id)
    EXECUTE FUNCTION notifications_watch_escalation();

INSERT INTO notifications_unpaged (incident_id, check_at)
SELECT incident.id, now() + interval '60 seconds' FROM incidents_incident incident
WHERE incident.status = 'reported' AND NOT EXISTS (
    SELECT FROM notifications_escalation WHERE incident_id = incident.id AND status = 'running'
);
"""
UNWATCH = """
DROP TRIGGER watch_new_incident ON incidents_incident;
DROP TRIGGER watch_incident ON incidents_incident;
DROP TRIGGER watch_escalation ON notifications_escalation;
DROP TRIGGER watch_changed_escalation ON notifications_escalation;
DROP FUNCTION notifications_watch_incident();
DROP FUNCTION notifications_watch_escalation();
DROP FUNCTION notifications_watch(bigint);
DELETE FROM notifications_unpaged;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_paging_watched"), ("incidents", "0011_breaches_by_moment")]
    operations = [migrations.RunSQL(WATCH, UNWATCH)]
