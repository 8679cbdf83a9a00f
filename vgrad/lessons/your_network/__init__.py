"""How do I see it in my network?"""
