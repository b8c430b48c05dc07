"""What is said of a quantization: the verdict's words, JSON that holds everything, and a page that can be trusted."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser

import pytest
from quantization_reports import HOSTILE, layer, report

from aiedge.model.quantize.report import costliest, decibels, judge, report_document, short_name
from aiedge.model.quantize.report_data import HistogramData
from aiedge.model.quantize.report_page import MAX_PLOTS, report_page

_VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Elements with their attributes, and the text; raises AssertionError for a page whose elements do not close."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.words += data

    def count(self, tag: str, kind: str = "") -> int:
        return sum(
            name == tag and (not kind or kind in (attributes.get("class") or "").split())
            for name, attributes in self.elements
        )


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, "good", "does what the float model does"),
        ({"snr_db": math.inf}, "good", "The outputs are those of float."),
        ({"snr_db": 19.9}, "fair", "near the float model"),
        ({"agreement": 0.96}, "fair", "24 of 25 samples have the same class"),
        ({"agreement": 0.94}, "poor", "not the float model any more"),
        ({"snr_db": 9.9, "agreement": None}, "poor", "32 % of the signal"),
        ({"snr_db": -math.inf}, "poor", "Nothing of the float outputs is left"),
        ({"min_snr_db": 10.0}, "good", "The accuracy budget is met."),
        ({"min_snr_db": 30.0, "budget_met": False}, "poor", "The accuracy budget is not met."),
        ({"judging_samples": 5}, "good", "on 5 samples only"),
        ({"judging_samples": 4}, "fair", "as far as so few samples can tell"),
        ({"samples": 3, "judging_samples": 3}, "fair", "give more than three"),
    ],
)
def test_verdict(changes: dict, level: str, words: str) -> None:
    verdict = judge(report(**changes))
    assert verdict.level == level
    assert words in " ".join([verdict.headline, *verdict.details])
    assert (verdict.advice == ()) == (level == "good")


def test_advice_names_the_layers_that_cost_most() -> None:
    assert [one.name for one in costliest(report(), 5)] == ["block 1/depthwise", "block 1/project"]
    [first, *_] = judge(report(snr_db=5.0)).advice
    assert "block 1/depthwise" in first
    assert "--keep-float" in first


def test_json_holds_every_figure() -> None:
    document = json.loads(json.dumps(report_document(report(snr_db=math.inf)), allow_nan=False))
    assert document["format"] == "aiedge-quantization"
    assert (document["snr_db"], document["agreement"]) == ("inf", 1.0)
    assert document["layers"][4]["snr_db"] == "inf"
    assert document["layers"][2]["snr_db"] is None
    assert document["layers"][0]["histogram"]["counts"][0] == 2000
    assert document["options"]["method"] == "auto"
    assert document["verdict"]["level"] == "good"


def test_the_page_says_what_the_report_says() -> None:
    page = Page(report_page(report(), [("model", "somewhere/model.onnx")]))
    for words in (
        "The int8 model does what the float model does.",
        "24.5 dB",
        "26 kB",
        "95 kB",
        "block 1/depthwise",
        "no int8 form <b>yet</b>",
        "percentile 99.99",
        "q = round(x / 0.58) + 83",
        "stem -> block 1/depthwise",
        "somewhere/model.onnx",
        "ab" * 32,
    ):
        assert words in page.words
    # A bar for each layer with an SNR, a plot for each with a range, a row for each.
    assert page.count("rect", "bar") == 5
    assert page.count("div", "plot") == 4
    assert page.count("polygon", "mark") == 4
    assert page.count("rect", "clipped") > 0


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    text = report_page(report(), [(HOSTILE, HOSTILE)])
    page = Page(text)
    assert {"script", "link", "img", "iframe", "b" + "ase"}.isdisjoint({tag for tag, _ in page.elements})
    assert page.count("title") >= 1
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name in {"src", "href", "style"} for name in attributes)
    assert not re.search(r"https?:|url\(|@import|\x07", text)
    assert "<script>alert('x')</script>&\"" in page.words
    assert any("default-src 'none'" in (attributes.get("content") or "") for _, attributes in page.elements)


def test_a_page_of_odd_values() -> None:
    layers = (
        layer("no spread", float_min=0.0, float_max=0.0, histogram=HistogramData(0.0, 1.0, (0,) * 64, 40)),
        layer("one value", histogram=HistogramData(2.0, 2.0, (9,), 0), range_min=2.0, range_max=2.0),
        layer("lost", snr_db=-math.inf, cause="range"),
        layer("exact", snr_db=math.inf),
        layer("names " + "x" * 5000),
        layer("\udcff surrogate"),
    )
    page = Page(report_page(report(layers=layers, trials=(), outputs=(), agreement=None, snr_db=-math.inf)))
    assert "lost" in page.words
    assert "nan" not in page.words.lower().replace("name", "")
    Page(report_page(report(layers=())))


def test_a_model_of_very_many_layers_shows_the_plots_of_the_costliest() -> None:
    many = tuple(
        layer(f"layer {index}", snr_db=5.0 + index / 100, cause="range") for index in range(MAX_PLOTS + 60)
    )
    page = Page(report_page(report(layers=many)))
    assert page.count("div", "plot") == MAX_PLOTS
    assert page.count("rect", "bar") == len(many)


def test_small_words() -> None:
    assert [decibels(value) for value in (None, 12.345, math.inf, -math.inf)] == ["", "12.3", "exact", "lost"]
    assert short_name("a/b;c/d", 10) == "a/b"
    assert short_name("0123456789ab", 10) == "…3456789ab"
    assert len(short_name("0123456789ab", 10)) == 10
