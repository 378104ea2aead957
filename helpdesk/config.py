"""Every setting that the environment gives, once: name, type, default.

What an administrator changes while the program runs (targets, room, seconds) lies in the database: see settings.py.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

POSTGRES = "postgresql+psycopg://"


class Misconfigured(Exception):
    """The environment says something that cannot work; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one process. Build it with :func:`from_environment`; tests build it by hand."""

    secret_key: str
    instance: Path = Path("instance")
    database_url: str = "sqlite:///instance/helpdesk.sqlite"
    redis_url: str | None = None
    seal_key: str | None = None
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = 5000
    trusted_proxies: int = 0
    demo: bool = False
    demo_password: str | None = None
    service_base_url: str = ""
    widget_origins: tuple[str, ...] = ()
    upload_dir: Path = Path("instance/uploads")
    smtp_url: str | None = None
    mail_from: str | None = None
    clamav_socket: str | None = None
    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = None
    twilio_api_key_sid: str | None = None
    twilio_api_key_secret: str | None = None
    twilio_app_sid: str | None = None
    twilio_number: str | None = None
    twilio_region: str | None = None
    twilio_edge: str | None = None
    twilio_api_url: str | None = None
    cti_secret: str | None = None
    secure_cookies: bool = False
    testing: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database_url.startswith("sqlite")


def kept_secret(instance: Path, name: str) -> str:
    """Return the secret that lies in the instance folder under this name, made on first use and readable by its owner only."""
    path = instance / name
    instance.mkdir(parents=True, exist_ok=True)
    try:
        with open(path, "x", opener=lambda file, flags: os.open(file, flags, 0o600), encoding="ascii") as new:
            new.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def from_environment(environ: Mapping[str, str] = os.environ, instance: Path | None = None) -> Config:
    """Read the settings. Raises Misconfigured with one sentence for a number that is none or a secret that is missing."""
    folder = instance or Path(environ.get("HELPDESK_INSTANCE") or "instance")
    folder.mkdir(parents=True, exist_ok=True)
    redis_url = environ.get("REDIS_URL") or None
    secret_key = environ.get("SECRET_KEY")
    if not secret_key:
        if redis_url:
            raise Misconfigured("SECRET_KEY must be set when REDIS_URL is: several servers have to share it.")
        secret_key = kept_secret(folder, "secret-key")
    demo = environ.get("HELPDESK_DEMO", "") == "1"
    twilio_auth_token = environ.get("TWILIO_AUTH_TOKEN") or None
    if demo and not twilio_auth_token:
        twilio_auth_token = kept_secret(folder, "simulator-token")
    public_url = environ.get("PUBLIC_URL", "").rstrip("/")
    return Config(
        secret_key=secret_key,
        instance=folder,
        database_url=driver(environ.get("DATABASE_URL") or f"sqlite:///{folder.resolve()}/helpdesk.sqlite"),
        redis_url=redis_url,
        seal_key=environ.get("SEAL_KEY") or None,
        public_url=public_url,
        host=environ.get("HOST") or "127.0.0.1",
        port=number(environ, "PORT", 5000, 0, 65535),
        trusted_proxies=number(environ, "TRUSTED_PROXIES", 0, 0, 10),
        demo=demo,
        demo_password=environ.get("HELPDESK_DEMO_PASSWORD") or None,
        service_base_url=environ.get("SERVICE_BASE_URL", "").rstrip("/"),
        widget_origins=tuple(origin for origin in environ.get("WIDGET_ORIGINS", "").split() if origin),
        upload_dir=Path(environ.get("UPLOAD_DIR") or folder / "uploads"),
        smtp_url=environ.get("SMTP_URL") or None,
        mail_from=environ.get("MAIL_FROM") or None,
        clamav_socket=environ.get("CLAMAV_SOCKET") or None,
        twilio_account_sid=environ.get("TWILIO_ACCOUNT_SID") or None,
        twilio_auth_token=twilio_auth_token,
        twilio_api_key_sid=environ.get("TWILIO_API_KEY_SID") or None,
        twilio_api_key_secret=environ.get("TWILIO_API_KEY_SECRET") or None,
        twilio_app_sid=environ.get("TWILIO_APP_SID") or None,
        twilio_number=environ.get("TWILIO_NUMBER") or None,
        twilio_region=environ.get("TWILIO_REGION") or None,
        twilio_edge=environ.get("TWILIO_EDGE") or None,
        twilio_api_url=environ.get("TWILIO_API_URL") or None,
        cti_secret=environ.get("CTI_SECRET") or None,
        secure_cookies=public_url.startswith("https://"),
    )


def number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """Return a whole number from the environment, within its bounds."""
    text = environ.get(name, "")
    if not text:
        return default
    if not re.fullmatch("[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise Misconfigured(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def driver(url: str) -> str:
    """Name the driver that we use: psycopg 3 for PostgreSQL. Raises Misconfigured for another kind of database."""
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            return POSTGRES + url.removeprefix(old)
    if not url.startswith(("sqlite:///", POSTGRES)):
        raise Misconfigured(
            "DATABASE_URL is not the address of a database: sqlite:////path/to/file or postgresql://user@host/name."
        )
    return url
