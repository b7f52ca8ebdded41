"""One file a library: everything that wraps an engine, and the children that host them."""
