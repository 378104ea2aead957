"""The program for other hosts: ``gunicorn -k gevent wsgi:app`` (patch before importing; see the README)."""

from helpdesk.app import create_app

app = create_app()
