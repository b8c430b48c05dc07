"""PLC drivers."""
