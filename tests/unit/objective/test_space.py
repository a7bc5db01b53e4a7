"""The one order of parameters: vectors, quantities, what is held."""

from dataclasses import replace

import numpy as np
import pytest

from stfit.derivatives import Jet
from stfit.models.parameters import PARAMETERS
from stfit.objective import FitParameter, Normal, ParameterSpace

EPS = 2.0**-52


def parameter(name: str, held: bool = False) -> FitParameter:
    p = PARAMETERS[name]
    return FitParameter(p, p.start, p.lower, p.upper, held)


SPACE = ParameterSpace((parameter("l_over_L"), parameter("beta", held=True), parameter("tau_0"), parameter("E_P")))


def test_a_vector_holds_what_varies_in_the_order_given() -> None:
    assert SPACE.names == ("l_over_L", "tau_0", "E_P")
    assert SPACE.start.tolist() == [8.0, np.log(1e-9), 0.6]
    lower, upper = SPACE.bounds
    assert np.all((lower < SPACE.start) & (SPACE.start < upper))


def test_quantities_have_the_held_ones_and_walkers_broadcast_over_rows() -> None:
    walkers = np.tile(SPACE.start, (5, 4, 1))
    quantities = SPACE.quantities(walkers)
    assert quantities["beta"] == 0.5
    assert quantities["tau_0"].shape == (5, 4, 1)
    assert (quantities["tau_0"] * np.ones(7)).shape == (5, 4, 7)


def test_coordinates_invert_quantities() -> None:
    x = np.array([-3.0, np.log(2e-10), 0.45])
    quantities = {name: float(np.squeeze(value)) for name, value in SPACE.quantities(x).items()}
    assert SPACE.coordinates(quantities) == pytest.approx(x, rel=16 * EPS)


def test_jets_carry_the_derivatives_of_the_coordinates() -> None:
    x = np.array([-3.0, np.log(2e-10), 0.45])
    jets = SPACE.jets(x, order=2)
    tau_0 = jets["tau_0"]
    assert isinstance(tau_0, Jet)
    assert tau_0.gradient[:, 0] == pytest.approx([0.0, 2e-10, 0.0], rel=32 * EPS, abs=0.0)
    assert tau_0.hessian is not None
    assert tau_0.hessian[1, 1, 0] == pytest.approx(2e-10, rel=32 * EPS)
    assert jets["beta"] == 0.5


def test_constraints_are_exchanged_by_name() -> None:
    constrained = replace(
        SPACE, parameters=(replace(SPACE.parameters[0], constraint=Normal(8.0, 1.0)), *SPACE.parameters[1:])
    )
    changed = constrained.with_constraints({"l_over_L": Normal(9.0, 1.0)})
    assert changed.parameters[0].constraint == Normal(9.0, 1.0)
    assert changed.with_constraints({"l_over_L": None}).parameters == SPACE.parameters
    assert constrained.with_constraints({}).parameters == constrained.parameters
