"""The suite is shipped as a module: without this its asserts would not show their values."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "aiedge.devices.conformance_device", "aiedge.devices.conformance_camera", "aiedge.devices.conformance_plc"
)
