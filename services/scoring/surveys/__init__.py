"""满意度调查: a plan with strata and quotas, answers as they were given, and what may be concluded from them."""
