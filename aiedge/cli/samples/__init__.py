"""Files and folders on the command line -> the inputs of a model, sample by sample."""
