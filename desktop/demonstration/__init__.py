"""The demonstration: four offices on this computer, with excerpts of public records."""
