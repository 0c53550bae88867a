"""What the budgets of the design cost here: ``python tests/benchmarks.py``.  It never fails."""

import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from hepunits import MeV

import portal
from portal import Scalar, Vector, direct, limit_curve, suppressed
from portal.experiments import coherent_csi_2017
from portal.paper_figures import RECOIL_EXPERIMENTS

MASSES = np.geomspace(0.1, 1e4, 200) * MeV


def seconds(work: Callable[[], object], repeat: int = 20) -> float:
    """Shortest of several times; the others waited for something else."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def peak(work: Callable[[], object]) -> float:
    """Largest memory in use while working (MB)."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def import_time(statement: str) -> float:
    """Time of an import in a fresh interpreter."""
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    run = [sys.executable, "-c", code]
    return min(float(subprocess.check_output(run, text=True)) for _ in range(3))


def set_up() -> portal.Experiment:
    """COHERENT with everything that new physics does not touch."""
    experiment = coherent_csi_2017()
    experiment.counts()
    return experiment


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
    print(f"{'what':44} {'time':>10} {'budget':>10}")
    for name, mediator in curves.items():
        spent = seconds(lambda m=mediator: limit_curve(experiment, m))  # type: ignore[misc]
        print(f"{name:44} {spent * 1e3:7.2f} ms {5:7.0f} ms")
    print(f"{'setting up COHERENT CsI 2017':44} {seconds(set_up) * 1e3:7.2f} ms {100:7.0f} ms")
    print(f"{'all curves of Fig. 2':44} {seconds(bounds, 5) * 1e3:7.2f} ms {500:7.0f} ms")
    numpy = import_time("import numpy, scipy.special")
    print(f"{'import portal':44} {import_time('import portal') * 1e3:7.2f} ms {300:7.0f} ms")
    print(f"{'  of which numpy and scipy.special':44} {numpy * 1e3:7.2f} ms")
    print(f"{'peak memory of Fig. 2':44} {peak(bounds):7.2f} MB {200:7.0f} MB")


if __name__ == "__main__":
    main()
