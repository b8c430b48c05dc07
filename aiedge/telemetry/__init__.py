"""Metrics: on disk first, then out over MQTT."""
