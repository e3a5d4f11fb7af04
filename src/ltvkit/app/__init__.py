"""The local page for exploring runs: a door to Streamlit and nothing else.

`launch` starts the server on this machine alone; `page` is the script that it runs, with
`customer` and `builder` as its two halves; `finding` and `text` hold what needs no server. What a
list is made of is decided in `audience.plan_campaign`, and all figures come from run folders.
"""
