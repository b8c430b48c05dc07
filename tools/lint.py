"""Style, types and layers: every check runs, each failure is named, and the exit code says whether all passed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def tracked(*patterns: str) -> list[str]:
    """Files under version control that match the patterns."""
    listing = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return listing.stdout.split()


def main() -> int:
    """Run all checks; 0 when all passed."""
    native = tracked("native/*.cpp", "native/*.h", "native/*.hpp", "examples/*.c", "examples/*.cpp")
    checks = {
        "ruff check": [BIN / "ruff", "check", "."],
        "ruff format": [BIN / "ruff", "format", "--check", "."],
        "mypy": [BIN / "mypy"],
        "import-linter": [BIN / "lint-imports"],
        "native includes": [sys.executable, "tools/check_includes.py"],
        "clang-format": [BIN / "clang-format", "--dry-run", "--Werror", *native],
        "clang-tidy": [sys.executable, "tools/clang_tidy.py"],
    }
    failed = []
    for name, command in checks.items():
        print(f"== {name}", flush=True)
        if subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode:
            failed.append(name)
    print("failed: " + ", ".join(failed) if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
