"""/api/v1: the same actions as the pages, in JSON. Each operation is declared once; the description is made from it."""
