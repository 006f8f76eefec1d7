"""The table: rows and the public functions that translate axes before they call a row."""
