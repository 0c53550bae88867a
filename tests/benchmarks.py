"""What the budgets of the design cost here: ``python tests/benchmarks.py``.  It never fails."""

import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial

# for matrices this small the threads of BLAS only wait for each other
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from hepunits import MeV

import portal
from portal import Scalar, Vector, direct, limit_curve, suppressed
from portal.book.paper_figures import RECOIL_EXPERIMENTS
from portal.experiments import coherent_ar_2020, coherent_csi_2017, coherent_csi_2021
from portal.statistics import Profile, roots
from portal.toys import critical_value, profile_toys, pseudo_data

MASSES = np.geomspace(0.1, 1e4, 200) * MeV


def milliseconds(work: Callable[[], object], repeat: int = 20) -> tuple[float, float]:
    """Shortest time by the clock and of the processor; the others waited for something else."""
    clock, processor = [], []
    for _ in range(repeat):
        start = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    return 1e3 * min(clock), 1e3 * min(processor)


def peak(work: Callable[[], object]) -> float:
    """Largest memory in use while working (MB)."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def import_time(statement: str) -> tuple[float, float]:
    """The same for an import in a fresh interpreter."""
    code = (
        "from time import perf_counter as c, process_time as p; a, b = c(), p(); "
        f"{statement}; print(1e3 * (c() - a), 1e3 * (p() - b))"
    )
    runs = [subprocess.check_output([sys.executable, "-c", code], text=True) for _ in range(3)]
    clock, processor = zip(*(map(float, run.split()) for run in runs), strict=True)
    return min(clock), min(processor)


def set_up() -> portal.Experiment:
    """COHERENT with everything that new physics does not touch."""
    experiment = coherent_csi_2017()
    experiment.counts()
    return experiment


def bare_bound(experiment: portal.Experiment) -> Callable[[], object]:
    """What a curve cannot do without: two products for each nucleus, and the roots of quartics."""
    profile = Profile.of(experiment, Vector(MASSES))
    quartics = profile.quartic(profile.minimum + 4)
    products = []
    for one in experiment._prediction.recoils:
        Q2 = 2 * one.scatterer.mass * one.energy
        products.append((Vector(MASSES[:, np.newaxis]).propagator(Q2), one.weights))

    def work() -> None:
        for strength, weights in products:
            strength @ weights
            strength @ weights
        roots(quartics)

    return work


def bounds() -> None:
    """All curves of Fig. 2: every experiment, set up anew, with both form factors."""
    for make, q0, _ in RECOIL_EXPERIMENTS.values():
        experiment = make()
        for form_factor in (direct, suppressed(q0)):
            limit_curve(experiment, Vector(MASSES, form_factor))


def edges_of_toys(experiment: portal.Experiment, toys: int) -> None:
    """Draw toys without new physics and find all edges of each."""
    light = Vector(10 * MeV)
    profile_toys(experiment, light, pseudo_data(experiment, light, 0.0, toys)).bands(2.0)


def growth(line: Callable[..., None]) -> None:
    """How the cost grows with bins, masses, toys and workers."""
    csi, argon = coherent_csi_2021(), coherent_ar_2020()
    for experiment in (coherent_csi_2017(), csi, argon):
        for masses in (MASSES[::20], MASSES, np.geomspace(0.1, 1e4, 2000) * MeV):
            mediator = Vector(masses)
            limit_curve(experiment, mediator)
            name = f"{experiment.size} bins, {len(masses)} masses"
            line(name, milliseconds(partial(limit_curve, experiment, mediator), 5))
    for experiment in (csi, argon):
        for toys in (1000, 10_000):
            spent = milliseconds(partial(edges_of_toys, experiment, toys), 3)
            line(f"{experiment.size} bins, edges of {toys} toys", spent)
    work = partial(critical_value, experiment=csi, mediator=Vector(10 * MeV), toys=40_000)
    points = np.linspace(-1e-9, 1e-9, 8)
    line("critical values at 8 points, here", milliseconds(partial(portal.scan, work, points), 1))
    for workers in (1, 2):
        with ProcessPoolExecutor(workers) as executor:
            portal.scan(work, points[:workers], executor)  # the workers have started
            spent = milliseconds(partial(portal.scan, work, points, executor), 1)
        line(f"critical values at 8 points, workers: {workers}", spent)


def main() -> None:
    """Print a table."""
    experiment = set_up()
    curves = {
        f"curve of 200 masses, {kind.__name__}, {name}": kind(MASSES, form_factor)
        for kind in (Vector, Scalar)
        for name, form_factor in (("F = 1", direct), ("F ~ q²", suppressed(50 * MeV)))
    }
    print(f"{'':52} {'clock':>10} {'processor':>10} {'budget':>10}")

    def line(name: str, spent: tuple[float, float], budget: str = "") -> None:
        print(f"{name:52} {spent[0]:7.2f} ms {spent[1]:7.2f} ms {budget:>10}")

    bare = milliseconds(bare_bound(experiment), 100)
    line("bare bound: products and quartics", bare)
    for name, mediator in curves.items():
        spent = milliseconds(lambda m=mediator: limit_curve(experiment, m), 100)
        line(f"{name}, {spent[1] / bare[1]:.1f} × bare", spent, "2 × bare")
    csi = coherent_csi_2021()
    vector = Vector(MASSES)
    limit_curve(csi, vector)
    spent = milliseconds(partial(limit_curve, csi, vector))
    line("curve of 200 masses, CsI 2021, energy and time", spent, "20 ms")
    spent = milliseconds(partial(edges_of_toys, csi, 10_000), 3)
    line("edges of 10 000 toys, CsI 2021", spent, "1000 ms")
    line("setting up COHERENT CsI 2021", milliseconds(coherent_csi_2021, 5))
    line("setting up COHERENT CsI 2017", milliseconds(set_up), "20 ms")
    line("all curves of Fig. 2", milliseconds(bounds, 5), "500 ms")
    line("import portal", import_time("import portal"), "300 ms")
    line("  of which numpy and scipy.special", import_time("import numpy, scipy.special"))
    growth(line)
    print(f"{'peak memory of Fig. 2':52} {peak(bounds):7.2f} MB {'':10} {'200 MB':>10}")


if __name__ == "__main__":
    main()
