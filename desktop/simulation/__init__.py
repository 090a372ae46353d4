"""Whole offices in a seeded world: the real `core.office.Office`, real bytes, every promise checked."""
