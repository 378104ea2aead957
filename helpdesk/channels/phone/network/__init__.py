"""A telephone network to play with: callers, queues, conferences and status callbacks, as Twilio would do it.

It calls the very same webhooks as Twilio, signed in the same way, and follows the TwiML that comes back. The demo,
``helpdesk simulate call`` and the tests use it; nothing of it runs where a real telephone network is connected.
"""
