"""Pages of sampling: plans, tasks, laboratories, reports, disposal, publication, rapid tests and whistles."""
