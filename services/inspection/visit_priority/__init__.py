"""In which order to visit: a scorecard learnt from past inspections, measured against how they were made."""
