"""Namespaces of other libraries on this one, for those who come from them."""
