"""Simulated shops of unlike kinds, for studies that anybody can run again."""
