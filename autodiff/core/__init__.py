"""What an operator is: specs, containers, the table and the families of its rows."""
