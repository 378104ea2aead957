"""The ground that everything stands on: transactions, news, settings in the database, settings of the environment."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as calmly
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from helpdesk.config import Misconfigured, from_environment, kept_secret
from helpdesk.contacts.models import Contact
from helpdesk.counters import Counter, next_number
from helpdesk.db import Database
from helpdesk.news import Changed, News, tell, touch, version_of
from helpdesk.queue.models import Agent
from helpdesk.settings import KNOWN, BadValue, Setting, Settings, UnknownSetting, change_setting, parse, settings
from tests.builders import Centre
from tests.conftest import NOW


class TestTransactions:
    """One writer, no transaction in another, and a look that cannot write."""

    def test_a_transaction_inside_a_transaction_is_refused_and_the_outer_one_goes_on(self, database: Database) -> None:
        with database.transaction() as session:
            touch(session, "queue")
            with pytest.raises(RuntimeError, match="hand the session on"), database.transaction():
                pass
            with pytest.raises(RuntimeError), database.transaction():
                pass
        with database.reading() as session:
            assert version_of(session, "queue") == 1

    def test_a_look_cannot_write(self, database: Database) -> None:
        with database.reading() as session, pytest.raises(DBAPIError):
            session.execute(text("INSERT INTO setting (key, value, changed_at) VALUES ('a', 'b', '2026-01-01')"))
        with database.transaction() as session:
            change_setting(session, "queue.target.chat", "90", NOW)

    def test_the_next_transaction_after_a_look_can_write_again(self, database: Database) -> None:
        """On PostgreSQL both use the same pool."""
        for _ in range(20):
            with database.reading() as session:
                assert settings(session).number("queue.target.chat") == 120
        with database.transaction() as session:
            change_setting(session, "queue.target.chat", "90", NOW)

    def test_an_exception_takes_everything_back_and_leaves_the_database_usable(self, database: Database) -> None:
        with pytest.raises(LookupError), database.transaction() as session:
            change_setting(session, "queue.target.chat", "90", NOW)
            raise LookupError
        with database.transaction() as session:
            assert settings(session).number("queue.target.chat") == 120

    def test_what_was_read_may_be_used_afterwards(self, database: Database) -> None:
        with database.transaction() as session:
            Centre(session, NOW).arrives()
        with database.reading() as session:
            contact = session.scalars(select(Contact)).one()
        assert contact.number == "K26000001"

    def test_a_look_inside_a_look_is_the_same_look(self, database: Database) -> None:
        with database.reading() as outer:
            with database.reading() as inner:
                assert inner is outer
            assert settings(outer).number("queue.target.chat") == 120
        with database.reading() as another:
            assert another is not outer

    def test_a_look_beside_a_transaction_sees_what_was_there_before(self, database: Database) -> None:
        with database.transaction() as session:
            change_setting(session, "queue.target.chat", "90", NOW)
            session.flush()
            with database.reading() as looking:
                assert settings(looking).number("queue.target.chat") == 120

    def test_two_threads_write_one_after_the_other(self, database: Database) -> None:
        def count() -> None:
            for _ in range(5):
                with database.transaction() as session:
                    next_number(session, "contact", NOW.date(), "K")

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        with database.reading() as session:
            assert session.scalars(select(Counter.value)).one() == 20

    def test_a_moment_without_a_time_zone_is_refused_and_any_zone_comes_back_as_utc(self, database: Database) -> None:
        with database.transaction() as session:
            agent = Centre(session, NOW).agent()
            agent.last_ended_at = datetime(2026, 7, 1, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))
        with database.reading() as session:
            assert session.scalars(select(Agent.last_ended_at)).one() == datetime(2026, 7, 1, 10, 0, 0, 1, tzinfo=UTC)
        with pytest.raises(StatementError, match="time zone"), database.transaction() as session:
            session.scalars(select(Agent)).one().last_ended_at = NOW.replace(tzinfo=None)


class Thing:
    """Something that can be told."""


class TestNews:
    """Told in the transaction, published after the commit."""

    def news(self, database: Database) -> list[object]:
        heard: list[object] = []
        database.news = News()
        database.news.listen(Changed, heard.append)
        database.news.listen(Thing, heard.append)
        return heard

    def test_versions_rise_once_a_transaction_and_name_everything_that_changed(self, database: Database) -> None:
        heard = self.news(database)
        with database.transaction() as session:
            touch(session, "queue", "b")
            touch(session, "contacts", "c")
            touch(session, "queue", "a", "b")
            assert heard == []
        assert heard == [Changed("contacts", ("c",), 1), Changed("queue", ("a", "b"), 1)]
        with database.transaction() as session:
            touch(session, "queue")
        assert heard[2:] == [Changed("queue", (), 2)]

    def test_what_was_rolled_back_is_never_heard_of(self, database: Database) -> None:
        heard = self.news(database)
        with pytest.raises(LookupError), database.transaction() as session:
            tell(session, Thing())
            touch(session, "queue")
            raise LookupError
        with database.transaction():
            pass
        assert heard == []
        with database.reading() as session:
            assert version_of(session, "queue") == 0

    def test_consequences_belong_to_the_transaction_and_listeners_come_after_it(self, database: Database) -> None:
        heard = self.news(database)
        database.news.on(Thing, lambda session, _thing: touch(session, "queue", "x"))
        seen: list[int] = []

        def look(_changed: Changed) -> None:
            with database.reading() as session:
                seen.append(version_of(session, "queue"))

        database.news.listen(Changed, look)
        with database.transaction() as session:
            tell(session, Thing())
            assert heard == []
        assert seen == [1] and len(heard) == 2

    def test_a_consequence_that_fails_takes_its_cause_with_it(self, database: Database) -> None:
        heard = self.news(database)

        def refuse(_session: Session, _thing: Thing) -> None:
            raise LookupError

        database.news.on(Thing, refuse)
        with pytest.raises(LookupError), database.transaction() as session:
            touch(session, "queue")
            tell(session, Thing())
        assert heard == []


class TestSettings:
    """What an administrator changes while the program runs."""

    def test_a_change_holds_at_once_in_this_and_every_later_transaction(self, database: Database) -> None:
        with database.transaction() as session:
            assert settings(session).number("queue.target.phone") == 180
            assert change_setting(session, "queue.target.phone", "240", NOW) == 240
            assert settings(session).number("queue.target.phone") == 240
        with database.reading() as session:
            assert settings(session).number("queue.target.phone") == 240

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("queue.target.phone", "9"),
            ("queue.target.phone", "86401"),
            ("queue.target.phone", "--60"),
            ("queue.target.phone", "6O"),
            ("queue.target.phone", "٦٠٠"),
            ("queue.target.phone", "6" * 5000),
            ("queue.target.phone", ""),
            ("queue.calls_beside_chats", "yes"),
            ("brand.agent_name", "nick"),
            ("brand.name", "x" * 501),
            ("brand.name", "a\x00b"),
            ("queue.message_answer_by", "noon"),
            ("queue.message_answer_by", "24:00"),
            ("queue.message_answer_by", "12:00\n"),
            ("centre.department", "Service centre"),
        ],
    )
    def test_what_does_not_fit_is_refused_in_words(self, key: str, value: str) -> None:
        with pytest.raises(BadValue, match=key):
            parse(key, value)

    @calmly(deadline=None)
    @given(st.sampled_from(sorted(KNOWN)), st.text(max_size=12))
    def test_whatever_is_typed_is_taken_or_refused(self, key: str, value: str) -> None:
        with contextlib.suppress(BadValue):
            assert type(parse(key, value)) is type(KNOWN[key].default)

    def test_every_default_fits_its_own_rule(self) -> None:
        for known in KNOWN.values():
            text_of = ("on" if known.default else "off") if isinstance(known.default, bool) else str(known.default)
            assert parse(known.key, text_of) == known.default

    def test_an_unknown_setting_is_refused_also_when_the_database_has_it(self, session: Session) -> None:
        session.add(Setting(key="queue.nonesuch", value="1", changed_at=NOW))
        session.flush()
        with pytest.raises(UnknownSetting):
            settings(session).number("queue.nonesuch")
        with pytest.raises(UnknownSetting):
            change_setting(session, "queue.nonesuch", "1", NOW)

    def test_what_an_earlier_version_allowed_does_not_stop_the_centre(self) -> None:
        assert Settings({"queue.message_answer_by": "noon"}).text("queue.message_answer_by") == "12:00"

    def test_a_number_is_not_read_as_text_by_mistake(self) -> None:
        with pytest.raises(TypeError):
            Settings({}).number("brand.name")
        assert Settings({"queue.calls_beside_chats": "on"}).is_on("queue.calls_beside_chats")


class TestEnvironment:
    """What is set at start."""

    def test_nothing_set_is_one_process_on_sqlite_with_a_secret_of_its_own(self, tmp_path: Path) -> None:
        config = from_environment({}, tmp_path / "new")
        assert config.database_url == f"sqlite:///{tmp_path}/new/helpdesk.sqlite" and config.is_sqlite
        assert (config.port, config.trusted_proxies, config.redis_url) == (5000, 0, None)
        assert from_environment({}, tmp_path / "new").secret_key == config.secret_key
        kept = tmp_path / "new" / "secret-key"
        assert kept.stat().st_mode & 0o777 == 0o600 and len(config.secret_key) >= 64

    def test_two_installations_have_different_secrets(self, tmp_path: Path) -> None:
        assert kept_secret(tmp_path / "a", "secret-key") != kept_secret(tmp_path / "b", "secret-key")

    @pytest.mark.parametrize("port", ["x", "-1", "65536", "80 ", "５０００", "1" * 5000, "5.0"])
    def test_a_port_that_is_none_is_refused_in_one_sentence(self, tmp_path: Path, port: str) -> None:
        with pytest.raises(Misconfigured, match=r"^PORT must be a whole number from 0 to 65535"):
            from_environment({"PORT": port}, tmp_path)

    def test_redis_needs_a_shared_secret(self, tmp_path: Path) -> None:
        with pytest.raises(Misconfigured, match="SECRET_KEY"):
            from_environment({"REDIS_URL": "redis://127.0.0.1"}, tmp_path)
        assert from_environment({"REDIS_URL": "redis://127.0.0.1", "SECRET_KEY": "s"}, tmp_path).secret_key == "s"

    def test_empty_values_are_unset_ones(self, tmp_path: Path) -> None:
        config = from_environment({"PORT": "", "REDIS_URL": "", "DATABASE_URL": "", "HOST": ""}, tmp_path)
        assert (config.port, config.redis_url, config.host) == (5000, None, "127.0.0.1") and config.is_sqlite

    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_every_way_to_name_postgresql_means_our_driver(self, tmp_path: Path, scheme: str) -> None:
        config = from_environment({"DATABASE_URL": f"{scheme}://h@127.0.0.1/x"}, tmp_path)
        assert config.database_url == "postgresql+psycopg://h@127.0.0.1/x"

    def test_cookies_are_for_https_only_where_the_public_address_is(self, tmp_path: Path) -> None:
        assert from_environment({"PUBLIC_URL": "https://example.test/"}, tmp_path).secure_cookies
        assert not from_environment({"PUBLIC_URL": "http://127.0.0.1:5000"}, tmp_path).secure_cookies
