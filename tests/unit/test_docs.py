"""What the documents name is there: files and folders, the targets of links, error codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aiedge.messages import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(page for folder in ("docs", "drivers", "examples") for page in ROOT.glob(f"{folder}/**/*.md")),
    ]
)
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
# A path from the top of the tree to a file, or to a folder with its stroke; what holds <a name> is a pattern.
PATH = re.compile(r"`((?:aiedge|benchmarks|docs|drivers|examples|native|tests|tools)/[\w./-]*(?:\.\w+|/))`")
CODE = re.compile(r"AIE-[A-Z]{3}-\d{3}")


def anchors(page: Path) -> set[str]:
    """The names under which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    for target, anchor in LINK.findall(text):
        if "://" in target:
            continue
        file = page.parent / target if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            missing.append(f"{target}#{anchor}")
    assert missing == []
    assert set(CODE.findall(text)) <= CATALOGUE.keys()


def test_the_pages_were_found() -> None:
    assert {"README.md", "docs/line.md", "drivers/README.md"} <= {
        str(page.relative_to(ROOT)) for page in PAGES
    }
