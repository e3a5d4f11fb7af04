"""NBD against CDNOW's golden figures."""

import pytest

from ltvkit.models import NBD, BetaGeo, BetaGeoParams, NBDParams


def test_parameters_and_log_likelihood_on_the_cdnow_sample_match_the_golden_figures(cdnow_sample):
    model = NBD().fit(cdnow_sample)
    assert [round(value, 5) for value in model.params_] == [0.38477, 12.07202]
    assert round(model.log_likelihood_, 4) == -9763.6576


def test_it_is_bgnbd_without_dropout(cdnow_sample):
    nbd = NBD.from_params(NBDParams(0.38, 12.1))
    immortal = BetaGeo.from_params(BetaGeoParams(0.38, 12.1, 1e-14, 1e3))
    for predict in ("expected_orders", "prob_active"):
        ours = getattr(nbd, predict)(cdnow_sample, 273)
        assert ours == pytest.approx(getattr(immortal, predict)(cdnow_sample, 273), rel=1e-6)
    assert (nbd.prob_alive(cdnow_sample) == 1).all()
