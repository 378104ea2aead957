"""Every operation, gathered: importing a file of views adds its operations to the blueprint."""

from helpdesk.api.blueprint import api
from helpdesk.api.views import contacts, description, desk, knowledge, requests, work

VIEWS = (desk, contacts, work, requests, knowledge, description)
bp = api.blueprint
