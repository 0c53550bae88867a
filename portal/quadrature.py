"""Integrals of smooth pieces, by Gauss and Legendre."""

import numpy as np

from ._validate import Array

__all__ = ["gauss_legendre"]


def gauss_legendre(edges: Array, order: int = 8) -> tuple[Array, Array]:
    """Nodes and weights of a Gauss–Legendre rule between each two neighbouring edges.

    Exact for polynomials up to degree 2 × order − 1 in each panel.

    Parameters
    ----------
    edges : array (n + 1,)
        Where panels end: an integrand may have a step or a kink there, and nowhere else.
    order : int
        Points in each panel.

    Returns
    -------
    nodes, weights : arrays (n × order,)

    >>> x, w = gauss_legendre(np.array([0.0, 1.0, 3.0]), order=2)
    >>> print((x**3 @ w).round(12))  # 3⁴/4
    20.25
    """
    x, w = np.polynomial.legendre.leggauss(order)
    centre, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    return (centre[:, np.newaxis] + half[:, np.newaxis] * x).ravel(), np.outer(half, w).ravel()
