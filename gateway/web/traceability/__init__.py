"""Pages of tracing: the consumer's, the shop's and the bureau's."""
