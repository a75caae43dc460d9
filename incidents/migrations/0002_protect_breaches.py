"""A breach is a fact: recorded once, never changed or erased."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION incidents_protect_breach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Breaches are facts: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER protect_breach BEFORE UPDATE OR DELETE ON incidents_breach
    FOR EACH ROW EXECUTE FUNCTION incidents_protect_breach();
"""
UNPROTECT = """
DROP TRIGGER protect_breach ON incidents_breach;
DROP FUNCTION incidents_protect_breach();
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, UNPROTECT)]
