"""The experiment tracker: what a training leaves in MLflow, and how a model comes back from it.

The only door to MLflow, which is imported when it is first needed (it takes seconds). `contents`
says what of a run goes there and what stays in the run folder, `record` writes it, `package` turns
a model folder into a model that MLflow loads and serves without pickle (`served_model`),
`registry` names versions and fetches them, `stores` finds the tracker.
"""

from ltvkit.tracking.contents import may_be_champion
from ltvkit.tracking.record import Recorded, record_run
from ltvkit.tracking.registry import fetch_model
from ltvkit.tracking.stores import check_tracker, tracking_location

__all__ = [
    "Recorded",
    "check_tracker",
    "fetch_model",
    "may_be_champion",
    "record_run",
    "tracking_location",
]
