"""Simulated worlds that the simulator drivers show."""
