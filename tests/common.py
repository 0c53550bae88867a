"""What tests share: how close two numbers must be."""

import functools

import pytest

# the absolute tolerance of pytest, 1e-12, would swallow every cross section in mm²
near = functools.partial(pytest.approx, rel=1e-12, abs=0)
