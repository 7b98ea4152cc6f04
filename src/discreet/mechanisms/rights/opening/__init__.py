"""How a request comes in: who asks, for whom, and what proves it."""
