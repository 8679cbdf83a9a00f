"""How findings are said. Each phrase is written once, and is made from the numbers of a record."""
