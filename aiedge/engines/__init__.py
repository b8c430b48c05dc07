"""Engines that run models, behind one protocol."""
