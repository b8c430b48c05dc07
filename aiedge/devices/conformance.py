"""The conformance suite that is shipped: every driver passes it, ours and a vendor's, simulators too.

It runs under pytest, which must be installed. In a test module of the driver's package::

    from aiedge.devices.conformance import CameraConformance, CameraRig

    class MyCameraRig(CameraRig):
        ...                      # make the driver, pull its plug

    class TestMyCamera(CameraConformance):
        @pytest.fixture
        def new_rig(self):
            return MyCameraRig()
"""

from __future__ import annotations

from aiedge.devices.conformance_camera import CameraConformance
from aiedge.devices.conformance_device import DeviceConformance, StateLog
from aiedge.devices.conformance_plc import PlcConformance
from aiedge.devices.conformance_proxy import FaultyTcpProxy
from aiedge.devices.conformance_rig import CameraRig, DeviceRig, PlcRig

__all__ = [
    "CameraConformance",
    "CameraRig",
    "DeviceConformance",
    "DeviceRig",
    "FaultyTcpProxy",
    "PlcConformance",
    "PlcRig",
    "StateLog",
]
