"""How pictures are drawn. Nothing is measured here: every mark is made from the numbers of a record.

One visual grammar holds for all lessons (``grammar``). Layers run from the input on the left to the output on the
right, and sizes are in decades relative to the output side. The vanishing side is shaded blue and the exploding side
orange, and the band of one decade between them stays clear. The median is solid, networks are a band, and theory is
always the same dashed line.
"""
