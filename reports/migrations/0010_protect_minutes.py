"""The minutes of an ended meeting are facts: nobody changes or deletes them, the application itself included."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION reports_protect_minutes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The meeting has ended: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION reports_protect_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM reports_meeting WHERE id = OLD.meeting_id AND status = 'ended') THEN
        RAISE EXCEPTION 'The meeting has ended: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER protect_minutes BEFORE UPDATE OR DELETE ON reports_meeting
    FOR EACH ROW WHEN (OLD.status = 'ended') EXECUTE FUNCTION reports_protect_minutes();
CREATE TRIGGER protect_item BEFORE UPDATE OR DELETE ON reports_agendaitem
    FOR EACH ROW EXECUTE FUNCTION reports_protect_item();
CREATE TRIGGER protect_decision BEFORE UPDATE OR DELETE ON reports_decision
    FOR EACH ROW EXECUTE FUNCTION reports_protect_item();
"""
UNPROTECT = """
DROP TRIGGER protect_decision ON reports_decision;
DROP TRIGGER protect_item ON reports_agendaitem;
DROP TRIGGER protect_minutes ON reports_meeting;
DROP FUNCTION reports_protect_item();
DROP FUNCTION reports_protect_minutes();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0009_hand_over_notes")]
    operations = [migrations.RunSQL(PROTECT, UNPROTECT)]
