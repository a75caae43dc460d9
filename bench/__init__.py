"""Measurements: `make bench`, `make quality`."""
