"""The same work here, in threads, and on the two workers of a cluster."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from portal import Vector, scan
from portal.coherent import coherent_csi_2021
from portal.toys import critical_value

WORK = partial(critical_value, experiment=coherent_csi_2021(), mediator=Vector(10.0), toys=200)
POINTS = [0.0, 2e-10, 4e-10]


def test_threads_give_the_same_in_the_same_order():
    alone = scan(WORK, POINTS)
    with ThreadPoolExecutor(2) as executor:
        assert scan(WORK, POINTS, executor) == alone


def test_an_error_ends_the_scan():
    def broken(point):
        raise RuntimeError(f"no result at {point}")

    with pytest.raises(RuntimeError, match="no result at 1"):
        scan(broken, [1])
    with ThreadPoolExecutor(1) as executor, pytest.raises(RuntimeError, match="no result at 1"):
        scan(broken, [1, 1], executor)


def test_progress_is_shown_on_a_terminal_only(monkeypatch, capsys):
    scan(abs, [1, 2])
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    scan(abs, [1, 2])
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize("bad", [{"function": 3}, {"executor": "two workers"}])
def test_what_cannot_work_is_refused(bad):
    with pytest.raises(TypeError, match=next(iter(bad))):
        scan(**{"function": abs, "points": [1]} | bad)


@pytest.mark.filterwarnings("ignore")  # what a cluster warns of is not ours
def test_two_workers_of_dask():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert scan(WORK, POINTS, client.get_executor()) == pytest.approx(
            scan(WORK, POINTS), rel=1e-9
        )
