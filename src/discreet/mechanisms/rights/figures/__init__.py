"""What the company's requests come to: board, years, charts."""
