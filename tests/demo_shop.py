"""What is told of the small demo shop: its config, and the customers nobody would want."""

CONFIG = """
name: demo_shop
data:
  transactions: shop/transactions.csv
  columns:
    {customer_id: customer_id, ordered_at: ordered_at, revenue: revenue, order_id: order_id,
     margin: margin, channel: channel}
  costs: shop/costs.csv
  customers: shop/customers.csv
  drop_exact_duplicates: true
  currency: EUR
snapshot: {as_of: 2025-12-31, horizon_days: 365}
economics: {contact_cost: 0.5}
tracking: {enabled: false}
model: {threads: 1}
"""

HOSTILE_IDS = (
    "=cmd|' /C calc'!A0",
    "<script>window.stolen = 1</script>",
    "\u202eright-to-left",
    "![x](http://example.org/x.png)",
    "😀 **emoji** :red[x] $a$",
    "18446744073709551615",
    "9007199254740993",
    "9223372036854775807",
    "000123",
    "+48501234567",
    "-1+1",
    "quote \" and 'two', comma; semicolon",
    "line\nbreak",
    "nul\x00inside",
)
"""A formula, markup, a mark of direction, a picture, Markdown, ids too long for int or float, zeros
in front, a phone, a sum, quotes and delimiters, a line break, and the character NUL."""

HOSTILE_NAME = "=HYPERLINK(\"http://example.org\";'<img src=x onerror=alert(1)>')\u202e😀"
HOSTILE_ORDERS = 5
"""How many rows each of them has in the log at least."""
