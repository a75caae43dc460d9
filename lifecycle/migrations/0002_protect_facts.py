"""The timeline is append-only for everybody, the application itself included."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION lifecycle_protect_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Events are append-only: DELETE refused' USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(NEW) - 'dispatched_at' IS DISTINCT FROM to_jsonb(OLD) - 'dispatched_at' THEN
        RAISE EXCEPTION 'Events are append-only: UPDATE refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER protect_event BEFORE UPDATE OR DELETE ON lifecycle_event
    FOR EACH ROW EXECUTE FUNCTION lifecycle_protect_event();
"""
UNPROTECT = """
DROP TRIGGER protect_event ON lifecycle_event;
DROP FUNCTION lifecycle_protect_event();
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, UNPROTECT)]
