"""Objects of a bucket: fetched into a private folder, read there as files, and put back where they did not change."""
