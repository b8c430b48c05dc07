"""The line: from a frame to a verdict at the gate."""
