"""提分路径: which clauses raise the score most, what they still lack, and whether there is time."""
