"""ltvkit."""
