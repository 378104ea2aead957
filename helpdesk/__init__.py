"""A helpdesk for a municipality's service centre.

A citizen phones, opens the chat or walks in. From then on that is a *contact*, and every contact takes one road:

    channels  →  queue  →  desk       →  resolution  →  feedback
    arrives      waits     is helped     is settled     says how it went, and the department hears it

The folders are that road. Beneath it lie ``contacts`` (the noun), ``policy`` (who may see and do what), ``people`` and
``web`` (what all pages share); above it ``insight``, ``retention`` and ``api``. ``app`` wires them together.
"""
