"""问卷链接: a questionnaire that anybody with its address fills in on a phone, without an account."""
