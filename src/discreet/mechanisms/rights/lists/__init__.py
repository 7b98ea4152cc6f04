"""Lists of requests: read, looked over, brought in."""
