"""Measures of speed, each against a yardstick of the same run: `bin/bench [name]`.

Every module has `run()`, which yields lines of name, ratio, goal, met and detail.
"""
