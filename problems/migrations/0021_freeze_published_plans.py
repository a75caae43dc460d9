"""What was published stays as it was: runs of the past name it."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION problems_freeze_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'Published versions are frozen: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER freeze_version BEFORE UPDATE OR DELETE ON problems_planversion
    FOR EACH ROW EXECUTE FUNCTION problems_freeze_version();
CREATE FUNCTION problems_freeze_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step problems_planstep := CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END;
BEGIN
    IF EXISTS (SELECT FROM problems_planversion WHERE id = step.version_id AND published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'Steps of published versions are frozen: % refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER freeze_step BEFORE INSERT OR UPDATE OR DELETE ON problems_planstep
    FOR EACH ROW EXECUTE FUNCTION problems_freeze_step();
"""
THAW = """
DROP TRIGGER freeze_step ON problems_planstep;
DROP FUNCTION problems_freeze_step();
DROP TRIGGER freeze_version ON problems_planversion;
DROP FUNCTION problems_freeze_version();
"""


class Migration(migrations.Migration):
    dependencies = [("problems", "0020_emergency_plans")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
