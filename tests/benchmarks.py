"""What the budgets of the design cost here: ``python tests/benchmarks.py``.  It never fails."""

import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

# for matrices this small the threads of BLAS only wait for each other
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from hepunits import MeV

import portal
from portal import Scalar, Vector, direct, limit_curve, suppressed
from portal.book.paper_figures import RECOIL_EXPERIMENTS
from portal.experiments import coherent_csi_2017
from portal.statistics import Profile, roots

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
    for part, recoil, _, weights in experiment._kernel:
        products.append((Vector(MASSES[:, np.newaxis]).propagator(2 * part.mass * recoil), weights))

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
    line("setting up COHERENT CsI 2017", milliseconds(set_up), "20 ms")
    line("all curves of Fig. 2", milliseconds(bounds, 5), "500 ms")
    line("import portal", import_time("import portal"), "300 ms")
    line("  of which numpy and scipy.special", import_time("import numpy, scipy.special"))
    print(f"{'peak memory of Fig. 2':52} {peak(bounds):7.2f} MB {'':10} {'200 MB':>10}")


if __name__ == "__main__":
    main()
