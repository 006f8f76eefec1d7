"""The native compiler: the last reader of the table.  Imported only when something is compiled."""
