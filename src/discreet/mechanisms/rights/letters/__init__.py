"""Letters: the company's words, the facts nobody words, as text and as PDF."""
