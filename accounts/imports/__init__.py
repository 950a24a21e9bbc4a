"""Bringing in CSV files: read once, checked row by row with the API's own fields, applied as a job, undone if need be.

Any `Resource` can be a kind of import (`register_kind`); apps above register theirs in `AppConfig.ready`.
"""
