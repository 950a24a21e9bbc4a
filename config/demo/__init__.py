"""Lifelike data for the demo: a simulation in which behaviour causes the outcome, and its loaders."""
