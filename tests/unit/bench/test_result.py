from __future__ import annotations

import pytest

from aiedge.bench.result import Result, compare, geometric_mean, groups


def result(engine: str, samples_us: list[int], model: str = "m", threads: int = 1) -> Result:
    return Result(model, engine, threads, 0, [], [[us * 1000 for us in samples_us]])


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
