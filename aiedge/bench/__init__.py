"""Engines side by side: each in a process of its own, in turns, in one run."""
