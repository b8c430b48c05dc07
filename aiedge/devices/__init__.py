"""Device contracts: one abstract class a file, and the conformance suite."""
