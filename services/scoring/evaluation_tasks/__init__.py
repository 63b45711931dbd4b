"""创建任务: what each unit has to do for a run, by when, and whether somebody has looked at it."""
