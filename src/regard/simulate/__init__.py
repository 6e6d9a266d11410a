"""A simulated company with known truth: the messy files of its departments, for the demo and the tests."""
