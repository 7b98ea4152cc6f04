"""The course of a request: proof, clocks, stages, what happened."""
