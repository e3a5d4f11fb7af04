"""Files for machines: what advertising platforms and the shop's own tools take of contacts."""
