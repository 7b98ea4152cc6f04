"""Who is this person across tables: link graph → set-based plans. Pure: rows come through a Reader.

located = locate.locate(graph=, readers=, identities=, limits=)        → identity.py, locate.py
reach   = reach.reach(graph=, readers=, roots_by_person=, limits=)     → found.py
plan    = plan.make_plan(reach=, decisions=, today=, holds=)           → plans.py
capture = captured.capture(readers=, reach=, plan=, budget=)           → captures.py
result  = search.fresh_search(graph=, readers=, captured=, budget=)
tables  = access.rows_for_access(reach=, person=, readers=, others=)    (reach with Purpose.COPY)
"""
