"""评议考核: towns and departments assessed by month and quarter, ranked, held to account; targets of plans beside."""
