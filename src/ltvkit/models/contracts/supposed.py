"""What the days ahead would bring, supposed that every renewal is made, or that the next one is."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltvkit.models._rows import column
from ltvkit.models.contracts.renewals import SMALLEST, PaymentsAhead, RenewalLaw, outlook
from ltvkit.units import Floats


def if_all_made(law: RenewalLaw, features: pd.DataFrame, horizon_days: float) -> Floats:
    """Payments in the coming days if every renewal is made.

    Where the contract has ended, or ends today: if another one begins, the payments that it would
    bring.
    """
    ahead = outlook(law, features, horizon_days, rate=_always)
    today = features.assign(
        contracts=column(features, "contracts") + 1, days_since_renewal=0.0, days_since_payment=0.0
    )
    begun = 1 + outlook(law, today, horizon_days).expected
    return np.where(_may_renew(law, features), ahead.expected, begun)


def if_paid(law: RenewalLaw, features: pd.DataFrame, horizon_days: float) -> PaymentsAhead:
    """The payments of the coming days, one at least, if the next one is made.

    Of a running contract the renewal, sooner or later; where it has ended, or ends today, the first
    payment of another one, due tomorrow. Who pays within the days ahead is no such fixed crowd: the
    more days, the more of them have only just come back, and bring less than those before. What is
    told here rises with the days.
    """
    runs = _may_renew(law, features)
    asked = features.assign(
        renewals=column(features, "renewals") - ~runs,
        contracts=column(features, "contracts") + ~runs,
        days_since_renewal=np.where(
            runs, column(features, "days_since_renewal"), law.renewal_days - 1
        ),
        days_since_payment=np.where(runs, column(features, "days_since_payment"), 0.0),
    )
    ahead = outlook(law, asked, horizon_days, made=True)
    ahead.tail[:, 0] = 1.0
    return ahead


def _may_renew(law: RenewalLaw, features: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the contract runs, and does not end today."""
    paid = law.paid_within(column(features, "days_since_renewal"))
    return np.asarray(law.is_running(features) & (paid < 1 - SMALLEST))


def _always(renewals: Floats, cancels: Floats) -> Floats:
    return np.ones(np.broadcast(renewals, cancels).shape)
