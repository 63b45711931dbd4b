"""红黑榜、星级市场、星级食安办: who is put on a list by a result, a band, a rank or an event, and how he leaves it."""
