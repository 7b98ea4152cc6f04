"""The only writers of requests: receiving, deciding, executing."""
