"""Configuration files: YAML with the line of every key, strict models, and faults as errors that name both."""
