"""Names shared by visits, their clock and their figure."""

CLOCK_CODE = "follow_up_visit"
OBJECT_TYPE = "visit"
FIGURE_IN_TIME = "inspection.visits_in_time"
