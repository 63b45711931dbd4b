"""Programs that stand between the platform and what is not part of it: a device in a testing room, a platform above.

They run where those are, not in any service: they speak HTTP with the gateway like anybody, and keep a journal of their
own, so that nothing is lost when they are killed.
"""
