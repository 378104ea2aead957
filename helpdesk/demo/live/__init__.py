"""A calm day at the service centre, played by the real actions: citizens come, wait, talk back and lose patience."""
