"""From where a table lies to columns whose values are understood.

`sources` opens files, databases and frames in a `workspace`, by their `locations`; `amounts`,
`dates`, `identifiers` and `attributes` decide from a whole column how its values are written.
"""
