"""The first page of each role, the wall-board, the page for executives and the page about the load of on-call.

They show; what they count is asked of ``incidents``, ``notifications`` and the figures of ``reports``.
"""
