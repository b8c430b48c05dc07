"""Builds the native core with CMake (scikit-build-core's setuptools plugin); all else stands in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    cmake_source_dir=".",
    cmake_args=["-DAIEDGE_PYTHON=ON"],
    packages=[*find_packages(include=["aiedge", "aiedge.*"]), *find_packages("drivers")],
    package_dir={"aiedge_drivers": "drivers/aiedge_drivers"},
    package_data={
        "aiedge": ["py.typed", "_native.pyi", "models/*.aie"],
        "aiedge_drivers": ["py.typed"],
    },
)
