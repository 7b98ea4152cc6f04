"""The sample company: Qingshan Home (青杉家居), a furniture shop with customers in China, Europe and America.

Everything is invented and seeded: e-mail addresses in reserved domains, American telephone numbers in the
range kept free for fiction. `build.py` makes the two databases, `map.yaml` is their confirmed data map and
`truth.yaml` says where the named persons stand.
"""
