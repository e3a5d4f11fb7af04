"""Hold a run against a later log of the same shop: what its lists changed, and its total."""

from datetime import date
from pathlib import Path

from ltvkit import monitoring
from ltvkit.config import restore_config_at
from ltvkit.economics import daily_discount_rate
from ltvkit.pipeline.inputs.load import open_log
from ltvkit.runs import read_run


def measure(
    run_folder: Path, *, transactions: str, as_of: date | None = None
) -> monitoring.Measurement:
    """Compare treated with held-out customers, and the promise with what came.

    Parameters
    ----------
    run_folder : Path
        The run whose lists were worked with.
    transactions : str
        A later log, read as the run's settings say.
    as_of : date, optional
        The last day that it covers; what its last days show when not given.

    Raises
    ------
    UserError
        When there is no such run, or the log holds nothing after it.
    """
    run = read_run(run_folder)
    config = restore_config_at(run.settings, as_of)
    later = open_log(config, transactions=transactions).to_pandas()
    return monitoring.measure(
        run.customers,
        later,
        predicted_total=run.total.margin,
        observed_to=as_of or monitoring.last_day_covered(later),
        daily_discount_rate=daily_discount_rate(config.economics.annual_discount_rate),
        basis=run.data.margin_basis,
    )
