"""The sample pictures: flat illustrations drawn with Pillow, the same bytes every time with the same Pillow."""
