"""A signed report is a fact: nobody changes or deletes it, the application itself included."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION reports_protect_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The report is signed: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER protect_signed BEFORE UPDATE OR DELETE ON reports_monthlyreport
    FOR EACH ROW WHEN (OLD.status = 'signed') EXECUTE FUNCTION reports_protect_signed();
"""
UNPROTECT = """
DROP TRIGGER protect_signed ON reports_monthlyreport;
DROP FUNCTION reports_protect_signed();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, UNPROTECT)]
