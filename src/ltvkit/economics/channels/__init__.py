"""One channel beside the others: its value, small ones shrunk, its verdict, and the next money."""
