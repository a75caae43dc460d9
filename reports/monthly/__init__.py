"""The monthly analysis report as a document: what it tells (numbers.py), and how its parts are shown."""
