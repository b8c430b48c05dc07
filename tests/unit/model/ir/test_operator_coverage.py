"""The page of the operators says what the tests and the kernels' lists say."""

from __future__ import annotations

from operator_coverage import PAGE, page, untested, untested_in_float


def test_the_page_is_up_to_date() -> None:
    again = "run PYTHONPATH=tests python tests/operator_coverage.py"
    assert PAGE.read_text(encoding="utf-8") == page(), again


def test_every_operator_that_is_imported_is_tested_beside_litert() -> None:
    assert untested() == set()


def test_every_operation_and_function_of_float32_is_tested() -> None:
    assert untested_in_float() == set()
