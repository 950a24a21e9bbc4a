"""Segment's wire format: what a post and its events look like, and what is wrong with them. Needs no database."""
