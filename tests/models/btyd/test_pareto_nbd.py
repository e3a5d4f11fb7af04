"""Pareto/NBD against CDNOW's golden figures, published customers and plain integration."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from ltvkit.errors import DataError
from ltvkit.models import ParetoNBD, ParetoNBDParams
from ltvkit.models._rows import histories
from ltvkit.models.btyd._quadrature import log_power_integral_with_means
from ltvkit.models.btyd.pareto_nbd import log_likelihood

CDNOW = ParetoNBDParams(0.5534, 10.5802, 0.6061, 11.6562)


def weeks(x, t_x, T):
    return pd.DataFrame(
        {
            "repeat_orders": np.atleast_1d(x),
            "age_at_last_order_days": np.atleast_1d(t_x) * 7.0,
            "age_days": np.atleast_1d(T) * 7.0,
        }
    )


def test_parameters_and_log_likelihood_on_the_cdnow_sample_match_the_golden_figures(cdnow_sample):
    model = ParetoNBD().fit(cdnow_sample)
    assert [round(value, 4) for value in model.params_] == [0.5533, 10.5777, 0.6062, 11.6687]
    assert round(model.log_likelihood_, 4) == -9594.9762
    assert not model.diagnostics_.regularised


def test_parameters_on_all_cdnow_customers_match_the_golden_figures(cdnow_master):
    model = ParetoNBD().fit(cdnow_master)
    assert [round(value, 5) for value in model.params_] == [0.59742, 11.58566, 0.52219, 8.82776]
    assert round(model.log_likelihood_, 4) == -95415.1186


def test_frequent_cdnow_customer_matches_the_published_expectation_and_prob_alive():
    model, customer = ParetoNBD.from_params(CDNOW), weeks(26, 30.86, 31)
    assert model.expected_orders(customer, 52 * 7)[0].round(3) == 25.455
    assert model.prob_alive(customer)[0].round(4) == 0.9979


def test_prob_alive_of_very_frequent_customers_is_right_where_other_libraries_give_nan():
    model = ParetoNBD.from_params(ParetoNBDParams(0.5143, 2.8845, 0.2856, 14.1087))
    # Printed as weeks to two digits: t_x = 103.43, 97.14, 94.71, 98.57. In days they are exact.
    customers = pd.DataFrame(
        {
            "repeat_orders": [221, 254, 161, 204],
            "age_at_last_order_days": [724, 680, 663, 690],
            "age_days": [725, 681, 686, 696],
        }
    )
    assert model.prob_alive(customers).round(5).tolist() == [0.99960, 0.99956, 0.74949, 0.99426]


@pytest.mark.parametrize("s", [0.3, 1.0, 2.5])
def test_prob_active_integrates_the_next_order_over_the_horizon(s):
    r, alpha, beta, T = 0.5534, 10.58, 11.66, 31.0
    model = ParetoNBD.from_params(ParetoNBDParams(r, alpha, s, beta))
    for x in (0, 3, 400):
        customer = weeks(x, 20.0 if x else 0.0, T)

        def due(u, x=x):
            A, B = alpha + T, beta + T
            return (r + x) / A * (A / (A + u)) ** (r + x + 1) * (B / (B + u)) ** s

        expected, _ = quad(due, 0, 26, epsabs=0, epsrel=1e-10, limit=200)
        active = model.prob_active(customer, 26 * 7) / model.prob_alive(customer)
        assert active[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("s", [0.3, 1.0, 2.5, 20.0, 101.1])
def test_discounted_orders_integrate_the_discounted_rate_over_all_the_future(s):
    model = ParetoNBD.from_params(ParetoNBDParams(0.5534, 10.58, s, 11.66))
    customer = weeks([0, 3, 26], [0, 20, 30.86], [31, 31, 31])
    delta = np.log(1.15) * 7 / 365.25

    def later(z):
        u = np.expm1(z)
        return np.exp(z - delta * u) * ((11.66 + 31) / (11.66 + 31 + u)) ** s

    time, _ = quad(later, 0, np.log(40 / delta), epsabs=0, epsrel=1e-10, limit=300)
    rate = model.prob_alive(customer) * (0.5534 + np.array([0, 3, 26])) / (10.58 + 31)
    discounted = model.discounted_orders(customer, annual_discount_rate=0.15)
    assert discounted == pytest.approx(rate * time, rel=1e-7)
    # Horizons come close to the endless one from below.
    assert (model.expected_orders(customer, 7) < discounted).all()


def test_an_endless_future_without_discount_is_refused():
    with pytest.raises(DataError, match="expected a rate above 0"):
        ParetoNBD.from_params(CDNOW).discounted_orders(weeks(1, 2, 3), annual_discount_rate=0)


@pytest.mark.parametrize(
    ("a", "p", "b", "q", "low", "high"),
    [
        (10.6, 2.5, 11.7, 1.6, 3.0, 39.0),
        (0.02, 0.3, 80.0, 3.0, 0.0, 500.0),
        (80.0, 0.3, 0.02, 3.0, 0.0, 500.0),
        (4.0, 5000.2, 9.0, 1.4, 100.0, 570.0),
        (200.0, 30.0, 0.5, 0.2, 1.0, 570.0),
        (2.0, 1.5, 2.0, 60.0, 5.0, 6.0),
    ],
)
def test_power_integral_and_its_means_match_adaptive_integration(a, p, b, q, low, high):
    def integral(factor):
        def f(z):
            u = low + np.expm1(z)
            log_f = p * np.log((a + low) / (a + u)) + q * np.log((b + low) / (b + u))
            return np.exp(log_f + z) * factor(u)

        top = np.log1p(high - low)
        # The integrand of a frequent buyer is a spike at the lower end.
        cuts = [top * 2.0**-k for k in range(1, 16)]
        return quad(f, 0, top, points=cuts, epsabs=0, epsrel=1e-11, limit=500)[0]

    base = integral(lambda u: 1.0)
    expected = np.log(base) - p * np.log(a + low) - q * np.log(b + low)
    value, means = log_power_integral_with_means(
        a, np.array([p]), b, q, np.array([low]), np.array([high])
    )
    assert value[0] == pytest.approx(expected, abs=1e-8)
    for name, factor in {
        "log_a": lambda u: np.log(a + u),
        "log_b": lambda u: np.log(b + u),
        "one_over_a": lambda u: 1 / (a + u),
        "one_over_b": lambda u: 1 / (b + u),
    }.items():
        assert getattr(means, name)[0] == pytest.approx(integral(factor) / base, rel=1e-7), name


def test_log_likelihood_of_customers_seen_until_their_last_order_has_no_dropout_term():
    r, alpha, s, beta = 0.5, 4.0, 0.8, 2.5
    rows = histories(weeks(2, 40.0, 40.0), unit_days=7)
    value, _ = log_likelihood(rows)(np.log([r, alpha, s, beta]))
    gamma = np.log(r * (r + 1))
    alive = r * np.log(alpha) + s * np.log(beta) - (r + 2) * np.log(44) - s * np.log(42.5)
    assert value == pytest.approx(gamma + alive, rel=1e-12)
