"""The drivers that come with aiedge: a catalogue of names, nothing imported before it is used."""

CATALOG = {
    "camera/folder": "aiedge_drivers.camera.folder:FolderCamera",
    "camera/sim": "aiedge_drivers.camera.sim:SimCamera",
    "plc/modbus-tcp": "aiedge_drivers.plc.modbus_tcp:ModbusTcpPlc",
    "plc/sim": "aiedge_drivers.plc.sim:SimPlc",
}
