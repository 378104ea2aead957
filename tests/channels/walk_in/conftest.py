"""What the tests of the walk-in door share."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.channels.walk_in import calling
from helpdesk.news import News


@pytest.fixture
def follows(session: Session) -> News:
    """Let the rolled-back session do what follows for a visit: a take calls the number, an end ends the ticket."""
    news = News()
    calling.follow(news)
    news.follow(session)
    return news
