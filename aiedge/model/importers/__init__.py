"""Untrusted model files of other tools -> Graph."""
