"""The desk's blueprint with every page hung on it; app.py takes it from here."""

from helpdesk.desk import contact_views, knowledge_views, views
from helpdesk.desk.blueprint import bp

__all__ = ["bp", "contact_views", "knowledge_views", "views"]
