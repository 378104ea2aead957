"""The program for other hosts: ``gunicorn -k gevent --worker-connections 10000 wsgi:app``."""

from gevent import monkey

monkey.patch_all()

from helpdesk.app import create_app  # noqa: E402  (patched before anything else is imported)

app = create_app()
