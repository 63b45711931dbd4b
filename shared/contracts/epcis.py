"""What the gateway and the traceability service must agree on about EPCIS, whose paths a standard lays down."""

CAPTURE_BYTES = 64 * 2**20
"""The largest body of an EPCIS request; told to senders as `GS1-EPCIS-Capture-File-Size-Limit`."""
