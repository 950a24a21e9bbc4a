"""What the template tags of `ui` draw, one noun per file; `templatetags/ui.py` is the index."""
