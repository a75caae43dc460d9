"""Exports of other ticket systems become incidents with their history, by a declarative profile (docs/imports.md)."""
