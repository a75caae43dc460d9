"""State fields of the models that migrations make listen to nobody; those of the product find their transitions."""

from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import class_prepared

from incidents.models import Incident


def test_the_models_of_migrations_leave_no_listener_behind() -> None:
    before = len(class_prepared.receivers)
    state = MigrationLoader(None).project_state(("incidents", "0001_initial"))
    assert state.apps.get_model("incidents", "Incident")._meta.get_field("status").protected
    assert len(class_prepared.receivers) == before
    assert hasattr(Incident, "get_all_status_transitions")
