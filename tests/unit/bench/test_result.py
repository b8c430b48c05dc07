from __future__ import annotations

import pytest

from aiedge.bench.result import Result, compare, geometric_mean, groups


def result(engine: str, samples_us: list[int], model: str = "m", threads: int = 1, isa: str = "") -> Result:
    samples_ns = [[us * 1000 for us in samples_us]]
    return Result(model, engine, threads, 0, [], samples_ns, isa=isa, is_peer=not engine.startswith("native"))


def test_percentiles_go_over_all_rounds() -> None:
    two_rounds = Result("m", "native", 1, 0, [], [[3000, 1000], [2000]])
    assert [two_rounds.percentile_us(share) for share in (0, 50, 100)] == [1.0, 2.0, 3.0]
    assert two_rounds.as_json()["us"] == pytest.approx(
        {"min": 1.0, "median": 2.0, "p99": 2.98, "p99.9": 2.998, "max": 3.0}
    )


def test_each_ratio_takes_the_peer_that_is_best_by_it() -> None:
    (comparison,) = compare(
        [result("native", [5, 10, 15]), result("tflite", [4, 30, 31]), result("openvino", [19, 20, 90])]
    )
    assert comparison.peer == "openvino"
    assert (comparison.median, comparison.least) == (2.0, 0.8)


def test_each_of_ours_meets_the_peers_that_are_held_alike() -> None:
    results = [
        result("native", [2]),
        result("native-avx2", [3], isa="avx2"),
        result("tflite", [4]),
        result("tflite-avx2", [9], isa="avx2"),
        result("native-reference", [40], isa="reference"),
    ]
    assert [(c.engine, c.peer, c.median) for c in compare(results)] == [
        ("native", "tflite", 2.0),
        ("native-avx2", "tflite-avx2", 3.0),
        ("native-reference", "tflite", 0.1),
    ]


def test_the_share_of_the_peak_goes_by_the_median() -> None:
    one = Result("m", "native", 1, 0, [], [[1000, 2000, 9000]], macs=100_000, peak_macs_per_s=2e11)
    assert one.share_of_peak == pytest.approx(100_000 / 2e-6 / 2e11)
    assert one.as_json()["share_of_peak"] == one.share_of_peak
    one.peak_macs_per_s = None
    assert one.share_of_peak is None


def test_an_engine_alone_is_compared_with_none() -> None:
    assert compare([result("native", [1])]) == []


def test_models_and_threads_are_apart() -> None:
    results = [
        result("native", [1]),
        result("native", [1], threads=2),
        result("tflite", [2]),
        result("tflite", [3], threads=2),
    ]
    assert [[r.engine for r in group] for group in groups(results)] == [["native", "tflite"]] * 2
    assert [c.median for c in compare(results)] == [2.0, 3.0]


def test_geometric_mean() -> None:
    assert geometric_mean([0.5, 8.0]) == pytest.approx(2.0)
