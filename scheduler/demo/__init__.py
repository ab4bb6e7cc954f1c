"""The demo: a small offline web of invented releases, real receivers, and the real service between them."""
