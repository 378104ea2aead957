"""A past that never was: 90 days of contacts in full, and the weeks before them as counts. Seeded; pure until written."""
