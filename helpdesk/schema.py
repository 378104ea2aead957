"""All tables of both packages, imported so that their metadata is whole: for migrations, checks and tests."""

from helpdesk import counters, news, settings
from helpdesk.channels.phone import models as phone
from helpdesk.channels.walk_in import models as walk_in
from helpdesk.contacts import models as contacts
from helpdesk.contacts.doors import models as doors
from helpdesk.feedback import models as feedback
from helpdesk.feedback.benefit import models as benefit
from helpdesk.outbox import models as outbox
from helpdesk.people import models as people
from helpdesk.policy import models as policy
from helpdesk.queue import models as queue
from helpdesk.resolution import models as resolution
from helpdesk.retention import models as retention
from helpdesk.web import models as web
from knowledge import models as knowledge
from knowledge.base import Base

MODULES = (
    knowledge,
    counters,
    news,
    settings,
    outbox,
    web,
    people,
    policy,
    doors,
    contacts,
    queue,
    phone,
    walk_in,
    resolution,
    feedback,
    benefit,
    retention,
)
"""Every module with tables."""

metadata = Base.metadata
