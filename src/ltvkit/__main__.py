"""`python -m ltvkit`, the same as `ltv`."""

from ltvkit.cli import main

if __name__ == "__main__":
    main()
