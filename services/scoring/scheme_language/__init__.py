"""What a scheme (评价细则) may say: clauses, rule kinds, parameters, gates, grades. Data only."""
