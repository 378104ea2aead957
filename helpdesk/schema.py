"""All tables of both packages, imported so that their metadata is whole: for migrations, checks and tests."""

import helpdesk.channels.phone.models
import helpdesk.channels.walk_in.models
import helpdesk.contacts.doors.models
import helpdesk.contacts.models
import helpdesk.feedback.benefit.models
import helpdesk.feedback.models
import helpdesk.news
import helpdesk.outbox.models
import helpdesk.people.models
import helpdesk.policy.models
import helpdesk.queue.models
import helpdesk.resolution.models
import helpdesk.retention.models
import helpdesk.settings
import helpdesk.web.models
import knowledge.models  # noqa: F401
from knowledge.base import Base

metadata = Base.metadata
