"""All tables of both packages, imported so that their metadata is whole: for migrations, checks and tests."""

import knowledge.models  # noqa: F401
from knowledge.base import Base

metadata = Base.metadata
