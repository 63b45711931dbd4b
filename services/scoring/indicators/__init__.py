"""指标取数: figures of all services as an evaluation reads them, kept with as-of and hash."""
