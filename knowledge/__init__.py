"""What the municipality offers and how to answer: services, articles and the search over them.

This package stands alone: it knows nothing of Flask or of the helpdesk around it. ``Base`` and the naming
convention live here so that one metadata serves both packages.
"""
