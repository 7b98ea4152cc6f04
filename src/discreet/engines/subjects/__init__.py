"""Who is this person across tables: link graph → set-based plans. Pure: rows come through a Reader."""
