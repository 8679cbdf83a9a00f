"""What more than one lesson measures.

Each function returns a plain record. It draws nothing, and it repeats exactly.
"""
