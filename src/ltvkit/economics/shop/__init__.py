"""The shop as a whole: headline figures, its sector's beside them, and what may mislead in both."""
